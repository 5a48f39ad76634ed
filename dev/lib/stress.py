"""Billing runs under kill -9, overlap and poison: prepare, work, kill, check."""

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from . import host, paths, templates
from .bench import positive
from .say import Fail, note, step

INSIDE = paths.DEV / "stress_odoo/runs.py"
#: seconds between two kills, at random
PAUSE = (1.0, 4.0)


def number(text):
    if not text.isdigit():
        raise argparse.ArgumentTypeError("write a whole number")
    return int(text)


def arguments(argv):
    parser = argparse.ArgumentParser(prog="dev/stress", description=__doc__)
    parser.add_argument("what", choices=["runs"], help="what is tried")
    parser.add_argument("--orders", type=positive, default=200, help="how many (200)")
    parser.add_argument("--kills", type=number, default=3, help="kill -9 (3)")
    parser.add_argument("--workers", type=positive, default=2, help="processes (2)")
    parser.add_argument(
        "--poison", type=float, default=1.0, help="percent of orders (1)"
    )
    parser.add_argument("--seed", type=int, default=None, help="repeat a try")
    parser.add_argument(
        "--no-clerk",
        action="store_true",
        help="nobody bills by hand meanwhile: for timing",
    )
    return parser.parse_args(argv)


def main(argv):
    options = arguments(argv)
    seed = options.seed if options.seed is not None else random.randrange(10**6)
    chance = random.Random(seed)
    with host.ready() as odoo:
        template = templates.with_addon(odoo, demo=False)
        database = templates.run_copy(odoo, template, "stress")
        try:
            with (
                odoo.configuration(database) as config,
                tempfile.TemporaryDirectory() as folder,
            ):
                inside = Inside(odoo, config, database, Path(folder), seed)
                figures = run(inside, options, chance)
        finally:
            templates.drop_quietly(odoo.databases, database)
    print(
        f"stress runs: {figures['orders']} orders, {figures['twice']} twice, "
        f"{figures['lost']} lost, {figures['poisoned']} poisoned, "
        f"{figures['named']} of them named, {figures['kills']} kills, "
        f"{options.workers} workers, {figures['by_hand']} billed by hand, "
        f"{figures['seconds']:.0f} s, {figures['per_minute']:.0f} orders a minute, "
        f"{figures['peak_mb']:.0f} MB, longest wait of the clerk "
        f"{figures['longest_wait']:.1f} s, seed {seed}"
    )
    is_right = (
        not figures["twice"]
        and not figures["lost"]
        and figures["named"] == figures["poisoned"]
        and figures["is_done"]
    )
    return 0 if is_right else 1


class Inside:
    """Starts processes inside Odoo, and reads what they write."""

    def __init__(self, odoo, config, database, folder, seed):
        self.odoo = odoo
        self.wanted = {"config": str(config), "database": database, "seed": seed}
        self.folder = folder
        self.count = 0

    def start(self, task, **values):
        self.count += 1
        output = self.folder / f"{task}-{self.count}.json"
        wanted = {**self.wanted, **values, "task": task, "output": str(output)}
        child = subprocess.Popen(
            [str(self.odoo.python), str(INSIDE), json.dumps(wanted)],
            env=self.odoo.env,
            stdin=subprocess.DEVNULL,
        )
        child.output = output
        return child

    def run(self, task, **values):
        child = self.start(task, **values)
        if child.wait():
            raise Fail(f"{task} ended with status {child.returncode}, see above.")
        return json.loads(child.output.read_text())


def run(inside, options, chance):
    """:return: dict of figures"""
    with step(f"Making {options.orders} orders"):
        made = inside.run("make", count=options.orders, poison=options.poison)
    inside.run("start")
    workers = []
    clerk = None if options.no_clerk else inside.start("clerk", user=made["user"])
    begin = time.monotonic()
    kills = 0
    try:
        with step("Billing them"):
            workers = [inside.start("work") for _index in range(options.workers)]
            due = time.monotonic() + chance.uniform(*PAUSE)
            while any(worker.poll() is None for worker in workers):
                time.sleep(0.1)
                if kills < options.kills and time.monotonic() > due:
                    victim = chance.randrange(len(workers))
                    workers[victim].kill()
                    workers[victim].wait()
                    kills += 1
                    workers[victim] = inside.start("work")
                    due = time.monotonic() + chance.uniform(*PAUSE)
            for worker in workers:
                if worker.returncode:
                    raise Fail(f"a worker ended with status {worker.returncode}.")
        seconds = time.monotonic() - begin
        (inside.folder / "end").touch()
        waits = [0.0]
        if clerk:
            clerk.wait()
            waits += json.loads(clerk.output.read_text())["waits"]
        if kills < options.kills:
            note(f"  the run was done after {kills} of {options.kills} kills")
        peaks = [
            json.loads(worker.output.read_text())["peak_mb"] for worker in workers
        ]
    finally:
        for child in [*workers, *([clerk] if clerk else [])]:
            with contextlib.suppress(ProcessLookupError):
                if child.poll() is None:
                    child.kill()
                    child.wait()
    with step("Checking the books"):
        figures = inside.run("check", poisoned=made["poisoned"])
    return {
        **figures,
        "kills": kills,
        "seconds": seconds,
        "per_minute": 60 * figures["orders"] / seconds,
        "peak_mb": max(peaks),
        "longest_wait": max(waits),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
