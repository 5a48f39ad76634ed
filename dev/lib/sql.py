"""Databases and their filestores: list, copy, drop, and remember what they hold."""

import csv
import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from . import locks
from .say import Fail

MAINTENANCE = "postgres"


class SqlError(Exception):
    """What PostgreSQL answered instead of rows."""


def identifier(name):
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    return "'" + text.replace("'", "''") + "'"


class Databases:
    """The databases of one server.

    :param env: the environment that leads to the server, and to psql
    :param filestores: folder of Odoo's filestores
    """

    def __init__(self, env, filestores):
        self.env = env
        self.filestores = Path(filestores)

    def run(self, statement, *values, database=MAINTENANCE):
        """Run a statement, with ``values`` in place of its %s.

        :return: its rows, lists of texts
        :raise SqlError: with the server's own words, and the code of the error
        """
        if values:
            statement %= tuple(map(literal, values))
        result = subprocess.run(
            [
                *("psql", "--no-psqlrc", "--quiet", "--csv", "--tuples-only"),
                *("--set=VERBOSITY=verbose", f"--dbname={database}"),
                f"--command={statement}",
            ],
            capture_output=True,
            text=True,
            env={"PGCONNECT_TIMEOUT": "15", **self.env},
        )
        if result.returncode:
            raise SqlError(result.stderr.strip())
        # one column of NULL is an empty line
        return [row or [""] for row in csv.reader(io.StringIO(result.stdout))]

    def check(self):
        """Say in one sentence why the server cannot be used, if it cannot.

        :raise Fail: with that sentence
        """
        named = " ".join(
            f"{name}={os.environ[name]}"
            for name in ("PGHOST", "PGPORT", "PGUSER")
            if os.environ.get(name)
        )
        try:
            rows = self.run(
                "SELECT current_setting('server_version_num'), rolcreatedb OR "
                "rolsuper, current_user FROM pg_roles WHERE rolname = current_user"
            )
        except SqlError as error:
            reason = re.sub(r"\s+", " ", str(error))
            raise Fail(
                f"PostgreSQL ({named or 'private'}) does not answer ({reason}): start "
                "it or correct PGHOST, PGPORT and PGUSER, or unset them to use a "
                "private one."
            ) from error
        version, may_create, user = rows[0]
        if int(version) < 130000:
            raise Fail(
                f"PostgreSQL ({named}) is older than 13, which Odoo 19 needs: name a "
                "newer one, or unset PGHOST, PGPORT and PGUSER to use a private one."
            )
        if may_create != "t":
            raise Fail(
                f"the PostgreSQL user {user} may not create databases: run "
                f"`ALTER ROLE {user} CREATEDB` as an administrator, or unset PGUSER."
            )
        if user == "postgres":
            raise Fail(
                "Odoo refuses the PostgreSQL user postgres: create another one that "
                "may create databases (`createuser --createdb odoo`) and name it in "
                "PGUSER."
            )

    # --- What is there ---

    def names(self):
        return [row[0] for row in self.run("SELECT datname FROM pg_database")]

    def exists(self, name):
        return name in self.names()

    def memory(self, name):
        """Return what was remembered about a database, {} when nothing was."""
        rows = self.run(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
            "WHERE datname = %s",
            name,
        )
        try:
            found = json.loads(rows[0][0]) if rows and rows[0][0] else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def remember(self, name, **facts):
        """Keep facts in the database's comment: they live and die with it."""
        text = json.dumps({**self.memory(name), **facts}, sort_keys=True)
        self.run(f"COMMENT ON DATABASE {identifier(name)} IS {literal(text)}")

    # --- Copy and drop ---

    def copy(self, source, target, **facts):
        """Copy a database, its filestore included; drop what has the name so far.

        It is made under another name and gets its own at the very end: a copy that
        was broken off is never taken for a database.

        :param facts: what to remember about the copy
        """
        aside = f"{target}_copying"
        with locks.exclusive("copy-database"):
            self.drop(target)
            self.drop(aside)
            try:
                self.run(
                    f"CREATE DATABASE {identifier(aside)} TEMPLATE {identifier(source)}"
                )
            except SqlError as error:
                raise Fail(self._copy_sentence(source, target, error)) from error
            origin, destination = self.filestores / source, self.filestores / target
            if origin.exists():
                shutil.copytree(origin, destination, copy_function=_link_or_copy)
            if facts:
                self.remember(aside, **facts)
            self.run(
                f"ALTER DATABASE {identifier(aside)} RENAME TO {identifier(target)}"
            )

    def _copy_sentence(self, source, target, error):
        if re.search(r"\b53100\b|No space left", str(error)):
            return (
                "the disk is full: free about 5 GB, or point XDG_CACHE_HOME at a disk "
                "that has them, and run this again."
            )
        if re.search(r"\b55006\b", str(error)):
            return (
                f"the database {source} is open elsewhere: close that and run this "
                "again."
            )
        return f"the database {target} could not be made from {source}: {error}"

    def drop(self, name):
        self.run(f"DROP DATABASE IF EXISTS {identifier(name)}")
        shutil.rmtree(self.filestores / name, ignore_errors=True)

    def drop_if_idle(self, name):
        """Drop a database unless somebody is connected to it."""
        try:
            self.drop(name)
        except SqlError:
            return False
        return True


def _link_or_copy(source, target):
    """Filestore files are named after their content and never rewritten: link them."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
