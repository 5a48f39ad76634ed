"""What junit reports of pytest say."""

import re
import xml.etree.ElementTree as ElementTree
from datetime import timedelta

from .say import note

# A skip for one of these reasons hides a test that should have run.
BROWSER = re.compile(r"chrom|browser|websocket|HttpCase|odoo-http", re.I)
# Outcomes in pytest's order and words.
WORDS = {
    "failure": "failed",
    "passed": "passed",
    "skipped": "skipped",
    "error": "errors",
}


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


def merge(reports, target):
    """Write the test suites of several reports into one."""
    root = ElementTree.Element("testsuites")
    for report in reports:
        root.extend(ElementTree.parse(report).iter("testsuite"))
    ElementTree.ElementTree(root).write(target, encoding="utf-8", xml_declaration=True)


def summary(report, seconds, width=80):
    """Return the counts of a report as pytest prints them last."""
    counts = dict.fromkeys(WORDS, 0)
    for _name, outcome, _message in cases(report):
        counts[outcome] += 1
    words = [f"{counts[key]} {word}" for key, word in WORDS.items() if counts[key]]
    text = f"{', '.join(words) or 'no tests ran'} in {seconds:.2f}s"
    if seconds >= 60:
        text += f" ({timedelta(seconds=int(seconds))})"
    return f" {text} ".center(width, "=")
