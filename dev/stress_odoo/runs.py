"""Runs inside Odoo: makes orders, works on their run, bills by hand, checks the books.

Each task is a process of its own; all of them commit as a server does.
"""

import json
import random
import resource
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "bench_odoo"))
import fixture  # of the benchmark

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

#: orders made by Odoo; the others are copies of their rows
SEED_ORDERS = 200
#: what a copied row of work keeps for itself
TABLES = ("account_analytic_line", "stock_move")
#: time that a technician logs while the run works
MEANWHILE = "Logged meanwhile"
#: customer's reference of orders whose invoices the database refuses
REFUSED = "POISON"
#: as a run goes: it creates all drafts, then confirms them
NEXT = "state desc, sequence, id"


def main(wanted):
    config.parse_config(
        ["-c", wanted["config"], "-d", wanted["database"], "--log-level=critical"],
        setup_logging=True,
    )
    registry = Registry(wanted["database"])
    task = globals()[f"task_{wanted['task']}"]
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        result = task(env, wanted)
        cr.commit()
    Path(wanted["output"]).write_text(json.dumps(result))


# --- make ---


def task_make(env, wanted):
    count = wanted["count"]
    work = fixture.Fixture(env, min(count, SEED_ORDERS), with_sales=False)
    env.flush_all()
    copy_orders(env, work.order_ids, count)
    env.invalidate_all()
    env.cr.execute("ANALYZE")
    ids = env["fsm.order"].search([("billing_status", "=", "to_invoice")]).ids
    chance = random.Random(wanted["seed"])
    poisoned = chance.sample(ids, round(count * wanted["poison"] / 100))
    env["fsm.order"].browse(ids).write({"resolution": "<p>Repaired</p>"})
    technician = make_technician(env)
    return {"clerk": work.user_id, "technician": technician, "poisoned": poisoned}


def make_technician(env):
    """:return: id of a user who logs time on orders"""
    groups = ("fieldservice.group_fsm_user", "hr_timesheet.group_hr_timesheet_user")
    user = env["res.users"].create(
        {
            "name": "Technician",
            "login": "bench-technician",
            "group_ids": [Command.set([env.ref(name).id for name in groups])],
        }
    )
    env["hr.employee"].create({"name": user.name, "user_id": user.id})
    return user.id


def copy_orders(env, order_ids, count):
    """Copy rows of orders and of the work on them until there are ``count``."""
    rest = count - len(order_ids)
    if rest <= 0:
        return
    env.cr.execute(
        "CREATE TEMP TABLE twin AS SELECT id AS old, nextval('fsm_order_id_seq') AS new"
        " FROM fsm_order CROSS JOIN generate_series(1, %s) AS copy WHERE id = ANY(%s)"
        " ORDER BY copy, id LIMIT %s",
        [-(-rest // len(order_ids)), order_ids, rest],
    )
    names = get_columns(env, "fsm_order", {"id", "name"})
    env.cr.execute(
        f"INSERT INTO fsm_order (id, name, {names})"
        f" SELECT new, name || '-' || new, {names} FROM fsm_order, twin WHERE id = old"
    )
    for table in TABLES:
        names = get_columns(env, table, {"id", "fsm_order_id"})
        env.cr.execute(
            f"INSERT INTO {table} (fsm_order_id, {names})"
            f" SELECT new, {names} FROM {table}, twin WHERE fsm_order_id = old"
        )


def get_columns(env, table, without):
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s",
        [table],
    )
    return ", ".join(
        f'"{name}"' for (name,) in env.cr.fetchall() if name not in without
    )


def poison(env, order_ids):
    """Make orders that can't be invoiced.

    The labor of one half has no product, and we say so; the invoices of the other are
    refused by the database, as a fault that nobody foresaw.
    """
    orders = env["fsm.order"].browse(order_ids)
    middle = (len(orders) + 1) // 2
    policy = env["fsm.billing.policy"].create({"name": "Poison"})
    policy.labor_product_id = False
    orders[:middle].billing_policy_id = policy
    orders[middle:].customer_reference = REFUSED
    env.cr.execute(
        f"ALTER TABLE account_move ADD CONSTRAINT stress_poison"
        f" CHECK (ref IS DISTINCT FROM '{REFUSED}')"
    )


# --- work ---


def task_start(env, wanted):
    user = env["res.users"].search([("login", "=", "bench-clerk")])
    orders = (
        env["fsm.order"].with_user(user).search([("billing_status", "=", "to_invoice")])
    )
    env["fsm.billing.run"].with_user(user)._start(orders, "post")
    # what spoils them comes after they were looked at
    poison(env, wanted["poisoned"])
    return {}


def task_work(env, wanted):
    """Work as Odoo's scheduled action does, until nothing is left for this process."""
    runs = env["fsm.billing.run"]
    while True:
        env.cr.rollback()
        if not runs.search_count([("state", "=", "running")]):
            break
        Path(wanted["output"]).with_suffix(".begun").touch()
        runs._cron_work()
        time.sleep(0.2)
    return {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def task_watch(env, wanted):
    """Wait until no run is running any more."""
    runs = env["fsm.billing.run"]
    steps, moved = None, time.monotonic()
    while True:
        env.cr.rollback()
        running = runs.search([("state", "=", "running")])
        if not running:
            return {}
        left = sum(running.mapped("steps_left"))
        if left != steps:
            steps, moved = left, time.monotonic()
        if time.monotonic() - moved > wanted["patience"]:
            sys.exit(f"{left} steps were left, and nobody took any of them.")
        time.sleep(0.3)


# --- by hand ---


def task_clerk(env, wanted):
    """Create and confirm invoices of orders at random, as a clerk would."""
    chance = random.Random(wanted["seed"])
    env = env(user=wanted["user"], su=False)
    orders = env["fsm.order"].search([("billing_status", "=", "to_invoice")])
    ids = orders.ids
    chance.shuffle(ids)
    return {"waits": act(env, wanted, chance, bill, ids)}


def task_technician(env, wanted):
    """Log time on the orders that the run comes to next, as a technician would."""
    chance = random.Random(wanted["seed"])
    env = env(user=wanted["user"], su=False)
    ids = iter(lambda: get_next(env, chance), None)
    return {"waits": act(env, wanted, chance, log, ids)}


def act(env, wanted, chance, doing, ids):
    """Do something with one order after the other until the run has ended.

    :return: list: seconds that each of them took
    """
    end = Path(wanted["output"]).parent / "end"
    waits = []
    for id_ in ids:
        if end.exists():
            break
        begin = time.monotonic()
        try:
            retrying(lambda id_=id_: doing(env, id_), env)
        except UserError:
            env.cr.rollback()
        waits.append(time.monotonic() - begin)
        time.sleep(chance.uniform(0, 1.5))
    return waits


def bill(env, id_):
    order = env["fsm.order"].browse(id_)
    order._create_invoices().action_post()
    env.ref("base.main_company").sudo().message_post(body=f"by hand: {id_}")


def log(env, id_):
    order = env["fsm.order"].browse(id_)
    env["account.analytic.line"].create(
        {
            "name": MEANWHILE,
            "fsm_order_id": id_,
            "project_id": order.sudo().project_id.id,
            "unit_amount": 0.5,
        }
    )


def get_next(env, chance):
    """:return: id of one of the orders that are posted next; None after the last"""
    env.cr.rollback()
    lines = (
        env["fsm.billing.run.line"]
        .sudo()
        .search([("state", "in", ("waiting", "draft"))], order=NEXT, limit=100)
    )
    return chance.choice(lines.order_ids.ids) if lines else None


# --- check ---


def task_check(env, wanted):
    poisoned = set(wanted["poisoned"])
    env.cr.execute("SELECT count(*) FROM mail_message WHERE body LIKE '%by hand: %'")
    [by_hand] = env.cr.fetchone()
    twice = lost = 0
    for kind in env["fsm.billing.entry"]._get_source_models():
        for source in kind.search([("fsm_order_id", "!=", False)]):
            entries = source.billing_entry_ids.filtered(
                lambda entry: entry.move_id.state != "cancel"
            )
            billed = sum(entries.mapped("quantity"))
            twice += len(entries) > 1 or billed > source.qty_recorded + 1e-5
            # what came after its order was billed is still to bill: it is not lost
            is_late = not entries and is_logged_meanwhile(source)
            if source.fsm_order_id.id not in poisoned and not is_late:
                lost += billed < source.qty_recorded - 1e-5
    lines = env["fsm.billing.run.line"].search(
        [("state", "=", "failed"), ("problem", "!=", False)]
    )
    named = set(lines.order_ids.ids)
    runs = env["fsm.billing.run"].search([])
    entered = env["account.move"].search([("fsm_order_ids", "!=", False)])
    lost += len(entered.filtered(lambda move: not move.line_ids.fsm_billing_entry_ids))
    return {
        "orders": env["fsm.order"].search_count([]),
        "poisoned": len(poisoned),
        "named": len(named & poisoned) if named <= poisoned else -1,
        "twice": twice,
        "lost": lost,
        "by_hand": by_hand,
        "logged": env["account.analytic.line"].search_count([("name", "=", MEANWHILE)]),
        "is_done": set(runs.mapped("state")) == {"done"},
    }


def is_logged_meanwhile(source):
    """Whether this is time logged during the run, and open."""
    return (
        source._name == "account.analytic.line"
        and source.name == MEANWHILE
        and source.qty_to_bill == source.qty_recorded
    )


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
