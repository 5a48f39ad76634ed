"""The benchmark of billing runs: how fast, how much memory, and who waits for them."""

import json

from . import host, stress, templates


def main(options):
    """Measure a run of ``options.runs`` orders for each number of workers.

    :return: status: 0, or 1 if the books of a run were wrong
    """
    figures = {"orders": options.runs, "workers": {}}
    with host.ready() as odoo:
        template = templates.with_addon(odoo, demo=False)
        for workers in options.workers:
            figures["workers"][workers] = measure(odoo, template, options.runs, workers)
    print(report(figures))
    if options.json:
        options.json.write_text(json.dumps({"runs": figures}, indent=1) + "\n")
    return 0 if all(each["is_right"] for each in figures["workers"].values()) else 1


def measure(odoo, template, count, workers):
    """:return: dict: figures of one run, on a fresh copy of ``template``"""
    argv = ["runs", "--kills", "0", "--poison", "0"]
    wanted = stress.arguments(
        [*argv, "--orders", f"{count}", "--workers", f"{workers}"]
    )
    with templates.copied(odoo, template, f"bench{workers}") as database:
        team = stress.Killer(wanted)
        found = stress.run_on(odoo, database, wanted, team.working)
    return summarize(found, team.samples)


def summarize(found, samples):
    """Choose what is told of a run.

    :param found: what ``stress.run_on`` returns
    :param samples: list of (second, MB that one worker holds)
    """
    names = ("seconds", "per_minute", "peak_mb", "by_hand", "logged", "waits")
    return {
        **{name: found[name] for name in names},
        "third_mb": peak_until(samples, 1 / 3),
        "is_right": stress.is_right(found),
    }


def peak_until(samples, share):
    """Return the most memory that a worker held in the first ``share`` of the time."""
    if not samples:
        return 0
    first, last = samples[0][0], max(second for second, _held in samples)
    end = first + share * (last - first)
    return max(held for second, held in samples if second <= end)


def report(figures):
    lines = [
        f"Billing runs: {figures['orders']} orders created and confirmed, while others "
        "work"
    ]
    for workers, found in figures["workers"].items():
        waits = ", ".join(
            f"{who} {seconds:.1f} s" for who, seconds in found["waits"].items()
        )
        lines.append(
            f"  {workers} worker{'s' if workers > 1 else ''}: "
            f"{found['per_minute']:.0f} orders a minute ({found['seconds']:.0f} s), "
            f"memory {found['third_mb']:.0f} MB after a third, {found['peak_mb']:.0f} "
            f"MB at the end, longest wait: {waits}"
        )
        if not found["is_right"]:
            lines.append("    WRONG: something was billed twice, or lost; ./dev/stress")
    lines.append(
        "MB: the most that one worker held until then, Odoo itself included. The clerk "
        "bills an order by hand now and then, the technician logs time on the orders "
        "that come next."
    )
    return "\n".join(lines)
