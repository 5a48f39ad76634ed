"""What ./dev/stress makes of its figures."""

import pytest
from lib import stress

FIGURES = {
    "orders": 40,
    "twice": 0,
    "lost": 0,
    "poisoned": 2,
    "named": 2,
    "by_hand": 3,
    "seconds": 9.0,
    "per_minute": 266.0,
    "peak_mb": 200,
    "waits": {},
    "is_done": True,
    "kills": 2,
}


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 0),
        ({"twice": 1}, 1),
        ({"lost": 1}, 1),
        ({"named": 1}, 1),
        ({"is_done": False}, 1),
        ({"kills": 1}, 1),
    ],
)
def test_status_says_whether_all_is_right(changed, status):
    options = stress.arguments(["runs", "--kills", "2"])
    assert stress.report(options, {**FIGURES, **changed}) == status


def test_fewer_kills_than_asked_for_say_what_to_do(capsys):
    options = stress.arguments(["runs", "--kills", "9"])
    stress.report(options, FIGURES)
    said = capsys.readouterr()
    assert "ask for more orders" in said.out + said.err
    assert said.out.splitlines()[-1].startswith("stress runs: 40 orders")


def test_run_on_the_job_queue_has_no_kills():
    options = stress.arguments(["runs", "--kills", "0"])
    figures = {name: value for name, value in FIGURES.items() if name != "kills"}
    assert stress.report(options, figures) == 0
