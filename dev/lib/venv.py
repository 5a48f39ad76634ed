"""The virtual environment: every package pinned by dev/requirements.lock."""

import json
import os
import shutil
import subprocess
import sys
import time

from . import debian, paths, pdf, process
from .say import Fail, note, step

LOCK = paths.DEV / "requirements.lock"
SUPPORTED = ["3.11", "3.12", "3.13", "3.10"]
KEEP_UNUSED_DAYS = 14


def supported(version):
    return version in SUPPORTED


def find_python():
    """Return (path, version) of a Python that Odoo 19 runs on.

    :raise Fail: when there is none
    """
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if supported(own):
        return sys.executable, own
    for version in SUPPORTED:
        path = shutil.which(f"python{version}")
        if (
            path
            and not subprocess.run([path, "-c", ""], capture_output=True).returncode
        ):
            return path, version
    raise Fail(
        f"Odoo 19 runs on Python 3.10 to 3.13 and this machine offers {own}: install "
        "one of them (its command python3.12, for example, must be on PATH) and run "
        "this again."
    )


def key(version):
    return paths.digest(LOCK.read_bytes(), version)


def ensure():
    """Return (folder, python version) of the environment, built when missing."""
    python, version = find_python()
    base = paths.cache() / "venv"
    folder = base / key(version)
    stamp = folder / "complete"
    if not stamp.exists():
        if base.exists() and any(base.glob("*/complete")):
            note(
                "  The cached Python environment has other pins: building one for "
                "these."
            )
        shutil.rmtree(folder, ignore_errors=True)
        base.mkdir(exist_ok=True)
        _create(python, version, folder)
        stamp.write_text(json.dumps({"python": version, "made": time.time()}))
        _forget_unused(base, folder)
    os.utime(stamp)
    pdf.link_engine(folder)
    return folder, version


def _create(python, version, folder):
    if subprocess.run(
        [python, "-c", "import ensurepip, venv"], capture_output=True
    ).returncode:
        package = f"python{version}-venv"
        debian.install([package], "to make a virtual environment")
    with step(f"Making a virtual environment for Python {version}"):
        process.quiet(
            [python, "-m", "venv", folder],
            "venv",
            "the virtual environment could not be made",
        )
    with step("Installing the pinned Python packages and OCA Field Service"):
        process.quiet(
            [
                folder / "bin/python",
                "-m",
                "pip",
                "install",
                "--disable-pip-version-check",
                "--no-input",
                "--no-deps",  # the lock file is complete: nothing else may come in
                "-r",
                LOCK,
            ],
            "pip",
            "pip could not install the pinned packages",
        )


def _forget_unused(base, current):
    """Delete environments no command used for two weeks."""
    limit = time.time() - KEEP_UNUSED_DAYS * 86400
    for stamp in base.glob("*/complete"):
        if stamp.parent != current and stamp.stat().st_mtime < limit:
            shutil.rmtree(stamp.parent, ignore_errors=True)
