"""Run pytest on the addon (in a real Odoo) and on these scripts (plainly)."""

import contextlib
import os
import re
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import host, paths, process, templates
from .say import note

# A skip for one of these reasons hides a test that should have run.
BROWSER = re.compile(r"chrom|browser|websocket|HttpCase|odoo-http", re.I)
# Options of pytest whose value may look like a file.
TAKE_A_VALUE = ("-k", "-m", "-n", "-p", "-o", "-c", "-W", "--tb", "--durations")
PLAIN = paths.DEV / "tests"


def main(argv):
    plain = [argument for argument in argv if is_plain(argument)]
    if plain:
        others = [argument for argument in argv if argument not in plain]
        if any(map(is_target, others)):
            note("dev/test: run the tests under dev/ in a call of their own.")
            return 2
        return run_plain([*others, *map(absolute, plain)])
    everything = not argv
    status = 0
    if everything and PLAIN.is_dir():
        status = run_plain(["-q", str(PLAIN)])
    with host.ready(browser=True) as odoo:
        return run_addon(odoo, argv, everything) or status


def location(argument):
    """Return the file part of an argument such as tests/test_a.py::Case::test_b."""
    return argument.partition("::")[0]


def is_target(argument):
    if argument.startswith("-"):
        return False
    path = location(argument)
    return bool(path) and (os.path.exists(path) or (paths.REPO / path).exists())


def absolute(argument):
    """Return a target with its path made absolute: of here, else of the repository."""
    path, colons, rest = argument.partition("::")
    here = Path(path)
    full = here.absolute() if here.exists() else paths.REPO / path
    return f"{os.path.normpath(full)}{colons}{rest}"


def is_plain(argument):
    return is_target(argument) and Path(location(absolute(argument))).is_relative_to(
        paths.DEV
    )


def through_link(argument, link):
    """Name a file of the repository by the link that is called like the addon."""
    path, colons, rest = absolute(argument).partition("::")
    with contextlib.suppress(ValueError):
        path = str(link / Path(path).relative_to(paths.REPO))
    return f"{path}{colons}{rest}"


def pytest_arguments(argv, link):
    """Return pytest's arguments, targets named by the link; all tests by default."""
    arguments, targets, previous = [], 0, ""
    for argument in argv:
        # The report's file is passed on by `own_report`: pytest runs in another folder.
        if argument.startswith("--junitxml") or previous == "--junitxml":
            pass
        elif previous not in TAKE_A_VALUE and is_target(argument):
            arguments.append(through_link(argument, link))
            targets += 1
        else:
            arguments.append(argument)
        previous = argument
    if not targets:
        arguments.append(str(link / "tests"))
    return arguments


def run_plain(arguments):
    """Run the scripts' own tests: they need no Odoo, only pytest."""
    with host.locks.exclusive("build"):
        environment, _version = host.venv.ensure()
    env = {**os.environ, "PYTHONPATH": str(paths.DEV), "PYTHONPYCACHEPREFIX": ""}
    env["PYTHONPYCACHEPREFIX"] = str(paths.cache() / "pycache")
    return process.foreground(
        [
            environment / "bin/python",
            *(
                "-m",
                "pytest",
                "-p",
                "no:odoo",
                "-o",
                f"cache_dir={paths.cache() / 'pytest'}",
            ),
            # The repository is a Python package that only Odoo can import.
            *("--rootdir", paths.DEV, "--confcutdir", PLAIN, "-c", os.devnull),
            *arguments,
        ],
        env=env,
        cwd=paths.DEV,
    )


def run_addon(odoo, argv, everything=False):
    """Run the addon's tests on a copy of the template.

    :return: pytest's status, or 1 when a browser test was skipped
    """
    template = templates.with_addon(odoo, demo=False)
    arguments = pytest_arguments(argv, odoo.addon_link)
    if everything:
        arguments += ["-ra"]
    return pytest_on_copy(
        odoo, template, arguments, odoo.addon_link.parent, junit=own_report(argv)
    )


def own_report(argv):
    """Return the report file the caller asked pytest for, None by default."""
    for number, argument in enumerate(argv):
        if argument.startswith("--junitxml="):
            return os.path.abspath(argument.partition("=")[2])
        if argument == "--junitxml" and number + 1 < len(argv):
            return os.path.abspath(argv[number + 1])
    return None


def pytest_on_copy(odoo, template, arguments, root, junit=None, output=None):
    """Run pytest-odoo on a copy of a template database.

    :param root: folder of the addons; tests are named from here
    :param junit: file for the report; a temporary one by default
    :param output: file for what pytest prints
    :return: pytest's status, or 1 when a browser test was skipped
    """
    database = templates.run_copy(odoo, template)
    try:
        with (
            odoo.configuration(database) as config,
            tempfile.TemporaryDirectory() as folder,
        ):
            report = Path(junit or f"{folder}/junit.xml")
            status = process.foreground(
                [
                    # Not `-m pytest`: it would put the addons, one of which is named
                    # calendar, before Python's own modules.
                    odoo.venv / "bin/pytest",
                    *("-p", "odoo_assets"),
                    f"--odoo-config={config}",
                    f"--odoo-database={database}",
                    "--odoo-http",
                    f"--junitxml={report}",
                    *("-o", "junit_family=xunit1"),
                    *("--rootdir", root, "-o", f"cache_dir={paths.cache() / 'pytest'}"),
                    *("-W", "ignore::DeprecationWarning"),
                    *arguments,
                ],
                env={
                    **odoo.env,
                    "PYTHONPATH": f"{odoo.env['PYTHONPATH']}:{paths.DEV / 'plugins'}",
                },
                cwd=root,
                output=output,
            )
            return status or complain_about_skips(report)
    finally:
        templates.drop_quietly(odoo.databases, database)


def complain_about_skips(report):
    """Return 1 and name the tests when a browser test was skipped."""
    skipped = skipped_browser_tests(report)
    for name, reason in skipped:
        note(f"dev/test: {name} was skipped: {reason}")
    if skipped:
        note(
            "dev/test: a skipped browser test counts as failed: see that `chromium "
            "--version` works on this machine."
        )
    return 1 if skipped else 0


def cases(report):
    """Yield (test id, outcome, message) of a junit report."""
    if not report.exists():
        return
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        outcome, message = "passed", ""
        for kind in ("skipped", "failure", "error"):
            found = case.find(kind)
            if found is not None:
                outcome, message = kind, found.get("message") or found.text or ""
        yield name, outcome, message


def skipped_browser_tests(report):
    return [
        (name, message)
        for name, outcome, message in cases(report)
        if outcome == "skipped" and BROWSER.search(message)
    ]
