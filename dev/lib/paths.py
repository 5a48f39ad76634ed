"""Where things are, and the fingerprints that tell whether they are still right."""

import ast
import hashlib
import os
from pathlib import Path

from .say import Fail

ADDON = "fieldservice_invoicing"
DEV = Path(__file__).resolve().parent.parent
REPO = DEV.parent

# A change here needs no upgrade of a database: tests and tours are read from the disk
# on every run, the rest is never loaded by Odoo.
NOT_INSTALLED = {"bridges", "dev", "tests", "docs", "build", "dist", "node_modules"}
NOT_INSTALLED_SUFFIXES = {".md", ".txt", ".pot", ".pyc", ".toml", ".cjs"}


def cache():
    """Return the cache folder, created when missing."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(
        os.path.expanduser("~"), ".cache"
    )
    folder = Path(base).absolute() / ADDON
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Fail(
            f"the cache folder {folder} cannot be made ({error.strerror}): point "
            "XDG_CACHE_HOME at a folder that is yours and run this again."
        ) from error
    return folder


def log_file(name):
    folder = cache() / "log"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.log"


def digest(*parts):
    """Return a short fingerprint of strings or bytes."""
    fingerprint = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        fingerprint.update(str(len(data)).encode() + b":" + data)
    return fingerprint.hexdigest()[:10]


def manifest(repo=REPO):
    return ast.literal_eval((repo / "__manifest__.py").read_text())


def depends(repo=REPO):
    """Return the modules the addon needs from the host, sorted."""
    return sorted(manifest(repo)["depends"])


def addon_files(repo=REPO):
    """Yield the files whose change needs an upgrade of the database, sorted."""
    for root, folders, files in os.walk(repo):
        at_root = Path(root) == repo
        folders[:] = sorted(
            folder
            for folder in folders
            if not folder.startswith(".")
            and folder != "__pycache__"
            and not (at_root and folder in NOT_INSTALLED)
            and not (folder == "tests" and Path(root).name == "static")
        )
        for name in sorted(files):
            path = Path(root) / name
            if name.startswith(".") or path.suffix in NOT_INSTALLED_SUFFIXES:
                continue
            yield path


def addon_hash(repo=REPO):
    """Fingerprint the addon as it would be installed."""
    parts = []
    for path in addon_files(repo):
        try:
            parts += [str(path.relative_to(repo)), path.read_bytes()]
        except FileNotFoundError:  # an editor's temporary file that just went away
            continue
    return digest(*parts)
