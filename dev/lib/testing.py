"""Run pytest on the addon (in a real Odoo) and on these scripts (plainly)."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import host, paths, ports, process, reports, templates
from .say import note

# Options of pytest whose value may look like a file.
TAKE_A_VALUE = ("-k", "-m", "-n", "-p", "-o", "-c", "-W", "--tb", "--durations")
PLAIN = paths.DEV / "tests"
# These take minutes. When all tests run, they do so in a process and on a database of
# their own, beside the others.
BESIDE = (
    "test_analysis_machine.py",
    "test_concurren*.py",
    "test_credit_amounts.py",
    "test_ledger_machine.py",
)


def main(argv):
    plain = [argument for argument in argv if is_plain(argument)]
    if plain:
        others = [argument for argument in argv if argument not in plain]
        if any(map(is_target, others)):
            note("dev/test: run the tests under dev/ in a call of their own.")
            return 2
        return run_plain([*others, *map(absolute, plain)])
    everything = asks_for_everything(argv)
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
    root, junit = odoo.addon_link.parent, own_report(argv)
    if everything:
        return run_side_by_side(odoo, template, root, junit)
    arguments = pytest_arguments(argv, odoo.addon_link)
    return pytest_on_copy(odoo, template, arguments, root, junit)


def asks_for_everything(argv):
    """Whether nothing is said about which tests to run, or how."""
    if argv[:1] == ["--junitxml"]:
        argv = argv[2:]
    return all(argument.startswith("--junitxml=") for argument in argv)


def own_report(argv):
    """Return the report file the caller asked pytest for, None by default."""
    for number, argument in enumerate(argv):
        if argument.startswith("--junitxml="):
            return os.path.abspath(argument.partition("=")[2])
        if argument == "--junitxml" and number + 1 < len(argv):
            return os.path.abspath(argv[number + 1])
    return None


@dataclass
class Pytest:
    """pytest on a database; which tests is said when it starts."""

    command: list
    env: dict
    cwd: Path

    def start(self, arguments, report, output=None):
        """Start it.

        :param report: path of the junit report
        :param output: file for what pytest prints, the terminal by default
        :return: the child process
        """
        return process.start(
            [*self.command, f"--junitxml={report}", *arguments],
            env=self.env,
            cwd=self.cwd,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
        )


def pytest_on_copy(odoo, template, arguments, root, junit=None, output=None):
    """Run pytest-odoo on a copy of a template database.

    :param root: folder of the addons; tests are named from here
    :param junit: file for the report; a temporary one by default
    :param output: file for what pytest prints
    :return: pytest's status, or 1 when a browser test was skipped
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        ready(odoo, template, root) as pytest,
    ):
        report = Path(junit or f"{folder}/junit.xml")
        [status] = process.wait([pytest.start(arguments, report, output)])
        return status or reports.complain_about_skips(report)


@contextlib.contextmanager
def ready(odoo, template, root, purpose="test", port=None):
    """Yield `Pytest` on a copy of a template database, which is dropped afterwards.

    :param purpose: sets what runs at the same time apart
    """
    database = templates.run_copy(odoo, template, purpose)
    paths_of_python = f"{odoo.env['PYTHONPATH']}:{paths.DEV / 'plugins'}"
    try:
        with odoo.configuration(database, port=port) as config:
            yield Pytest(
                command=[
                    # Not `-m pytest`: it would put the addons, one of which is named
                    # calendar, before Python's own modules.
                    odoo.venv / "bin/pytest",
                    *("-p", "odoo_assets"),
                    f"--odoo-config={config}",
                    f"--odoo-database={database}",
                    "--odoo-http",
                    *("-o", "junit_family=xunit1"),
                    *("--rootdir", root),
                    *("-o", f"cache_dir={paths.cache() / 'pytest' / purpose}"),
                    *("-W", "ignore::DeprecationWarning"),
                ],
                env={**odoo.env, "PYTHONPATH": paths_of_python},
                cwd=root,
            )
    finally:
        templates.drop_quietly(odoo.databases, database)


def shares(link):
    """Divide all tests in two: what is run in front, and what is run beside it.

    :return: (pytest's arguments, pytest's arguments)
    """
    found = {path for name in BESIDE for path in (paths.REPO / "tests").rglob(name)}
    beside = [str(link / path.relative_to(paths.REPO)) for path in sorted(found)]
    return [str(link / "tests"), *(f"--ignore={path}" for path in beside)], beside


def run_side_by_side(odoo, template, root, junit=None):
    """Run all tests in two processes, each on its own copy of the template.

    One prints on the terminal; what the other says follows when both are done, and
    the counts of both together end the output.
    """
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        open(f"{folder}/beside.txt", "w+") as output,
        ready(odoo, template, root) as front,
        ready(odoo, template, root, "beside", ports.any_free()) as beside,
    ):
        written = [Path(f"{folder}/{name}.xml") for name in ("front", "beside")]
        first, second = shares(odoo.addon_link)
        note(f"dev/test: {', '.join(BESIDE)}: in a process beside the others.")
        statuses = process.wait(
            [
                beside.start(["-ra", *second], written[1], output),
                front.start(["-ra", *first], written[0]),
            ]
        )
        note("dev/test: what ran beside that:")
        output.seek(0)
        shutil.copyfileobj(output, sys.stdout)
        sys.stdout.flush()
        return conclude(statuses, written, time.monotonic() - began, junit)


def conclude(statuses, written, seconds, junit=None):
    """Print the counts of several reports together.

    :return: the first status that is none of success, also when a report is missing
    """
    status = next(filter(None, statuses), 0)
    for report in written:
        if not report.exists():
            note("dev/test: one of the two processes ended without a report.")
            return status or 1
    total = Path(junit or written[0].parent / "total.xml")
    reports.merge(written, total)
    status = status or reports.complain_about_skips(total)
    width = shutil.get_terminal_size().columns
    print(reports.summary(total, seconds, width))
    return status
