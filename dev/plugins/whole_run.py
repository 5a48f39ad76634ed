"""A plugin of pytest: the longest tests first, no browser test left out, a good end."""

import re
import signal

import pytest

# A skip for one of these reasons hides a test that should have run.
HIDING = re.compile(
    r"chrom|browser|websocket|HttpCase|odoo-http|factur-x|hypothesis", re.I
)
# What takes minutes, the longest first: where several processes share the tests, all of
# them are busy until the end.
LONGEST = ["test_ledger_machine", "test_credit_amounts", "test_analysis_machine"]

skipped = {}


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        # told to end, it ends its workers in good order, as by Ctrl-C
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        rank = {name: number for number, name in enumerate(LONGEST)}
        items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


def pytest_runtest_logreport(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        _file, _line, reason = report.longrepr
        if HIDING.search(reason):
            skipped[report.nodeid] = reason


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if skipped and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    for name, reason in skipped.items():
        terminalreporter.write_line(f"{name} was skipped: {reason}")
    if skipped:
        terminalreporter.write_line(
            "A skipped browser test counts as failed: see that `chromium --version` "
            "works on this machine."
        )
