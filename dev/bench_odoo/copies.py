"""Invoiced service orders in any number: copies, by SQL, of some that the addon made.

What counts, sums and lists does not ask how documents came to be.
"""

import contextlib

import fixture  # the file beside this one
import psycopg2

PATTERNS = 40
#: days over which the copies are spread
DAYS = 360
#: one of so many invoices is paid, one of so many orders is not invoiced
PAID, OPEN = 3, 20

#: table -> columns that name a row of another table that is copied too
TABLES = {
    "fsm_order": {},
    "account_move": {},
    "account_move_line": {"move_id": "account_move"},
    "account_analytic_line": {"fsm_order_id": "fsm_order"},
    "stock_move": {"fsm_order_id": "fsm_order"},
    "fsm_billing_entry": {
        "order_id": "fsm_order",
        "move_id": "account_move",
        "move_line_id": "account_move_line",
        "timesheet_id": "account_analytic_line",
        "stock_move_id": "stock_move",
    },
}
RELATIONS = {
    "account_move_fsm_order_rel": {
        "account_move_id": "account_move",
        "fsm_order_id": "fsm_order",
    },
    "fsm_order_account_move_line_rel": {
        "account_move_line_id": "account_move_line",
        "fsm_order_id": "fsm_order",
    },
}


def make(env, count):
    """Invoice some orders as people do, and copy them until there are ``count``."""
    work = fixture.Fixture(env, PATTERNS)
    orders = env["fsm.order"].browse(work.order_ids)
    invoices = orders._create_invoices()
    invoices.invoice_date = "2026-01-05"
    invoices.action_post()
    env.flush_all()
    with without_triggers(env.cr):
        copy(env, get_ids(orders, invoices), -(-count // PATTERNS) - 1)
        spread(env)
    vacuum(env)
    env.invalidate_all()
    return work


def get_ids(orders, invoices):
    """:return: dict table -> ids of the rows that are copied"""
    return {
        "fsm_order": orders.ids,
        "account_move": invoices.ids,
        "account_move_line": invoices.line_ids.ids,
        "account_analytic_line": orders.timesheet_ids.ids,
        "stock_move": orders.part_ids.ids,
        "fsm_billing_entry": orders.billing_entry_ids.ids,
    }


@contextlib.contextmanager
def without_triggers(cr):
    """Leave out checks of foreign keys, and marks of what is stale: all of it is."""
    cr.execute("SET session_replication_role = replica")
    yield
    cr.execute("SET session_replication_role = origin")
    cr.execute("INSERT INTO fsm_billing_fact_stale DEFAULT VALUES")


def copy(env, ids, copies):
    """Copy rows ``copies`` times; ids of a copy are shifted, and so are its links."""
    shifts = {}
    for table in TABLES:
        env.cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        shifts[table] = env.cr.fetchone()[0]
    for table, links in TABLES.items():
        names = columns(env, table)
        values = [value(name, links, table, shifts) for name in names]
        env.cr.execute(
            f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "
            f"FROM {table} AS t CROSS JOIN generate_series(1, %s) AS copy "
            "WHERE t.id = ANY(%s)",
            [copies, ids[table]],
        )
        env.cr.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), MAX(id)) "
            f"FROM {table}"
        )
    for table, links in RELATIONS.items():
        first = next(iter(links))
        values = [value(name, links, table, shifts) for name in links]
        env.cr.execute(
            f"INSERT INTO {table} ({', '.join(links)}) SELECT {', '.join(values)} "
            f"FROM {table} AS t CROSS JOIN generate_series(1, %s) AS copy "
            f"WHERE t.{first} = ANY(%s)",
            [copies, ids[links[first]]],
        )


def columns(env, table):
    env.cr.execute(
        "SELECT quote_ident(column_name) FROM information_schema.columns "
        "WHERE table_name = %s AND is_generated = 'NEVER' ORDER BY 1",
        [table],
    )
    return [name for (name,) in env.cr.fetchall()]


def value(name, links, table, shifts):
    """:return: SQL of a column of a copy"""
    if name == "id":
        return f"t.id + copy * {shifts[table]}"
    if name in links:
        return f"t.{name} + copy * {shifts[links[name]]}"
    if name in ("name", "sequence_number") and table == "account_move":
        return "t.name || '-' || copy" if name == "name" else "t.id * 1000 + copy"
    return f"t.{name}"


def spread(env):
    """Spread the documents over a year, and settle some of them."""
    day = f"CURRENT_DATE - (t.id % {DAYS})"
    env.cr.execute(
        f"UPDATE fsm_order AS t SET date_end = {day} - INTERVAL '12 hours', "
        f"billing_done_day = {day} - 1, "
        f"billing_status = CASE WHEN id % {OPEN} = 0 THEN 'to_invoice' "
        "ELSE 'posted' END"
    )
    env.cr.execute(
        f"UPDATE account_move AS t SET date = {day}, invoice_date = {day}, "
        f"invoice_date_due = {day} + 30, "
        f"payment_state = CASE WHEN id % {PAID} = 0 THEN 'not_paid' ELSE 'paid' END, "
        f"amount_residual_signed = CASE WHEN id % {PAID} = 0 "
        "THEN amount_total_signed ELSE 0 END WHERE move_type = 'out_invoice'"
    )
    env.cr.execute(
        "UPDATE account_move_line AS line SET date = move.date, "
        "date_maturity = move.invoice_date_due, "
        "reconciled = move.payment_state = 'paid' FROM account_move AS move "
        "WHERE move.id = line.move_id AND move.move_type = 'out_invoice'"
    )
    env.cr.execute(f"UPDATE account_analytic_line AS t SET date = {day}")


def vacuum(env):
    """Take away what the updates left behind; the database is ours alone."""
    clean(env, "VACUUM FULL ANALYZE", *TABLES, *RELATIONS)


def clean(env, command, *tables):
    """Commit, and have PostgreSQL clean ``tables``."""
    env.cr.commit()
    with contextlib.closing(psycopg2.connect(env.cr._cnx.dsn)) as connection:
        connection.autocommit = True
        for table in tables:
            connection.cursor().execute(f"{command} {table}")
