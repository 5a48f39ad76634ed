"""Time and queries of the invoicing dashboard, over many orders and invoices.

Runs inside Odoo, on a database of its own. The documents are copies of rows that the
addon made: a dashboard counts and sums, and does not ask how they came to be.
"""

import gc
import json
import sys
import time

import copies  # the file beside this one

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config

TIMES = 15


def main(wanted):
    config.parse_config(
        ["-c", wanted["config"], "-d", wanted["database"], "--log-level=error"],
        setup_logging=True,
    )
    with Registry(wanted["database"]).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        work = copies.make(env, wanted["count"])
        results = measure(env, work)
        cr.rollback()
    with open(wanted["output"], "w") as output:
        json.dump(results, output)


# --- measuring ---


def measure(env, work):
    """:return: dict orders, invoices, and seconds and queries of each reading"""
    context = {"tz": "UTC", "lang": "en_US", "allowed_company_ids": work.company.ids}
    env = env(user=work.user_id, context=context)
    found = {"seconds": [], "queries": []}
    for number in range(TIMES + 1):
        env.invalidate_all()
        gc.collect()
        queries, start = env.cr.sql_log_count, time.perf_counter()
        data = env["fsm.billing.dashboard"].get_data()
        if number:  # the first time fills caches
            found["seconds"].append(time.perf_counter() - start)
            found["queries"].append(env.cr.sql_log_count - queries)
    env.cr.execute("SELECT COUNT(*) FROM fsm_order")
    [orders] = env.cr.fetchone()
    return {
        **found,
        "orders": orders,
        "invoices": data["cards"]["invoiced"]["count"],
        "to_invoice": data["cards"]["to_invoice"]["count"],
    }


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
