"""The benchmark: our engine, the floor below it, and Odoo's own road beside it."""

import argparse
import json
import math
import statistics
import tempfile
from pathlib import Path

from . import bench_runs, host, paths, templates
from .options import numbers, positive
from .say import Fail, step

INSIDE = paths.DEV / "bench_odoo/measure.py"
INSIDE_DASHBOARD = paths.DEV / "bench_odoo/dashboard.py"
INSIDE_ANALYSIS = paths.DEV / "bench_odoo/analysis.py"
#: the roads, in the order of measuring: the floor gets what `ours` prepares
ROADS = {
    "ours": "fsm.order._create_invoices",
    "floor": "account.move.create, the same lines",
    "odoo": "sale.order._create_invoices",
}
#: milliseconds, and queries
DASHBOARD_GOALS = (300, 12)
ANALYSIS_GOALS = {"pivot": 1000, "list": 1000, "order": 100, "month": 100}
GOALS = {
    "ratio_to_floor": ("at most", 1.15),
    "queries_per_order": ("at most", 18),
    "speedup_over_odoo": ("at least", 2.5),
}


def arguments(argv):
    parser = argparse.ArgumentParser(prog="dev/bench", description=__doc__)
    parser.add_argument(
        "--sizes", type=numbers, default=[1, 10, 100, 1000], help="numbers of orders"
    )
    parser.add_argument(
        "--repeat", type=positive, default=3, help="measurements of each (3)"
    )
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--profile",
        action="store_true",
        help="profile our road with the largest number of orders instead",
    )
    parser.add_argument(
        "--list",
        type=int,
        default=10000,
        help="orders behind the list (10000; 0: none)",
    )
    parser.add_argument(
        "--dashboard",
        type=positive,
        metavar="N",
        help="measure the dashboard alone, over N orders and N invoices",
    )
    parser.add_argument(
        "--analysis",
        type=positive,
        metavar="N",
        help="measure the analysis alone, over N orders and N invoices",
    )
    parser.add_argument(
        "--runs",
        type=positive,
        metavar="N",
        help="measure billing runs of N orders alone, on a fresh copy for each number "
        "of workers",
    )
    parser.add_argument(
        "--workers",
        type=numbers,
        default=[1, 2, 4],
        help="with --runs: how many processes work on a run (1,2,4)",
    )
    return parser.parse_args(argv)


def main(argv):
    options = arguments(argv)
    if options.runs:
        return bench_runs.main(options)
    if options.dashboard:
        program, wanted = INSIDE_DASHBOARD, {"count": options.dashboard}
    elif options.analysis:
        program, wanted = INSIDE_ANALYSIS, {"count": options.analysis}
    else:
        names = ("sizes", "repeat", "profile", "list")
        program, wanted = INSIDE, {name: getattr(options, name) for name in names}
    with (
        host.ready() as odoo,
        templates.copied(
            odoo, templates.with_addon(odoo, demo=False), "bench"
        ) as database,
        tempfile.TemporaryDirectory() as folder,
        step("Measuring"),
    ):
        output = Path(folder) / "results.json"
        status = odoo.run_inside(database, program, output=str(output), **wanted)
        if status:
            raise Fail(f"the measurement ended with status {status}, see above.")
        results = json.loads(output.read_text())
    if options.dashboard:
        print(report_dashboard(results))
        return 0
    if options.profile:
        print(results["profile"])
        return 0
    if options.analysis:
        figures = {"analysis_ms": results["stored"], "analysis": results}
        print(report_analysis(results))
    else:
        figures = summarize(results["measurements"])
        figures["list"] = summarize_list(results["list"])
        print(report(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


# --- Arithmetic ---


def summarize(measurements):
    """Make the figures of single measurements.

    A ratio is the median of the rounds' ratios: what else the machine does slows the
    neighbours in one round alike.

    :param measurements: list of dicts road, size, round, seconds, queries, peak_mb
    :return: dict figure -> number of orders -> value; the growth alone is one number
    """
    rounds = {}
    for found in measurements:
        of_size = rounds.setdefault(found["size"], {})
        of_size.setdefault(found["road"], {})[found["round"]] = found
    figures = {"seconds": {}, "queries_per_order": {}, "peak_mb": {}}
    figures.update(ratio_to_floor={}, speedup_over_odoo={})
    for size, roads in sorted(rounds.items()):
        for road, found in roads.items():
            for figure, name, share in (
                ("seconds", "seconds", 1),
                ("queries_per_order", "queries", size),
                ("peak_mb", "peak_mb", 1),
            ):
                value = statistics.median(one[name] / share for one in found.values())
                figures[figure].setdefault(road, {})[size] = value
        figures["ratio_to_floor"][size] = ratio(roads, "ours", "floor")
        figures["speedup_over_odoo"][size] = ratio(roads, "odoo", "ours")
    figures["growth_exponent"] = growth(figures["seconds"].get("ours", {}))
    figures["growth_exponent_memory"] = growth(figures["peak_mb"].get("ours", {}))
    return figures


def ratio(roads, upper, lower):
    """Return the median of the rounds' ratios of two roads, None without rounds."""
    below = roads.get(lower, {})
    ratios = [
        found["seconds"] / below[number]["seconds"]
        for number, found in roads.get(upper, {}).items()
        if number in below
    ]
    return statistics.median(ratios) if ratios else None


def growth(values):
    """Return how a value grows between the two largest numbers of orders.

    :param values: dict number of orders -> value
    :return: the exponent: 1 is linear; None when there is nothing to compare
    """
    if len(values) < 2:
        return None
    small, large = sorted(values)[-2:]
    if values[small] <= 0 or values[large] <= 0:
        return None
    return math.log(values[large] / values[small]) / math.log(large / small)


def summarize_list(measurements):
    """Make the figures of the list with and without the addon's columns.

    :param measurements: list of dicts screen, rows, seconds (list), queries (list)
    """
    result = {}
    for item in measurements:
        result[item["screen"]] = {
            "rows": item["rows"],
            "milliseconds": 1000 * statistics.median(item["seconds"]),
            "queries": statistics.median(item["queries"]),
        }
    if {"orders", "orders_without_columns"} <= result.keys():
        result["more_time"] = (
            result["orders"]["milliseconds"]
            / result["orders_without_columns"]["milliseconds"]
            - 1
        )
    return result


# --- Report ---


def report(figures):
    lines = []
    for road, title in ROADS.items():
        lines.append(f"{title}")
        for size, seconds in figures["seconds"].get(road, {}).items():
            queries = figures["queries_per_order"][road][size]
            memory = figures["peak_mb"][road][size]
            lines.append(
                f"  {size:>5} orders {seconds:>8.2f} s {1000 * seconds / size:>7.1f} "
                f"ms per order {queries:>7.1f} queries per order {memory:>5.0f} MB"
            )
    lines.append("Compared")
    for size in figures["ratio_to_floor"]:
        lines.append(
            f"  {size:>5} orders {show(figures['ratio_to_floor'][size])} times the "
            f"floor, {show(figures['speedup_over_odoo'][size])} times as fast as Odoo's"
        )
    lines.append(
        f"  growth between the two largest: time ^{show(figures['growth_exponent'])}, "
        f"memory ^{show(figures['growth_exponent_memory'])} (1 is linear)"
    )
    lines += report_goals(figures)
    lines += report_list(figures["list"])
    lines.append(
        "Medians. MB: the most memory of a process forked for the measurement alone "
        "(ru_maxrss), Odoo itself included."
    )
    return "\n".join(lines)


def show(value):
    return "-" if value is None else f"{value:.2f}"


def report_goals(figures):
    """Say which goals are reached with the largest number of orders."""
    lines = []
    for name, (words, goal) in GOALS.items():
        values = figures[name]
        values = values.get("ours", {}) if name == "queries_per_order" else values
        if not values or (value := values[max(values)]) is None:
            continue
        reached = value <= goal if words == "at most" else value >= goal
        verdict = "reached" if reached else "MISSED"
        lines.append(f"  goal {verdict}: {name} {words} {goal}, is {value:.2f}")
    return lines


def report_dashboard(found):
    milliseconds = sorted(1000 * seconds for seconds in found["seconds"])
    return (
        f"Dashboard over {found['orders']} orders ({found['to_invoice']} to invoice) "
        f"and {found['invoices']} invoices: median "
        f"{statistics.median(milliseconds):.0f} ms, fastest {milliseconds[0]:.0f} ms, "
        f"{statistics.median(found['queries']):.0f} queries "
        f"(goals: {DASHBOARD_GOALS[0]} ms, {DASHBOARD_GOALS[1]} queries)"
    )


def report_analysis(found):
    lines = [
        f"Analysis over {found['orders']} orders, {found['rows']} rows "
        f"(copied in {found['copy_seconds']:.0f} s), milliseconds"
    ]
    for name, goal in ANALYSIS_GOALS.items():
        stored, stale, live = (found[x][name] for x in ("stored", "stale", "live"))
        lines.append(
            f"  {name:<6} {stored:>6.0f} stored (goal: {goal}), {stale:>6.0f} with "
            f"{found['posted']} documents stale, {live:>6.0f} of the books alone"
        )
    posting = found["posting"]
    lines.append(
        f"  storing all of it {found['refresh_seconds']:.0f} s; posting "
        f"{found['posted']} invoices {posting['with']:.2f} s, without triggers "
        f"{posting['without']:.2f} s ({posting['more']:+.1%})"
    )
    return "\n".join(lines)


def report_list(screens):
    lines = [
        f"  {name}: {found['rows']} rows, {found['milliseconds']:.1f} ms, "
        f"{found['queries']:.0f} queries"
        for name, found in screens.items()
        if name != "more_time"
    ]
    if "more_time" in screens:
        lines.append(f"  our columns take {screens['more_time']:.0%} more (goal: 10%)")
    return ["Lists", *lines] if lines else []
