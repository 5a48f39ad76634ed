"""The linters of `.pre-commit-config.yaml`, in the versions of the lock file."""

import argparse
import os
import shutil
import subprocess

from . import debian, locks, paths, process, venv


def main(argv):
    parser = argparse.ArgumentParser(prog="dev/lint")
    parser.add_argument("paths", nargs="*", help="files or folders, all by default")
    options = parser.parse_args(argv)
    missing = [
        package
        for program, package in (("git", "git"), ("node", "nodejs"), ("npm", "npm"))
        if not shutil.which(program)
    ]
    if missing:
        debian.install(missing, "to run the linters")
    with locks.exclusive("build"):
        environment, _version = venv.ensure()
        env = {
            **os.environ,
            "PRE_COMMIT_HOME": str(paths.cache() / "pre-commit"),
            # pip takes a path with a space for two files
            "PIP_CONSTRAINT": venv.LOCK.as_uri(),
            **index_of_files(),
        }
    chosen = ["--all-files"]
    if options.paths:
        chosen = ["--files", *files_of(options.paths, env)]
    return process.foreground(
        [environment / "bin/pre-commit", "run", *chosen], env=env, cwd=paths.REPO
    )


def index_of_files():
    """Return the variables that give pre-commit an index of files, where git has none.

    It works on what git knows: a folder unpacked from an archive, or somebody else's,
    gets an index in the cache.
    """
    git = ["git", "-C", paths.REPO]
    found = subprocess.run(
        [*git, "rev-parse", "--show-prefix"], capture_output=True, text=True
    )
    if not found.returncode and not found.stdout.strip():
        return {}
    folder = paths.cache() / "lint" / paths.digest(paths.REPO)
    folder.mkdir(parents=True, exist_ok=True)
    env = {"GIT_DIR": str(folder), "GIT_WORK_TREE": str(paths.REPO)}
    for command in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run([*git, *command], env={**os.environ, **env}, check=True)
    return env


def files_of(chosen, env):
    """Return the files among and below the chosen ones."""
    return subprocess.check_output(
        ["git", "ls-files", "--", *map(os.path.abspath, chosen)],
        cwd=paths.REPO,
        env=env,
        text=True,
    ).splitlines()
