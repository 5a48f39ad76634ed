"""The demo database: made once, upgraded when the addon's files changed."""

import os

from . import locks, paths, sql, templates
from .say import Fail, note, step

DEFAULT = "fieldservice_demo"


def name():
    """Return the database to work on: DEMO_DB, or the default one.

    :raise Fail: when DEMO_DB is not a usable name
    """
    wanted = os.environ.get("DEMO_DB") or DEFAULT
    if len(wanted) > 50 or not wanted.replace("_", "").replace("-", "").isalnum():
        raise Fail(
            f"DEMO_DB={wanted} is no name for a database: use letters, digits, - and "
            "_, 50 characters at most."
        )
    if wanted in ("postgres", "template0", "template1"):
        raise Fail(f"DEMO_DB={wanted} belongs to PostgreSQL: choose another name.")
    if wanted.startswith(f"{templates.PREFIX}_"):
        raise Fail(f"DEMO_DB={wanted} is one of the templates' names: choose another.")
    return wanted


def ensure(host, upgrade=True):
    """Return the demo database's name, made when missing.

    :param upgrade: also bring it up to date with the addon's files
    """
    database = name()
    databases = host.databases
    with locks.exclusive(f"demo-{database}"):
        if not databases.exists(database):
            # Before the copy: should a file change meanwhile, the next start upgrades.
            state = paths.addon_hash()
            source = templates.with_addon(host, demo=True)
            with step(f"Making the database {database}"):
                # one that knows nothing of itself is somebody's own
                databases.copy(
                    source, database, whole=False, addon=state, host=host.key()
                )
        elif upgrade:
            _bring_up_to_date(host, database)
    return database


def _bring_up_to_date(host, database):
    memory = host.databases.memory(database)
    if not memory.get("host"):
        return  # somebody's own database: left as it is
    if memory["host"] != host.key():
        note(
            f"  {database} was made with other pins or another manifest; it is "
            "upgraded as it is. For a new one with the demo data of today run "
            "./dev/demo --fresh."
        )
    state = paths.addon_hash()
    if memory.get("addon") == state and memory["host"] == host.key():
        return
    with step(f"The addon changed: upgrading the database {database}"):
        templates.install(host, database, demo=True, upgrade=True)
    note("  (./dev/demo --fresh makes a new one, with the demo data of now)")
    host.databases.remember(database, addon=state, host=host.key())


def renew(host):
    """Throw the demo database away; `ensure` makes a new one.

    :raise Fail: when it is open elsewhere, or somebody's own
    """
    database = name()
    if host.databases.exists(database) and not host.databases.memory(database):
        raise Fail(
            f"the database {database} was not made by ./dev/demo and is not dropped: "
            "name another one in DEMO_DB."
        )
    try:
        host.databases.drop(database)
    except sql.SqlError as error:
        raise Fail(
            f"the database {database} is in use: end the other command (./dev/demo, "
            "./dev/odoo) that works on it and run this again."
        ) from error
