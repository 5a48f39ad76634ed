"""Make dev/requirements.lock: a pin per package, markers where Pythons differ."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

from . import paths

SOURCE = paths.DEV / "requirements.in"
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
# Without what they require: OCA's wheels ask for `odoo==19.0.*`, which is not on the
# package index, and torchvision for all of torch.
TAKEN_AS_IS = ("odoo-addon-", "torchvision==")
HEADER = """\
# Every Python package of the host, pinned. Made by `dev/lock` from requirements.in:
# change that one. Installed with --no-deps: nothing else comes in.
"""


def split_source(text):
    """Return (requirements to resolve, pins taken as they are)."""
    resolve, fixed = [], []
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        (fixed if line.startswith(TAKEN_AS_IS) else resolve).append(line)
    return resolve, fixed


def resolve(python, requirements):
    """Ask pip what it would install for this Python.

    :return: {name: version}
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requirements.txt"
        source.write_text("\n".join(requirements) + "\n")
        report = Path(folder) / "report.json"
        subprocess.run(
            [python, "-m", "venv", f"{folder}/venv"], check=True, capture_output=True
        )
        subprocess.run(
            [
                f"{folder}/venv/bin/python",
                *("-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"),
                *("--report", report, "-r", source),
            ],
            check=True,
        )
        data = json.loads(report.read_text())
    return {
        normalize(item["metadata"]["name"]): item["metadata"]["version"]
        for item in data["install"]
    }


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def marker(versions):
    """Return the marker for some of the supported Pythons, '' for all of them.

    :raise ValueError: when they are not next to each other
    """
    first, last = PYTHONS.index(versions[0]), PYTHONS.index(versions[-1])
    if versions != PYTHONS[first : last + 1]:
        raise ValueError(f"no simple marker for {versions}")
    parts = []
    if first:
        parts.append(f'python_version >= "{versions[0]}"')
    if last < len(PYTHONS) - 1:
        parts.append(f'python_version < "{PYTHONS[last + 1]}"')
    return f" ; {' and '.join(parts)}" if parts else ""


def merge(resolved, fixed):
    """Return the lock file's text.

    :param resolved: {python: {name: version}}
    """
    lines = []
    for name in sorted({name for pins in resolved.values() for name in pins}):
        by_version = {}
        for python in PYTHONS:
            if name in resolved[python]:
                by_version.setdefault(resolved[python][name], []).append(python)
        lines += [
            f"{name}=={pin}{marker(pythons)}" for pin, pythons in by_version.items()
        ]
    return HEADER + "\n".join([*lines, *sorted(fixed)]) + "\n"
