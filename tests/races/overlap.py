"""Real transactions for tests: two requests that overlap, with real commits."""

import threading
import time
from contextlib import suppress
from functools import partial

from psycopg2 import IntegrityError, OperationalError

from odoo import api
from odoo.service.model import retrying
from odoo.sql_db import db_connect
from odoo.tools import SQL, mute_logger

TIMEOUT = 30
#: what PostgreSQL calls it when two requests wait for each other
DEADLOCK = "40P01"


class NoOverlapError(AssertionError):
    """The two requests did not meet: what they returned proves nothing."""


class Overlap:
    """Two requests whose transactions overlap, and which commit in a given order.

    Both take their snapshot before either has done anything. The second one starts
    when the first has done its work, and the first one commits when the second one
    waits for it in the database, or is done without waiting. Both are repeated on
    serialization errors, as Odoo repeats requests.
    """

    def __init__(self, dbname, first, second):
        """:param first, second: tuples (uid, function of an environment)"""
        self.dbname = dbname
        self.jobs = {"first": first, "second": second}
        self.snapshots = threading.Barrier(2, timeout=TIMEOUT)
        self.first_has_worked = threading.Event()
        self.second_is_done = threading.Event()
        self.pids = {}
        #: the query in which the second one waited for the first; None if it did not
        self.waiting_query = None
        #: list of (name, code of PostgreSQL): attempts that a conflict put an end to
        self.interruptions = []
        self.results = {}

    def run(self):
        """:return: tuple of what each job returned, or the exception it raised

        :raise AssertionError: if the requests did not overlap
        """
        threads = [
            threading.Thread(target=self._request, args=(name,)) for name in self.jobs
        ]
        for thread in threads:
            thread.start()
        self._direct()
        for thread in threads:
            thread.join(TIMEOUT * 2)
        for name in self.jobs:
            result = self.results.get(name, TimeoutError(f"The {name} never ended"))
            if isinstance(result, (NoOverlapError, TimeoutError)):
                raise result
        return self.results["first"], self.results["second"]

    def _direct(self):
        """Say who goes when, where the requests do not see to it themselves."""

    def _request(self, name):
        uid, job = self.jobs[name]
        attempts = []

        def attempt(env):
            attempts.append(name)
            if len(attempts) == 1:
                env.cr.execute("SELECT pg_backend_pid()")
                [self.pids[name]] = env.cr.fetchone()
                self.snapshots.wait()
                if name == "second" and not self.first_has_worked.wait(TIMEOUT):
                    raise NoOverlapError("The first request did not get to its end")
            try:
                result = job(env)
                env.flush_all()
            except OperationalError as error:
                self.interruptions.append((name, error.pgcode))
                raise
            if name == "first" and len(attempts) == 1:
                self.let_second_run()
            return result

        try:
            with db_connect(self.dbname).cursor() as cr:
                env = api.Environment(cr, uid, {})
                self.results[name] = retrying(partial(attempt, env), env)
        except Exception as error:
            self.results[name] = error
        finally:
            self.first_has_worked.set()
            if name == "second":
                self.second_is_done.set()

    def let_second_run(self):
        """Start the second request; return when it waits for us, or is done.

        :raise NoOverlapError: if it does neither
        """
        self.first_has_worked.set()
        self.waiting_query = self._await_lock(
            "second", [self.pids["first"]], self.second_is_done
        )

    def _await_lock(self, name, blockers, is_done):
        """Wait until the request ``name`` waits for one of the processes ``blockers``.

        :param is_done: event after which there is nothing to wait for
        :return: the query in which it waits, or None if it is done without
        :raise NoOverlapError: if it does neither
        """
        deadline = time.monotonic() + TIMEOUT
        with db_connect(self.dbname).cursor() as cr:
            while not is_done.is_set():
                cr.execute(
                    "SELECT query FROM pg_stat_activity WHERE pid = %s "
                    "AND wait_event_type = 'Lock' AND pg_blocking_pids(pid) && %s",
                    [self.pids.get(name), blockers],
                )
                if waiting := cr.fetchone():
                    return waiting[0]
                # statistics are frozen within a transaction
                cr.rollback()
                if time.monotonic() > deadline:
                    raise NoOverlapError(f"The {name} request neither waits nor ends")
                time.sleep(0.02)


class Queue(Overlap):
    """Two requests held up by a third, which then lets both of them go.

    The first one is the first in the queue. What each had locked before it came to
    the queue is what makes a deadlock, if anything does.
    """

    def __init__(self, dbname, first, second, lock):
        """:param lock: query of the third one, such as ``SELECT ... FOR UPDATE``"""
        super().__init__(dbname, first, second)
        self.lock = lock
        self.gate = None

    def run(self):
        with db_connect(self.dbname).cursor() as self.gate:
            self.gate.execute(self.lock)
            return super().run()

    def _direct(self):
        self.gate.execute("SELECT pg_backend_pid()")
        [blocker] = self.gate.fetchone()
        never = threading.Event()
        try:
            self._await_lock("first", [blocker], never)
            self.first_has_worked.set()
            # who is second in a queue waits for the first in it
            self._await_lock("second", [blocker, self.pids["first"]], never)
        finally:
            self.gate.rollback()

    def let_second_run(self):
        """Do nothing: the second one runs already."""


def get_last_ids(cr):
    """:return: dict table -> its highest id"""
    cr.execute(
        """
        SELECT table_name
          FROM information_schema.columns
          JOIN information_schema.tables USING (table_schema, table_name)
         WHERE table_schema = current_schema AND table_type = 'BASE TABLE'
           AND column_name = 'id' AND data_type = 'integer'
        """
    )
    cr.execute(
        SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s, COALESCE(MAX(id), 0) FROM %s",
                table,
                SQL.identifier(table),
            )
            for (table,) in cr.fetchall()
        )
    )
    return dict(cr.fetchall())


def delete_rows_after(cr, last_ids):
    """Delete what was committed since, in an order that foreign keys allow.

    Users bring tasks, stages and messages of their own: a list of what to delete
    would never be complete.
    """
    cr.rollback()
    left = {
        table: last
        for table, last in get_last_ids(cr).items()
        if last > last_ids[table]
    }
    while left:
        before = len(left)
        for table in list(left):
            delete = SQL(
                "DELETE FROM %s WHERE id > %s", SQL.identifier(table), last_ids[table]
            )
            with (
                suppress(IntegrityError),
                mute_logger("odoo.sql_db"),
                cr.savepoint(flush=False),
            ):
                cr.execute(delete)
                del left[table]
        if len(left) == before:
            raise AssertionError(f"Rows are left in {sorted(left)}")
    # pylint: disable=invalid-commit; the rows to delete were committed as well
    cr.commit()
