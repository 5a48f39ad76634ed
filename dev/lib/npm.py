"""Programs of Node: pinned by a lock file in `dev/`, installed in the cache."""

import shutil

from . import debian, locks, paths, process
from .say import step


def ensure(source, what_for, title):
    """Return the folder `node_modules` of a pinned package, made when missing.

    :param source: folder with package.json and package-lock.json
    :param what_for: ends the sentence that names missing Debian packages
    :param title: what is being installed, for people who wait
    """
    missing = [name for name in ("node", "npm") if not shutil.which(name)]
    if missing:
        packages = [{"node": "nodejs"}.get(name, name) for name in missing]
        debian.install(packages, what_for)
    lock = (source / "package-lock.json").read_bytes()
    folder = paths.cache() / "npm" / paths.digest(lock)
    with locks.exclusive("npm"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copy(source / name, folder)
            with step(f"Installing {title}"):
                process.quiet(
                    ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                    "npm",
                    f"npm could not install {title}",
                    cwd=folder,
                )
            (folder / "complete").touch()
    return folder / "node_modules"
