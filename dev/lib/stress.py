"""Billing runs under kill -9, overlap and poison: prepare, work, kill, check."""

import argparse
import contextlib
import json
import random
import re
import subprocess
import tempfile
import time
from pathlib import Path

from . import host, paths, process, templates
from .options import positive
from .say import Fail, note, step

INSIDE = paths.DEV / "stress_odoo/runs.py"
#: seconds between two kills for each order of the run, at random
PAUSE = (0.002, 0.008)
#: seconds without progress after which a run is given up
PATIENCE = 600
#: the try that is a part of all tests
SMALL = ["--orders", "60", "--kills", "1", "--workers", "2", "--poison", "4"]
#: who does something by hand meanwhile
OTHERS = ("clerk", "technician")


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
        help="nobody bills or logs time by hand meanwhile: for timing",
    )
    return parser.parse_args(argv)


def main(argv):
    options = arguments(argv)
    with host.ready() as odoo:
        template = templates.with_addon(odoo, demo=False)
        with templates.copied(odoo, template, "stress") as database:
            killer = Killer(options)
            figures = run_on(odoo, database, options, killer.working)
    return report(options, {**figures, "kills": killer.kills})


def report(options, figures):
    """Print the figures in one line.

    :return: 0, or 1 if something was billed twice or lost, or has no reason; or if
        fewer processes were killed than was asked for
    """
    is_short = figures.get("kills", options.kills) < options.kills
    if is_short:
        note(
            f"The run ended before the {options.kills} kills that were asked for: ask "
            "for more orders."
        )
    print(
        "stress runs: {orders} orders, {twice} twice, {lost} lost, {poisoned} "
        "poisoned, {named} of them named, {kills} kills, {workers} workers, {by_hand} "
        "billed by hand, {seconds:.0f} s, {per_minute:.0f} orders a minute, "
        "{peak_mb:.0f} MB, longest wait{longest}".format(
            workers=options.workers,
            longest="".join(
                f" of the {who} {seconds:.1f} s"
                for who, seconds in figures["waits"].items()
            ),
            **{"kills": 0, **figures},
        )
    )
    return 0 if is_right(figures) and not is_short else 1


def is_right(figures):
    """Whether nothing was billed twice or lost, and what failed has its reason."""
    return (
        figures["is_done"]
        and not figures["twice"]
        and not figures["lost"]
        and figures["named"] == figures["poisoned"]
    )


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
        child = process.start(
            [self.odoo.python, INSIDE, json.dumps(wanted)],
            env=self.odoo.env,
            stdin=subprocess.DEVNULL,
        )
        child.output = output
        return child

    def read(self, child, what):
        """:return: what an ended process wrote"""
        if child.wait():
            raise Fail(f"{what} ended with status {child.returncode}, see above.")
        return json.loads(child.output.read_text())

    def run(self, task, **values):
        return self.read(self.start(task, **values), task)


class Killer:
    """Processes that work on the run; some of them are killed and started again."""

    def __init__(self, options):
        self.options = options
        self.pause = [seconds * options.orders for seconds in PAUSE]
        self.chance = random.Random(options.seed)
        self.kills = 0
        self.due = None
        self.children = []
        #: (second, MB that one of them holds at most until then)
        self.samples = []

    @contextlib.contextmanager
    def working(self, inside):
        self.inside = inside
        try:
            for _index in range(self.options.workers):
                self.children.append(inside.start("work"))
            self.plan()
            yield self.look
        finally:
            for child in self.children:
                stop(child)

    def plan(self):
        self.due = time.monotonic() + self.chance.uniform(*self.pause)

    def look(self):
        for child in self.children:
            if child.poll():
                raise Fail(f"a worker ended with status {child.returncode}, see above.")
        held = max(map(get_held, self.children), default=0)
        self.samples.append((time.monotonic(), held))
        if self.kills < self.options.kills and time.monotonic() > self.due:
            # one that has not begun yet would be killed for nothing
            begun = [child for child in self.children if has_begun(child)]
            if not begun:
                self.plan()
                return
            victim = self.children.index(self.chance.choice(begun))
            stop(self.children[victim])
            self.kills += 1
            self.children[victim] = self.inside.start("work")
            self.plan()


def has_begun(child):
    """Whether a process that works on the run has begun, and not ended."""
    return child.poll() is None and child.output.with_suffix(".begun").exists()


def get_held(child):
    """Return the most memory that a process held until now, in MB; 0 when it ended."""
    with contextlib.suppress(OSError):
        text = Path(f"/proc/{child.pid}/status").read_text()
        if found := re.search(r"^VmHWM:\s*(\d+) kB", text, re.M):
            return int(found[1]) / 1024
    return 0


def stop(child):
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    child.wait()


def run_on(odoo, database, options, working):
    """Bill orders by a run while ``working`` lasts, and check the books.

    :param working: context manager of those who work on the run; yields what is to be
        called from time to time
    :return: dict of figures
    """
    seed = options.seed if options.seed is not None else random.randrange(10**6)
    note(f"  --seed {seed}")
    with (
        odoo.configuration(database) as config,
        tempfile.TemporaryDirectory() as folder,
    ):
        inside = Inside(odoo, config, database, Path(folder), seed)
        with step(f"Making {options.orders} orders"):
            made = inside.run("make", count=options.orders, poison=options.poison)
        inside.run("start", poisoned=made["poisoned"])
        others = {}
        try:
            if not options.no_clerk:
                for who in OTHERS:
                    others[who] = inside.start(who, user=made[who])
            begin = time.monotonic()
            with step("Billing them"), working(inside) as look:
                peaks = wait(inside, look)
            seconds = time.monotonic() - begin
            (inside.folder / "end").touch()
            waits = {
                who: max(inside.read(child, f"the {who}")["waits"], default=0.0)
                for who, child in others.items()
            }
        finally:
            for child in others.values():
                stop(child)
        with step("Checking the books"):
            figures = inside.run("check", poisoned=made["poisoned"])
    return {
        **figures,
        "seconds": seconds,
        "per_minute": 60 * figures["orders"] / seconds,
        "peak_mb": max(peaks, default=0),
        "waits": waits,
    }


def wait(inside, look):
    """Wait until the run is done.

    :return: list: the most memory of the processes that worked on it to the end, in MB
    """
    watch = inside.start("watch", patience=PATIENCE)
    try:
        while watch.poll() is None:
            look()
            time.sleep(0.1)
        inside.read(watch, "the run")
    finally:
        stop(watch)
    time.sleep(1)
    return [
        json.loads(path.read_text())["peak_mb"]
        for path in inside.folder.glob("work-*.json")
    ]
