"""Arguments and arithmetic of ./dev/bench."""

import pytest
from lib import bench, bench_runs


def found(road, size, number, seconds, queries=0, peak_mb=100):
    return {
        "road": road,
        "size": size,
        "round": number,
        "seconds": seconds,
        "queries": queries,
        "peak_mb": peak_mb,
    }


def test_sizes_are_sorted_and_named_once():
    assert bench.arguments(["--sizes", "100,1,10,10"]).sizes == [1, 10, 100]


@pytest.mark.parametrize(
    "option",
    ["--sizes=0", "--sizes=ten", "--sizes=", "--repeat=0", "--runs=0", "--workers=0"],
)
def test_what_is_no_number_is_refused(option):
    with pytest.raises(SystemExit):
        bench.arguments([option])


def test_ratio_is_the_median_of_the_rounds():
    # the machine was three times as slow in the second round
    figures = bench.summarize(
        [
            *(
                found("ours", 10, number, time)
                for number, time in enumerate((11, 36, 12))
            ),
            *(found("floor", 10, number, 10 * f) for number, f in enumerate((1, 3, 1))),
            *(
                found("odoo", 10, number, time)
                for number, time in enumerate((33, 99, 24))
            ),
        ]
    )
    assert figures["ratio_to_floor"] == {10: 1.2}
    assert figures["speedup_over_odoo"] == {10: 2.75}
    assert figures["seconds"]["ours"] == {10: 12}


def test_queries_are_those_of_one_order():
    figures = bench.summarize([found("ours", 10, 0, 1, queries=185)])
    assert figures["queries_per_order"]["ours"] == {10: 18.5}
    assert figures["ratio_to_floor"] == {10: None}
    assert figures["growth_exponent"] is None


def test_growth_compares_the_two_largest():
    linear = [found("ours", size, 0, size / 20) for size in (1, 100, 1000)]
    assert bench.summarize(linear)["growth_exponent"] == pytest.approx(1)
    assert bench.growth({1: 7, 100: 1, 1000: 100}) == pytest.approx(2)
    assert bench.growth({100: 0, 1000: 5}) is None


def test_list_is_compared_with_and_without_columns():
    screens = [
        {"screen": name, "rows": 80, "seconds": seconds, "queries": [8, 8, 9]}
        for name, seconds in (
            ("orders", [0.011, 0.5, 0.010]),
            ("orders_without_columns", [0.010, 0.010, 0.5]),
        )
    ]
    figures = bench.summarize_list(screens)
    assert figures["more_time"] == pytest.approx(0.1)
    assert figures["orders"]["queries"] == 8


def test_goals_are_those_of_the_largest_number():
    figures = bench.summarize(
        [
            *(found("ours", size, 0, 1, queries=17 * size) for size in (1, 100)),
            *(found("floor", size, 0, size / 80) for size in (1, 100)),
        ]
    )
    assert bench.report_goals(figures) == [
        "  goal reached: ratio_to_floor at most 1.15, is 0.80",
        "  goal reached: queries_per_order at most 18, is 17.00",
    ]


def test_report_names_every_road():
    figures = bench.summarize([found("odoo", 10, 0, 2.5, queries=400)])
    figures["list"] = {}
    text = bench.report(figures)
    assert "250.0 ms per order" in text and "40.0 queries per order" in text


def test_dashboard_is_reported_by_its_median():
    text = bench.report_dashboard(
        {
            "seconds": [0.2, 0.9, 0.1],
            "queries": [12, 12, 11],
            "orders": 10000,
            "to_invoice": 500,
            "invoices": 9990,
        }
    )
    assert "median 200 ms, fastest 100 ms, 12 queries" in text


# --- runs ---


def test_runs_are_measured_with_one_two_and_four_workers():
    options = bench.arguments(["--runs", "10000"])
    assert (options.runs, options.workers) == (10000, [1, 2, 4])
    assert bench.arguments(["--workers", "4,1"]).workers == [1, 4]


def test_memory_after_a_third_is_the_most_until_then():
    samples = [(100, 150), (101, 210), (102, 190), (104, 240), (106, 260)]
    assert bench_runs.peak_until(samples, 1 / 3) == 210
    assert bench_runs.peak_until(samples, 1) == 260
    assert bench_runs.peak_until([], 1 / 3) == 0


def run_found(**values):
    return {
        "seconds": 30.0,
        "per_minute": 120.0,
        "peak_mb": 260,
        "by_hand": 3,
        "logged": 5,
        "waits": {"clerk": 2.25, "technician": 0.5},
        "is_done": True,
        "twice": 0,
        "lost": 0,
        "named": 0,
        "poisoned": 0,
        **values,
    }


def test_report_of_runs_names_speed_memory_and_waits():
    found = bench_runs.summarize(run_found(), [(0, 240), (90, 260)])
    text = bench_runs.report({"orders": 60, "workers": {2: found}})
    assert (
        "2 workers: 120 orders a minute (30 s), memory 240 MB after a third, 260 MB at "
        "the end, longest wait: clerk 2.2 s, technician 0.5 s" in text
    )
    assert "WRONG" not in text


def test_report_of_runs_says_that_the_books_are_wrong():
    found = bench_runs.summarize(run_found(lost=1), [])
    assert "WRONG" in bench_runs.report({"orders": 60, "workers": {1: found}})


def test_analysis_is_reported_beside_its_goals():
    times = {"pivot": 400, "list": 20, "order": 9, "month": 8}
    text = bench.report_analysis(
        {
            "orders": 100,
            "rows": 600,
            "copy_seconds": 9,
            "stored": times,
            "stale": times,
            "live": times | {"pivot": 5000},
            "refresh_seconds": 7,
            "posted": 100,
            "posting": {"with": 1.1, "without": 1.0, "more": 0.1},
        }
    )
    assert "400 stored (goal: 1000)" in text
    assert "5000 of the books alone" in text
    assert "+10.0%" in text
