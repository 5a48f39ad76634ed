"""All tests in two processes: nothing is left out, and no failure gets lost."""

import os
import signal
import threading
from pathlib import Path

import pytest
from lib import paths, process, reports, testing

LINK = Path("/cache/addons/1/fieldservice_invoicing")


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a report for each list of outcomes."""

    def write(*shares):
        files = []
        for number, outcomes in enumerate(shares):
            cases = "".join(
                f'<testcase classname="t" name="test_{number}_{index}">{outcome}'
                "</testcase>"
                for index, outcome in enumerate(outcomes)
            )
            file = tmp_path / f"{number}.xml"
            file.write_text(
                f'<testsuites><testsuite name="pytest">{cases}</testsuite></testsuites>'
            )
            files.append(file)
        return files

    return write


def test_each_file_is_in_one_of_the_two():
    front, beside = testing.shares(LINK)
    assert front[0] == str(LINK / "tests")
    assert front[1:] == [f"--ignore={path}" for path in beside]
    assert len(beside) >= len(testing.BESIDE)
    for path in beside:
        assert (paths.REPO / Path(path).relative_to(LINK)).is_file()


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


@pytest.mark.parametrize(
    ("statuses", "status"), [([0, 0], 0), ([1, 0], 1), ([0, 3], 3), ([0, 130], 130)]
)
def test_failure_of_one_is_a_failure(written, statuses, status):
    assert testing.conclude(statuses, written([""], [""]), 1) == status


def test_counts_of_both_end_the_output(written, capsys):
    files = written(["", "<failure/>", '<skipped message="no module"/>'], ["", ""])
    testing.conclude([1, 0], files, 83.4)
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.strip("= ") == "1 failed, 3 passed, 1 skipped in 83.40s (0:01:23)"


def test_missing_report_is_a_failure(written, tmp_path, capsys):
    files = [*written([""]), tmp_path / "none.xml"]
    assert testing.conclude([0, 0], files, 1) == 1
    assert "without a report" in capsys.readouterr().err


def test_browser_test_skipped_beside_is_a_failure(written):
    files = written([""], ['<skipped message="chrome is missing"/>'])
    assert testing.conclude([0, 0], files, 1) == 1


def test_report_of_the_caller_holds_both(written, tmp_path):
    target = tmp_path / "all.xml"
    testing.conclude([0, 0], written(["", ""], [""]), 1, junit=target)
    assert [name for name, *_rest in reports.cases(target)] == [
        "t::test_0_0",
        "t::test_0_1",
        "t::test_1_0",
    ]


def test_both_children_are_waited_for():
    children = [process.start(["sh", "-c", f"exit {number}"]) for number in (0, 7)]
    assert process.wait(children) == [0, 7]


def test_signal_ends_both():
    children = [process.start(["sleep", "60"]) for _number in range(2)]
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert process.wait(children) == [128 + signal.SIGTERM] * 2
