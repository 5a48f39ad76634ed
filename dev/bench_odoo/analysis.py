"""Time of the analysis, over many orders and invoices, and what it costs elsewhere.

Runs inside Odoo, on a database of its own.
"""

import contextlib
import gc
import json
import statistics
import sys
import time

import copies  # the file beside this one

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

TIMES = 7
#: invoices that are posted, with triggers and without
POSTED = 100
ROUNDS = 5
LIST = {
    name: {} for name in ("date", "state", "kind", "name", "qty_billed", "revenue")
} | {
    name: {"fields": {"display_name": {}}}
    for name in ("order_id", "move_id", "partner_id", "employee_id", "product_id")
}


def main(wanted):
    config.parse_config(
        ["-c", wanted["config"], "-d", wanted["database"], "--log-level=error"],
        setup_logging=True,
    )
    with Registry(wanted["database"]).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        start = time.perf_counter()
        work = copies.make(env, wanted["count"])
        found = {"copy_seconds": time.perf_counter() - start}
        found |= measure(env, work)
        cr.rollback()
    with open(wanted["output"], "w") as output:
        json.dump(found, output)


def measure(env, work):
    """:return: dict: figures, milliseconds of each reading"""
    office = env(
        user=work.user_id,
        context={
            "tz": "UTC",
            "lang": "en_US",
            "allowed_company_ids": work.company.ids,
        },
    )
    found = {"live": read_all(office, 1)}
    start = time.perf_counter()
    env["fsm.billing.fact"]._cron_refresh()
    found["refresh_seconds"] = time.perf_counter() - start
    copies.clean(env, "VACUUM ANALYZE", "fsm_billing_fact")
    found["stored"] = read_all(office, TIMES)
    post(office, get_drafts(env, work))
    found["stale"] = read_all(office, TIMES)
    env.cr.rollback()
    found["posting"] = measure_posting(env, work)
    found["posted"] = POSTED
    for figure, table in (("orders", "fsm_order"), ("rows", "fsm_billing_fact")):
        env.cr.execute(f"SELECT COUNT(*) FROM {table}")
        [found[figure]] = env.cr.fetchone()
    return found


def read_all(env, times):
    """:return: dict reading -> median of milliseconds"""
    report = env["fsm.billing.report"]
    order = env["fsm.order"].sudo().search([], limit=1, order="id desc")
    day = order.billing_done_day.replace(day=1)
    posted = [("state", "=", "posted")]
    month = [*posted, ("date", ">=", day), ("date", "<", add_month(day))]
    sums = ["revenue:sum", "qty_billed:sum", "__count"]
    readings = {
        "pivot": lambda: report.formatted_read_group(posted, ["date:month"], sums),
        "list": lambda: report.web_search_read(posted, LIST, limit=80),
        "order": lambda: report.web_search_read(
            [("order_id", "=", order.id)], LIST, limit=80
        ),
        "month": lambda: report.formatted_read_group(month, ["kind"], sums),
    }
    found = {}
    for name, read in readings.items():
        seconds = []
        for number in range(times + (times > 1)):
            env.invalidate_all()
            gc.collect()
            start = time.perf_counter()
            read()
            if number or times == 1:  # the first time fills caches
                seconds.append(time.perf_counter() - start)
        found[name] = 1000 * statistics.median(seconds)
    return found


def add_month(day):
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


# --- what others pay for it ---


def get_drafts(env, work):
    """:return: drafts of orders that were recorded anew"""
    sites = env["fsm.location"].search([])
    orders = work._make_orders([sites[i % len(sites)] for i in range(POSTED)])
    orders = env["fsm.order"].browse(orders)
    return orders._create_invoices()


def post(env, invoices):
    """:return: seconds that posting takes"""
    env.invalidate_all()
    gc.collect()
    start = time.perf_counter()
    invoices.action_post()
    env.flush_all()
    return time.perf_counter() - start


def measure_posting(env, work):
    """Post the same drafts with triggers and without, in turn.

    :return: dict: seconds of each, medians, and how much more the triggers take
    """
    drafts = get_drafts(env, work)
    env.flush_all()
    seconds = {"with": [], "without": []}
    for _round in range(ROUNDS + 1):
        for name, times in seconds.items():
            with contextlib.closing(env.cr.savepoint()) as savepoint:
                if name == "without":
                    disable_triggers(env.cr)
                times.append(post(env, drafts))
                savepoint.rollback()
            env.invalidate_all(flush=False)
    found = {name: statistics.median(times[1:]) for name, times in seconds.items()}
    return {**found, "more": found["with"] / found["without"] - 1}


def disable_triggers(cr):
    """Let nothing be marked, until this is rolled back."""
    cr.execute(
        "SELECT tgrelid::regclass, tgname FROM pg_trigger "
        "WHERE starts_with(tgname, 'fsm_billing_fact')"
    )
    for table, name in cr.fetchall():
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
