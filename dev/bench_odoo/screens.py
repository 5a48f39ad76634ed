"""Time and queries of the lists of orders, read as the web client reads them."""

import gc
import time

import fixture  # the file beside this one
from lxml import etree

ADDON = "fieldservice_invoicing"
ROWS = 80
TIMES = 25


def measure(env, order_ids, count):
    """Read each list in turn, many times.

    :return: list of dicts screen, rows, seconds, queries
    """
    fixture.multiply_orders(env, order_ids, count)
    env.cr.execute("ANALYZE fsm_order")
    env = env(user=env.ref("base.user_admin").id)
    orders = specification(env, "fieldservice.fsm_order_list_view")
    to_invoice = specification(env, f"{ADDON}.fsm_order_view_list_to_invoice")
    by_date = "scheduled_date_start"
    billing = [("billing_status", "=", "to_invoice")]
    lists = {
        "orders": ([], orders, by_date, ROWS),
        "orders_without_columns": ([], without_addon(env, orders), by_date, ROWS),
        "to_invoice_10": (billing, to_invoice, "billing_done_day, id", 10),
        "to_invoice": (billing, to_invoice, "billing_done_day, id", ROWS),
    }
    found = {
        name: {"screen": name, "rows": 0, "seconds": [], "queries": []}
        for name in lists
    }
    for number in range(TIMES + 1):
        for name, (domain, fields, order, rows) in lists.items():
            env.invalidate_all()
            gc.collect()
            queries, start = env.cr.sql_log_count, time.perf_counter()
            page = env["fsm.order"].web_search_read(
                domain, fields, limit=rows, order=order
            )
            if number:  # the first time fills caches
                found[name]["rows"] = len(page["records"])
                found[name]["seconds"].append(time.perf_counter() - start)
                found[name]["queries"].append(env.cr.sql_log_count - queries)
    return list(found.values())


def specification(env, view):
    """:return: what the web client asks for to show a list as it is at first"""
    arch = env["fsm.order"].get_view(env.ref(view).id, "list")["arch"]
    fields = env["fsm.order"]._fields
    return {
        node.get("name"): (
            {"fields": {"display_name": {}}}
            if fields[node.get("name")].type == "many2one"
            else {}
        )
        for node in etree.fromstring(arch).findall("field")
        if node.get("optional") != "hide"
    }


def without_addon(env, fields):
    return {
        name: wanted
        for name, wanted in fields.items()
        if env["fsm.order"]._fields[name]._modules != (ADDON,)
    }
