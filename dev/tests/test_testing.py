"""Arguments of ./dev/test, and what counts as a failure."""

import ast
import re
from pathlib import Path

import pytest
from lib import neighbours, paths, testing

pytest_plugins = ["pytester"]

LINK = Path("/cache/addons/1/fieldservice_invoicing")


def test_all_tests_by_default():
    assert testing.pytest_arguments([], LINK) == [str(LINK / "tests")]


def test_options_alone_run_all_tests():
    arguments = testing.pytest_arguments(["-k", "draft", "-x"], LINK)
    assert arguments == ["-k", "draft", "-x", str(LINK / "tests")]


def test_value_of_an_option_is_no_target():
    arguments = testing.pytest_arguments(["-k", "tests"], LINK)
    assert arguments == ["-k", "tests", str(LINK / "tests")]


@pytest.mark.parametrize("name", ["__init__.py", "__init__.py::Case::test_a"])
def test_files_go_through_the_link(name):
    expected = [f"{LINK}/{name}"]
    assert testing.pytest_arguments([name], LINK) == expected
    assert testing.pytest_arguments([str(paths.REPO / name)], LINK) == expected


def test_report_of_the_caller_is_written_where_they_are(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    all_tests = str(LINK / "tests")
    for argv, expected in (
        (["--junitxml=a.xml"], [f"--junitxml={tmp_path}/a.xml"]),
        (["--junitxml", "a.xml"], ["--junitxml", f"{tmp_path}/a.xml"]),
    ):
        assert testing.pytest_arguments(argv, LINK) == [*expected, all_tests]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ([], True),
        (["--junitxml=a.xml"], True),
        (["--junitxml", "a.xml"], True),
        (["-x"], False),
        (["--junitxml=a.xml", "-x"], False),
        (["tests/__init__.py"], False),
    ],
)
def test_what_names_no_tests_runs_all(argv, expected):
    assert testing.asks_for_everything(argv) is expected


def test_tests_of_the_scripts_are_told_apart():
    assert testing.is_plain("dev/tests")
    assert testing.is_plain("dev/tests/test_testing.py::test_a")
    assert not testing.is_plain("__init__.py")
    assert not testing.is_plain("-k")


# --- The plugin of the whole run ---


@pytest.fixture
def run(pytester, monkeypatch):
    """Return a function that runs tests with the plugin, in two processes or one."""
    monkeypatch.syspath_prepend(paths.DEV / "plugins")
    monkeypatch.setenv("PYTHONPATH", str(paths.DEV / "plugins"))

    def run(*arguments, **files):
        pytester.makepyfile(**files)
        plugins = ("-p", "no:odoo", "-p", "whole_run")
        return pytester.runpytest_subprocess(*plugins, *arguments)

    return run


TWO = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")
SKIPPING = "import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip({!r})"


@pytest.mark.parametrize(
    ("arguments", "reason", "status"),
    [
        (TWO, "Chrome executable not found", 1),
        ((), "websocket-client module is not installed", 1),
        ((), "it is an HttpCase and --odoo-http is not set", 1),
        ((), "needs a module that is not there", 0),
    ],
)
def test_skipped_browser_test_is_a_failure(run, arguments, reason, status):
    result = run(*arguments, test_a=SKIPPING.format(reason))
    assert result.ret == status
    # the counts come last, whatever is said before
    assert "1 passed, 1 skipped" in result.outlines[-1]


def test_longest_come_first_side_by_side(run):
    files = {f"test_{name}": "def test_it(): pass" for name in "abcd"}
    result = run("-v", *TWO, test_ledger_machine="def test_it(): pass", **files)
    text = str(result.stdout)
    # two start at once; what comes first by its name need not be done before
    assert 0 < text.index("test_ledger_machine.py") < text.index("test_c.py")
    assert result.ret == 0


def test_signal_ends_the_workers_in_good_order(run, pytester):
    ends = """
import os, pathlib, time, pytest
@pytest.fixture(scope="session", autouse=True)
def database():
    yield
    pathlib.Path("dropped").touch()
def test_it():
    os.kill(os.getppid(), 15)
    time.sleep(5)
"""
    result = run(*TWO, test_ends=ends)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert (pytester.path / "dropped").exists()


def test_longest_are_there():
    stems = {path.stem for path in (paths.REPO / "tests").rglob("test_*.py")}
    plugin = (paths.DEV / "plugins/whole_run.py").read_text()
    [names] = re.findall(r"^LONGEST = \[(.*?)\]", plugin, re.M | re.S)
    assert set(ast.literal_eval(f"[{names}]")) <= stems


def test_cases_of_a_report(tmp_path):
    report = tmp_path / "junit.xml"
    report.write_text(
        """<testsuites><testsuite>
<testcase classname="tests.a" name="test_tour"><skipped message="x"/></testcase>
<testcase classname="tests.a" name="test_b"><failure message="no"/></testcase>
<testcase classname="tests.a" name="test_c"/>
</testsuite></testsuites>"""
    )
    outcomes = {name: outcome for name, outcome, _message in neighbours.cases(report)}
    assert outcomes == {
        "tests.a::test_tour": "skipped",
        "tests.a::test_b": "failure",
        "tests.a::test_c": "passed",
    }


def test_only_new_failures_of_neighbours():
    baseline = {"a": "passed", "b": "failure", "c": "passed", "d": "skipped"}
    results = {"a": "failure", "b": "failure", "d": "skipped", "e": "error"}
    worse = neighbours.compare(baseline, results)
    assert worse == {"a": "failure", "c": "missing", "e": "error"}
