"""Orders are billed while others bill, change or complete them: two transactions."""

from odoo.tests import tagged

from .people import clerk, dispatcher, manager, root
from .race import (
    ARCHIVE_INSTEAD,
    NO_WAIT,
    Race,
    first_refused,
    hours,
    invoiced,
    refused,
)
from .race_common import RaceCommon

IS_BILLED = "is invoiced already: see"
ONE_FEE = {"order.charge_ids.rule": "callout", "order.charge_ids.quantity": 1}


EACH_ONCE = (
    hours(2, 0, "draft")
    | hours(1, 0, "draft", "other")
    | {"documents of order": 1, "documents of other": 1}
)

BATCHES = (
    Race(
        "same orders are billed in opposite order",
        first=clerk.bills("order", "other"),
        second=dispatcher.bills("other", "order"),
        right=refused(IS_BILLED) | EACH_ONCE,
        swapped=refused(IS_BILLED) | EACH_ONCE,
    ),
    Race(
        "opposite batches meet at a lock",
        first=clerk.bills("order", "other"),
        second=clerk.bills("other", "order"),
        right=refused(IS_BILLED) | EACH_ONCE,
        swapped=refused(IS_BILLED) | EACH_ONCE,
        queue="order",
    ),
    Race(
        "batch and one of its orders are billed",
        first=clerk.bills("order", "other"),
        second=clerk.bills("other"),
        right=refused("{other.name} is invoiced already: see") | EACH_ONCE,
        swapped=EACH_ONCE | {"order of second": "order"},
    ),
    Race(
        "two programs ask the same under one key",
        given={"report": root.writes("order", resolution="<p>Done</p>")},
        first=clerk.asks("order", key="November"),
        second=clerk.asks("order", key="November"),
        right=hours(2, 0, "draft")
        | {"documents of order": 1, "second.is_repeated": True},
    ),
    Race(
        "batches overlap in one order",
        given={"third": root.orders(4)},
        first=clerk.bills("other", "order"),
        second=clerk.bills("third", "other"),
        right=EACH_ONCE | hours(4, 0, "draft", "third") | {"order of second": "third"},
    ),
    Race(
        "batches are billed on one invoice",
        given={"own": root.sets_policy("order", "other", grouping="customer")},
        first=clerk.bills("order", "other"),
        second=clerk.bills("other", "order"),
        right=refused(IS_BILLED) | EACH_ONCE | {"documents of made": 1},
    ),
    Race(
        "one order is billed before the invoice of all",
        given={"own": root.sets_policy("order", "other", grouping="customer")},
        first=clerk.bills("other"),
        second=clerk.bills("other", "order"),
        right=EACH_ONCE | {"documents of made": 2},
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfBatches(RaceCommon):
    """Two people bill lists of orders that overlap."""

    given = {"other": root.orders(1)}
    races = BATCHES


IS_OPEN = {"order": root.orders(2, done=False, billing_policy_id="with_fee")}
BY_DAY = {"order": root.orders(2, billing_policy_id="by_day")}

TERMS = (
    Race(
        "bill to changes",
        first=dispatcher.writes("order", bill_to_id="payer"),
        second=clerk.bills(),
        right=hours(2, 0, "draft")
        | {"order.invoice_lines.move_id.partner_id": "payer"},
        swapped=hours(2, 0, "draft")
        | {
            "order.invoice_lines.move_id.partner_id": "customer",
            "order.bill_to_id": "payer",
        },
    ),
    Race(
        "policy of the order changes",
        first=dispatcher.writes("order", billing_policy_id="with_fee"),
        second=clerk.bills(),
        right=invoiced(120 + 75) | {"order.charge_ids.qty_billed": 1},
        swapped=refused("has priced")
        | hours(2, 0, "draft")
        | {
            "order.billing_policy_id": "policy",
            "order.charge_ids": [],
        },
    ),
    Race(
        "policy is archived",
        given={"own": root.sets_policy("order")},
        first=clerk.bills(),
        second=manager.calls("action_archive", "own"),
        right=NO_WAIT | hours(2, 0, "draft"),
        swapped=NO_WAIT | hours(2, 0, "draft") | {"order.billing_policy_id": "own"},
    ),
    Race(
        "policy in use is deleted",
        first=clerk.bills(),
        second=manager.deletes("policy"),
        right=NO_WAIT | refused("is used by .* Archive it") | hours(2, 0, "draft"),
        swapped=NO_WAIT
        | first_refused("is used by .* Archive it")
        | hours(2, 0, "draft"),
    ),
    Race(
        "policy is chosen and deleted",
        given={"own": root.sets_policy()},
        first=dispatcher.writes("order", billing_policy_id="own"),
        second=manager.deletes("own"),
        right=refused(ARCHIVE_INSTEAD) | {"order.billing_policy_id": "own"},
        swapped=refused("Record does not exist or has been deleted")
        | hours(0, 2, "to_invoice")
        | {"order.billing_policy_id": "policy"},
    ),
    Race(
        "order is completed twice",
        given=IS_OPEN,
        first=dispatcher.calls("action_complete", "order"),
        second=clerk.calls("action_complete", "order"),
        right=invoiced(0, "to_invoice") | ONE_FEE,
        swapped=invoiced(0, "to_invoice") | ONE_FEE,
    ),
    Race(
        "order is completed and billed",
        given=IS_OPEN,
        first=dispatcher.calls("action_complete", "order"),
        second=clerk.bills(),
        right=invoiced(120 + 75) | ONE_FEE | {"order.charge_ids.qty_billed": 1},
        swapped=NO_WAIT
        | first_refused("is not done yet")
        | hours(0, 2, "to_invoice")
        | ONE_FEE,
    ),
    Race(
        "visits on two days are logged",
        given=BY_DAY,
        first=dispatcher.logs(1, days_ago=1),
        second=dispatcher.logs(1, days_ago=2),
        right=ONE_FEE | {"order.charge_ids.quantity": 3},
        swapped=ONE_FEE | {"order.charge_ids.quantity": 3},
    ),
    Race(
        "order is cancelled",
        first=clerk.bills(),
        second=dispatcher.calls("action_cancel", "order"),
        right=refused("can't be cancelled, deleted or moved") | hours(2, 0, "draft"),
        swapped=refused("is cancelled, and a cancelled order")
        | {"invoiced of order": 0},
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfTerms(RaceCommon):
    """Whom to bill and how, and whether at all, changes while two hours are billed."""

    races = TERMS
