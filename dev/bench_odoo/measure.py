"""Runs inside Odoo, on a database of its own: every measurement in a fork.

Nothing is committed after the data were made, so all roads find the same work.
"""

import cProfile
import gc
import io
import json
import os
import pickle
import pstats
import re
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from unittest.mock import patch

import fixture  # the file beside this one
import screens

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import SQL, config


def main(wanted):
    config.parse_config(
        ["-c", wanted["config"], "-d", wanted["database"], "--log-level=error"],
        setup_logging=True,
    )
    registry = Registry(wanted["database"])
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(registry, wanted, folder)
        bench.make_work()
        bench.warm_up()
        results = bench.profile() if wanted["profile"] else bench.run()
    with open(wanted["output"], "w") as output:
        json.dump(results, output)


def make(env, count):
    work = fixture.Fixture(env, count)
    env.flush_all()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    return work.order_ids, work.sale_ids, work.user_id


def say(text):
    print(f"  {text} ...", file=sys.stderr, flush=True)


def shape(query):
    """:return: the beginning of a query, alike for all values"""
    text = query.code if isinstance(query, SQL) else str(query)
    text = " ".join(text.split())
    return re.sub(r"(SELECT|INSERT INTO) .*? (FROM|VALUES)", r"\1 ... \2", text)[:110]


class Bench:
    def __init__(self, registry, wanted, folder):
        self.registry = registry
        self.wanted = wanted
        self.folder = folder
        self.user_id = SUPERUSER_ID
        self.order_ids = self.sale_ids = None

    def make_work(self):
        """Make and commit what is billed, in a fork: its memory is not measured."""
        largest = max(self.wanted["sizes"])
        say(f"Making {largest} orders to bill")
        self.order_ids, self.sale_ids, self.user_id = self.fork(make, largest)

    # --- roads: each returns what is to be timed ---
    def ours(self, env, size):
        return env["fsm.order"].browse(self.order_ids[:size])._create_invoices

    def odoo(self, env, size):
        sales = env["sale.order"].browse(self.sale_ids[:size])
        # one invoice for each order
        return lambda: sales._create_invoices(grouped=True)

    def floor(self, env, size):
        """Give Odoo the complete invoices that our engine gave it, and nothing else."""
        with open(self._path(size), "rb") as file:
            calls = pickle.load(file)
        Move = env["account.move"].sudo()

        def create():
            for company_id, vals_list in calls:
                Move.with_company(company_id).create(vals_list)

        return create

    def _path(self, size):
        return os.path.join(self.folder, f"vals-{size}")

    def capture(self, env, size):
        """Keep what our engine gives Odoo, for the floor."""
        calls = []
        Move = self.registry["account.move"]
        create = Move.create

        def spy(records, vals_list):
            calls.append((records.env.company.id, pickle.dumps(vals_list)))
            return create(records, vals_list)

        with patch.object(Move, "create", spy):
            self.ours(env, size)()
        calls = [(company, pickle.loads(vals)) for company, vals in calls]
        with open(self._path(size), "wb") as file:
            pickle.dump(calls, file)

    # --- measuring ---
    def run(self):
        measurements = []
        for size in sorted(self.wanted["sizes"]):
            self.fork(self.capture, size)
            for number in range(self.wanted["repeat"]):
                for road in ("ours", "floor", "odoo"):
                    found = self.fork(self.timed, getattr(self, road), size)
                    found.update(road=road, size=size, round=number)
                    measurements.append(found)
                    say(f"{road}: {size} orders in {found['seconds']:.2f} s")
        lists = []
        if self.wanted["list"]:
            lists = self.fork(
                screens.measure, self.order_ids, self.wanted["list"], user=SUPERUSER_ID
            )
        return {"measurements": measurements, "list": lists}

    def warm_up(self):
        """Fill the registry's caches, which forks inherit."""
        for road in (self.ours, self.odoo):
            with self.registry.cursor() as cr:
                env = api.Environment(cr, self.user_id, {})
                road(env, 1)()
                env.flush_all()
                cr.rollback()

    def timed(self, env, road, size):
        run = road(env, size)
        gc.collect()
        queries = env.cr.sql_log_count
        start = time.perf_counter()
        run()
        env.flush_all()
        seconds = time.perf_counter() - start
        return {
            "seconds": seconds,
            "queries": env.cr.sql_log_count - queries,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }

    def fork(self, function, *arguments, user=None):
        """Call ``function(env, *arguments)`` in a process of its own, then roll back.

        :return: what it returned
        """
        # a connection must not be shared
        odoo.sql_db.close_all()
        path = os.path.join(self.folder, "answer")
        child = os.fork()
        if not child:
            status = 1
            try:
                with self.registry.cursor() as cr:
                    env = api.Environment(cr, user or self.user_id, {})
                    answer = function(env, *arguments)
                    cr.rollback()
                with open(path, "wb") as file:
                    pickle.dump(answer, file)
                status = 0
            except BaseException:  # the parent only sees the status
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(status)
        _pid, status = os.waitpid(child, 0)
        if status:
            sys.exit(1)
        with open(path, "rb") as file:
            return pickle.load(file)

    # --- profile ---
    def profile(self):
        return {"profile": self.fork(self.profiled, max(self.wanted["sizes"]))}

    def profiled(self, env, size):
        run = self.ours(env, size)
        profiler = cProfile.Profile()
        statements = Counter()
        execute = type(env.cr).execute

        def spy(cursor, query, *arguments, **options):
            statements[shape(query)] += 1
            return execute(cursor, query, *arguments, **options)

        with patch.object(type(env.cr), "execute", spy), profiler:
            run()
            env.flush_all()
        text = io.StringIO()
        stats = pstats.Stats(profiler, stream=text).sort_stats("cumulative")
        stats.print_stats(r"addons/\w+/fieldservice_invoicing/", 60)
        stats.strip_dirs().print_stats(100)
        stats.sort_stats("tottime").print_stats(40)
        print(f"Most frequent of {statements.total()} queries:", file=text)
        for statement, count in statements.most_common(40):
            print(f"{count:>7} {statement}", file=text)
        return text.getvalue()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
