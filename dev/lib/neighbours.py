"""The neighbours' own test suites, with our addon installed and without it."""

import argparse
import json
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import host, neighbour_addons, paths, templates, testing
from .say import Fail, note, step

BASELINE = paths.DEV / "neighbours_baseline.json"
# Tested in two sessions: Odoo's own two modules change accounting settings.
OCA = [
    "base_territory",
    "fieldservice",
    "fieldservice_account",
    "fieldservice_project",
    "fieldservice_sale",
    "fieldservice_sale_stock",
    "fieldservice_stock",
    "fieldservice_timesheet",
]
ODOO = ["sale_timesheet", "stock_account"]
# What we detect, and depend on in no way; our own tests with it, in a folder of theirs.
DETECTED = ["mrp_account", "sale_mrp", *neighbour_addons.MODULES]
OWN_TESTS = "dev/neighbour_tests"
# The charts of accounts of these countries, and our tests on each of them.
CHARTS = [
    *("l10n_be", "l10n_ch", "l10n_de", "l10n_es", "l10n_fr_account", "l10n_it"),
    *("l10n_nl", "l10n_uk", "l10n_us_account"),
]
CHART_TESTS = "dev/chart_tests"
BAD = {"failure", "error", "missing"}


def main(argv):
    parser = argparse.ArgumentParser(prog="dev/neighbours")
    parser.add_argument(
        "--record",
        action="store_true",
        help="run without the addon, write a new baseline",
    )
    parser.add_argument(
        "--charts",
        action="store_true",
        help="our tests on the charts of accounts of nine countries, and nothing else",
    )
    options = parser.parse_args(argv)
    if options.charts:
        return run_charts()
    baseline = None if options.record else read_baseline()
    with host.ready(browser=True) as odoo:
        if options.record:
            template = templates.base(odoo, demo=False)
        else:
            template = templates.with_addon(odoo, demo=False)
        results, messages = run_suites(odoo, template)
        if not options.record:
            own_results, own_messages = run_own(odoo, template)
            results |= own_results
            messages |= own_messages
    if options.record:
        write_baseline(results, odoo)
        return 0
    return report(compare(baseline["tests"], results), messages)


def run_suites(odoo, template):
    results, messages = {}, {}
    odoo_addons = next(
        path for path in odoo.addons if (path / "sale_timesheet").is_dir()
    )
    for title, folder, modules in (
        ("Field Service", odoo.oca, OCA),
        ("Sales and stock", odoo_addons, ODOO),
    ):
        targets = [folder / module / "tests" for module in modules]
        own_results, own_messages = run_suite(odoo, template, title, folder, targets)
        results |= own_results
        messages |= own_messages
    return results, messages


def run_own(odoo, template):
    """Run our own tests beside what we detect, on a database that has it."""
    odoo.addons.append(neighbour_addons.fetch(odoo))
    with templates.copied(odoo, template, "detected") as database:
        with step(f"Installing {', '.join(DETECTED)} (takes minutes)"):
            odoo.quiet_odoo(
                database,
                "neighbours-detected",
                f"Odoo could not install {', '.join(DETECTED)}",
                "-i",
                ",".join(DETECTED),
                with_demo=False,
            )
        link = odoo.addon_link
        return run_suite(odoo, database, "detected", link.parent, [link / OWN_TESTS])


def run_charts():
    """Run our tests on charts of accounts of countries.

    :return: status
    """
    with host.ready() as odoo:
        template = templates.with_addon(odoo, demo=False)
        with templates.copied(odoo, template, "charts") as database:
            with step(f"Installing {', '.join(CHARTS)}"):
                odoo.quiet_odoo(
                    database,
                    "neighbours-charts",
                    "Odoo could not install the charts of accounts",
                    "-i",
                    ",".join(CHARTS),
                    with_demo=False,
                )
            target = str(odoo.addon_link / CHART_TESTS)
            return testing.pytest_on_copy(odoo, database, ["-q", target])


def run_suite(odoo, template, title, folder, targets):
    """Run the tests in these folders.

    :return: {test: outcome} and {test: first line of its message}
    """
    present = [str(target) for target in targets if target.is_dir()]
    log = paths.log_file(f"neighbours-{title.lower().replace(' ', '-')}")
    with (
        tempfile.TemporaryDirectory() as scratch,
        step(f"Running the tests of {title} (takes minutes)"),
    ):
        junit = Path(scratch) / "junit.xml"
        arguments = ["-q", f"--junitxml={junit}", *present]
        with open(log, "w") as output:
            testing.pytest_on_copy(odoo, template, arguments, folder, output)
        found = list(cases(junit))
    if not found:
        raise Fail(f"the tests of {title} could not be run, see the end of {log}.")
    return (
        {name: outcome for name, outcome, _message in found},
        {name: (message.splitlines() or [""])[0] for name, _outcome, message in found},
    )


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


# --- The baseline ---


def read_baseline():
    try:
        return json.loads(BASELINE.read_text())
    except FileNotFoundError:
        raise Fail(
            "there is no baseline to compare with: record one with ./dev/neighbours "
            "--record."
        ) from None


def write_baseline(results, odoo):
    content = {"odoo": odoo.odoo_version, "tests": dict(sorted(results.items()))}
    BASELINE.write_text(json.dumps(content, indent=1) + "\n")
    note(f"{BASELINE}: {summary(results)}, without the addon.")


def compare(baseline, results):
    """Return {test: outcome} of what is worse than in the baseline."""
    worse = {}
    for name in sorted({*baseline, *results}):
        now, before = results.get(name, "missing"), baseline.get(name, "passed")
        if now in BAD and before not in BAD:
            worse[name] = now
    return worse


def summary(results):
    counts = {}
    for outcome in results.values():
        counts[outcome] = counts.get(outcome, 0) + 1
    words = (("passed", "passed"), ("failure", "failed"), ("error", "errors"))
    words += (("skipped", "skipped"),)
    return ", ".join(f"{counts[key]} {word}" for key, word in words if counts.get(key))


def report(worse, messages):
    if not worse:
        print("No new failure in the neighbours' tests.")
        return 0
    for name, outcome in worse.items():
        message = messages.get(name, "")
        print(f"{outcome}: {name}{': ' if message else ''}{message}")
    print(f"{len(worse)} new failures in the neighbours' tests.")
    return 1
