"""The virtual environment: every package pinned by dev/requirements.lock."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time

from . import debian, paths, pdf, process
from .say import Fail, note, step

LOCK = paths.DEV / "requirements.lock"
SUPPORTED = ["3.11", "3.12", "3.13", "3.10"]
KEEP_UNUSED_DAYS = 14
#: pip's setting -> uv's variable, and what stands between several values
SETTINGS = {
    "index-url": ("UV_DEFAULT_INDEX", ""),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "no-index": ("UV_NO_INDEX", ""),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", ""),
    "proxy": ("ALL_PROXY", ""),
}


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
        [uv] = re.findall(r"^uv==\S+", LOCK.read_text(), re.M)
        process.quiet(
            [folder / "bin/python", "-m", "pip", "install", "--no-input", uv],
            "pip",
            "pip could not install the pinned packages",
        )
        install(folder, "-r", LOCK)


def install(environment, *arguments):
    """Let uv install, without what is not asked for: the lock file is complete."""
    process.quiet(
        [environment / "bin/uv", "pip", "install", "--no-deps", *arguments],
        "uv",
        "uv could not install the pinned packages",
        env=uv_environment(environment),
    )


def uv_environment(environment):
    """Return the variables for uv: it knows nothing of pip's settings."""
    env = {
        "VIRTUAL_ENV": str(environment),
        "UV_CACHE_DIR": str(paths.cache() / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_INDEX_STRATEGY": "unsafe-best-match",  # as pip does
    }
    settings = subprocess.run(
        [environment / "bin/python", "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
    ).stdout
    # lines such as global.extra-index-url='one two'; those of PIP_... come first
    for name, value in re.findall(r"^\S*\.([\w-]+)=(.*)$", settings, re.M):
        if name in SETTINGS:
            variable, separator = SETTINGS[name]
            words = ast.literal_eval(value).split()
            env.setdefault(variable, separator.join(words))
    return {**env, **os.environ}


def _forget_unused(base, current):
    """Delete environments no command used for two weeks."""
    limit = time.time() - KEEP_UNUSED_DAYS * 86400
    for stamp in base.glob("*/complete"):
        if stamp.parent != current and stamp.stat().st_mtime < limit:
            shutil.rmtree(stamp.parent, ignore_errors=True)
