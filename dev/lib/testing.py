"""Run pytest on the addon (in a real Odoo) and on these scripts (plainly)."""

import contextlib
import os
from pathlib import Path

from . import host, paths, process, stress, templates
from .say import Fail, note

# Options of pytest whose value may look like a file.
TAKE_A_VALUE = ("-k", "-m", "-n", "-p", "-o", "-c", "-W", "--tb", "--durations")
PLAIN = paths.DEV / "tests"
# What is tried before the tests inside Odoo. Each of them waits a lot, all of them
# together keep two processors busy.
APART = [
    [paths.DEV / "test", "-q", PLAIN],
    [paths.DEV / "test", "-q", paths.REPO / "bridges"],
    [paths.DEV / "stress", "runs", *stress.SMALL],
]
FIXTURES = paths.DEV / "test_odoo/fixtures.py"
# All tests run in several processes, each on a database of its own that pytest-odoo
# makes; the classes that take longest come first (plugins/whole_run.py).
SIDE_BY_SIDE = [
    *("-n", "logical", "--maxprocesses", "8"),
    *("--dist", "loadscope", "--no-loadscope-reorder", "-ra", "--durations=30"),
]


def main(argv):
    for is_its_kind, run in ((is_plain, run_plain), (is_bridge, run_bridges)):
        chosen = [argument for argument in argv if is_its_kind(argument)]
        if chosen:
            others = [argument for argument in argv if argument not in chosen]
            if any(map(is_target, others)):
                note(
                    "dev/test: run the tests under dev/ and bridges/ in their own call."
                )
                return 2
            return run([*others, *map(absolute, chosen)])
    everything = asks_for_everything(argv)
    with host.ready(browser=True) as odoo:
        template = templates.with_addon(odoo, demo=False)
        status = process.side_by_side(APART) if everything else 0
        arguments = pytest_arguments(argv, odoo.addon_link)
        if everything:
            arguments = [*SIDE_BY_SIDE, *arguments]
        return pytest_on_copy(odoo, template, arguments, prepared=everything) or status


def run_bridges(arguments):
    """Run the bridges' tests, where the addons path has more than usual."""
    # which needs the other commands, as this one does
    from . import bridges

    with host.ready() as odoo:
        return bridges.test(odoo, templates.with_addon(odoo, demo=False), arguments)


def asks_for_everything(argv):
    """Whether nothing is said about which tests to run, or how."""
    return all(
        argument.startswith("--junitxml") or previous == "--junitxml"
        for previous, argument in zip(["", *argv], argv, strict=False)
    )


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
    return is_below(argument, paths.DEV)


def is_bridge(argument):
    return is_below(argument, paths.REPO / "bridges")


def is_below(argument, folder):
    return is_target(argument) and Path(location(absolute(argument))).is_relative_to(
        folder
    )


def through_link(argument, link):
    """Name a file of the repository by the link that is called like the addon."""
    path, colons, rest = absolute(argument).partition("::")
    with contextlib.suppress(ValueError):
        path = str(link / Path(path).relative_to(paths.REPO))
    return f"{path}{colons}{rest}"


def pytest_arguments(argv, link):
    """Return pytest's arguments, targets named by the link; all tests by default.

    Files to write are named in full: pytest runs in another folder.
    """
    arguments, targets, previous = [], 0, ""
    for argument in argv:
        if previous == "--junitxml":
            arguments.append(os.path.abspath(argument))
        elif argument.startswith("--junitxml="):
            option, _sign, path = argument.partition("=")
            arguments.append(f"{option}={os.path.abspath(path)}")
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
    env = {**os.environ, "PYTHONPATH": str(paths.DEV)}
    env["PYTHONPYCACHEPREFIX"] = str(paths.cache() / "pycache")
    env.pop("PYTHONDONTWRITEBYTECODE", None)
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


def pytest_on_copy(odoo, template, arguments, root=None, output=None, prepared=False):
    """Run pytest-odoo on a copy of a template database.

    :param root: folder of the addons; tests are named from here
    :param prepared: whether what tests begin with is made once for all classes, which
        is worth its seconds where there are many
    :param output: file for what pytest prints, the terminal by default
    :return: pytest's status
    """
    root = root or odoo.addon_link.parent
    with (
        templates.copied(odoo, template) as database,
        odoo.configuration(database) as config,
    ):
        if prepared and odoo.run_inside(database, FIXTURES):
            raise Fail("what the tests begin with could not be made, see above.")
        return process.foreground(
            [
                # Not `-m pytest`: it would put the addons, one of which is named
                # calendar, before Python's own modules.
                odoo.venv / "bin/pytest",
                *("-p", "odoo_assets", "-p", "whole_run"),
                f"--odoo-config={config}",
                f"--odoo-database={database}",
                "--odoo-http",
                *("-o", "junit_family=xunit1"),
                *("--rootdir", root),
                *("-o", f"cache_dir={paths.cache() / 'pytest'}"),
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
