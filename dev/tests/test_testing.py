"""Arguments of ./dev/test, and what counts as a failure."""

from pathlib import Path

import pytest
from lib import neighbours, paths, reports, testing

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


def test_report_of_the_caller_is_kept(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert testing.own_report(["--junitxml=a.xml"]) == str(tmp_path / "a.xml")
    assert testing.own_report(["--junitxml", "a.xml"]) == str(tmp_path / "a.xml")
    assert testing.own_report(["-k", "a"]) is None
    assert testing.pytest_arguments(["--junitxml", "a.xml"], LINK) == [
        str(LINK / "tests")
    ]


def test_tests_of_the_scripts_are_told_apart():
    assert testing.is_plain("dev/tests")
    assert testing.is_plain("dev/tests/test_testing.py::test_a")
    assert not testing.is_plain("__init__.py")
    assert not testing.is_plain("-k")


REPORT = """<testsuites><testsuite>
<testcase classname="tests.a" name="test_tour"><skipped message="{}"/></testcase>
<testcase classname="tests.a" name="test_b"><failure message="no"/></testcase>
<testcase classname="tests.a" name="test_c"/>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("Chrome executable not found", 1),
        ("websocket-client module is not installed", 1),
        ("it is an HttpCase and --odoo-http is not set", 1),
        ("needs a module that is not there", 0),
    ],
)
def test_skipped_browser_test_is_a_failure(tmp_path, reason, status):
    report = tmp_path / "junit.xml"
    report.write_text(REPORT.format(reason))
    assert reports.complain_about_skips(report) == status


def test_cases_of_a_report(tmp_path):
    report = tmp_path / "junit.xml"
    report.write_text(REPORT.format("x"))
    outcomes = {name: outcome for name, outcome, _message in reports.cases(report)}
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
