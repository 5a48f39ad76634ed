"""The linters: ruff, pylint-odoo with OCA's mandatory checks, prettier for XML."""

import argparse
import os
import subprocess
from pathlib import Path

from . import host, locks, npm, paths, venv
from .say import note

NPM = paths.DEV / "npm"
PRETTIER_SUFFIXES = {".xml", ".js"}
# What is not ours to format.
LEFT_ALONE = {"lib", "node_modules"}


def main(argv):
    parser = argparse.ArgumentParser(prog="dev/lint")
    parser.add_argument("--fix", action="store_true", help="format and repair in place")
    parser.add_argument("paths", nargs="*", help="files or folders, all by default")
    options = parser.parse_args(argv)
    return run(options.fix, [Path(path).absolute() for path in options.paths])


def run(fix=False, chosen=()):
    """Run all linters, even after one found something.

    :return: 0 when all are content, else 1
    """
    # Several commands may lint at once, one builds.
    with locks.exclusive("build"):
        environment, _version = venv.ensure()
        odoo = host.Host((environment, _version))
        prettier = ensure_prettier()
    targets = [str(path) for path in chosen] or [str(paths.REPO)]
    form = [] if fix else ["--check", "--output-format", "concise"]
    results = {
        "ruff check": ruff(
            environment,
            "check",
            *("--output-format", "concise"),
            *(["--fix"] if fix else []),
            *targets,
        ),
        "ruff format": ruff(environment, "format", *form, *targets),
        "pylint-odoo": pylint(odoo, chosen),
        "prettier": format_xml(prettier, fix, chosen),
    }
    failed = [name for name, status in results.items() if status]
    if failed:
        advice = "" if fix else "; ./dev/lint --fix repairs what a machine can"
        note(f"dev/lint: {', '.join(failed)} found something to correct{advice}.")
        return 1
    note(f"dev/lint: {', '.join(results)} are content.")
    return 0


def ruff(environment, command, *arguments):
    return subprocess.run(
        [
            environment / "bin/ruff",
            command,
            *("--quiet", "--config", paths.REPO / "pyproject.toml"),
            *("--cache-dir", paths.cache() / "ruff"),
            *arguments,
        ],
        check=False,
    ).returncode


def pylint(odoo, chosen):
    """Run pylint on the addon, or on the chosen Python files of it."""
    inside = [
        odoo.addon_link / path.relative_to(paths.REPO)
        for path in chosen
        if path.is_relative_to(paths.REPO) and not path.is_relative_to(paths.DEV)
    ]
    targets = [path for path in inside if path.is_dir() or path.suffix == ".py"]
    if chosen and not targets:
        return 0
    result = subprocess.run(
        [
            odoo.python,
            *("-m", "pylint", "--rcfile", paths.REPO / "pyproject.toml"),
            *("--ignore", "dev,.ci,build,dist"),
            *(targets or [odoo.addon_link]),
        ],
        env={
            **os.environ,
            "PYTHONPATH": str(odoo.odoo),
            "PYTHONPYCACHEPREFIX": str(paths.cache() / "pycache"),
            "PYLINTHOME": str(paths.cache() / "pylint"),
        },
        cwd=odoo.addon_link.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = result.stdout.replace(f"{odoo.addon_link}/", "").splitlines()
    for line in lines:
        if not line.startswith("*"):
            print(line.removeprefix(f"{paths.ADDON}/"))
    if result.returncode and not result.stdout.strip():
        note(result.stderr.strip())
    return result.returncode


# --- prettier ---


def ensure_prettier():
    """Return prettier's program, installed in the cache when missing."""
    modules = npm.ensure(NPM, "to format XML", "the formatter of XML")
    return modules / "prettier/bin/prettier.cjs"


def format_xml(program, fix, chosen):
    files = [path for path in project_files(chosen) if path.suffix in PRETTIER_SUFFIXES]
    if not files:
        return 0
    plugin = program.parents[2] / "@prettier/plugin-xml/src/plugin.js"
    result = subprocess.run(
        [
            *("node", program, "--config", NPM / "prettier.json"),
            *("--plugin", plugin, "--log-level", "warn"),
            "--write" if fix else "--check",
            *(path.relative_to(paths.REPO) for path in files),
        ],
        cwd=paths.REPO,
        check=False,
    )
    return result.returncode


def project_files(chosen=()):
    """Yield the project's files, or those among and below the chosen ones."""
    for root, folders, files in os.walk(paths.REPO):
        folders[:] = sorted(
            name
            for name in folders
            if name not in LEFT_ALONE and (not name.startswith(".") or name == ".ci")
        )
        for name in sorted(files):
            path = Path(root) / name
            if not chosen or any(path == one or one in path.parents for one in chosen):
                yield path
