"""Work is billed while it changes: two transactions."""

from odoo.fields import Command
from odoo.tests import tagged

from .people import clerk, dispatcher, root, storekeeper
from .race import AT_THE_ORDER, Race, first_refused, hours, invoiced, refused
from .race_common import RaceCommon

IS_BILLED = "is invoiced already: see"
STAYS = "can't be changed or deleted"
ONE_INVOICE = hours(2, 0, "draft") | {
    "documents of order": 1,
    "order.billing_entry_ids.quantity": 2,
}


HOURS = (
    Race(
        "order is billed twice",
        first=clerk.bills(),
        second=dispatcher.bills(),
        right=refused(IS_BILLED) | ONE_INVOICE,
        swapped=refused(IS_BILLED)
        | ONE_INVOICE
        | {"first.tag": "display_notification"},
    ),
    Race(
        "first one gives up",
        first=clerk.gives_up(clerk.bills()),
        second=dispatcher.bills(),
        right=first_refused("The connection broke")
        | ONE_INVOICE
        | {"second.tag": "display_notification"},
    ),
    Race(
        "second one waits before they look at the work",
        first=clerk.bills(),
        second=dispatcher.bills(),
        right=refused(IS_BILLED) | AT_THE_ORDER | ONE_INVOICE,
    ),
    Race(
        "hours are edited",
        first=dispatcher.writes("hours", unit_amount=3),
        second=clerk.bills(),
        right=hours(3, 0, "draft") | {"order.invoice_lines.quantity": 3},
        swapped=refused(STAYS) | ONE_INVOICE,
    ),
    Race(
        "hours are deleted",
        first=dispatcher.deletes("hours"),
        second=clerk.bills(),
        right=refused("There is nothing to invoice") | {"order.invoice_lines": []},
        swapped=refused(STAYS) | ONE_INVOICE,
    ),
    Race(
        "hours are added",
        first=dispatcher.logs(1),
        second=clerk.bills(),
        right=hours(3, 0, "draft"),
        swapped=hours(2, 1, "to_invoice"),
    ),
    Race(
        "part is validated",
        given={"part": root.uses_part(validate=False)},
        first=clerk.bills(),
        second=storekeeper.calls("_action_done", "part"),
        right=hours(2, 0, "to_invoice") | {"part.qty_to_bill": 1},
        swapped=invoiced(220) | {"part.qty_billed": 1, "part.qty_to_bill": 0},
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfHours(RaceCommon):
    """Two hours are billed; somebody else bills or changes them."""

    races = HOURS


UNCHANGED = (
    refused(STAYS)
    | invoiced(195)
    | {
        "charge.quantity": 1,
        "charge.price_unit": 75,
        "charge.qty_billed": 1,
        "hours.qty_billed": 2,
    }
)

SOURCES = (
    Race(
        "quantity of a charge changes",
        first=dispatcher.writes("charge", quantity=3),
        second=clerk.bills(),
        right=invoiced(345) | {"charge.qty_billed": 3},
        swapped=UNCHANGED,
    ),
    Race(
        "price of a charge changes",
        first=dispatcher.writes("charge", price_unit=80),
        second=clerk.bills(),
        right=invoiced(200),
        swapped=UNCHANGED,
    ),
    Race(
        "charge is deleted",
        first=dispatcher.deletes("charge"),
        second=clerk.bills(),
        right=invoiced(120),
        swapped=UNCHANGED,
    ),
    Race(
        "charge is deleted in the form",
        first=clerk.bills(),
        second=dispatcher.writes("order", charge_ids=[Command.clear()]),
        right=UNCHANGED,
    ),
    Race(
        "charge is added",
        first=dispatcher.charges(),
        second=clerk.bills(),
        right=invoiced(270) | {"order.charge_ids.qty_billed": [1, 1]},
        swapped=invoiced(195, "to_invoice") | {"order.charge_ids.qty_billed": [0, 1]},
    ),
    Race(
        "hours are not to be billed",
        first=dispatcher.writes("hours", billing_mode="not_billed"),
        second=clerk.bills(),
        right=invoiced(75) | {"hours.qty_billed": 0, "hours.qty_to_bill": 0},
        swapped=UNCHANGED,
    ),
    Race(
        "hours come under warranty",
        first=dispatcher.writes("hours", billing_mode="warranty"),
        second=clerk.bills(),
        right=invoiced(75) | {"hours.qty_billed": 2},
    ),
    Race(
        "part is not to be billed",
        given={"part": root.uses_part()},
        first=clerk.writes("part", billing_mode="not_billed"),
        second=clerk.bills(),
        right=invoiced(195) | {"part.qty_billed": 0, "part.qty_to_bill": 0},
    ),
    Race(
        "part comes under warranty",
        given={"part": root.uses_part()},
        first=clerk.bills(),
        second=clerk.writes("part", billing_mode="warranty"),
        right=refused(STAYS)
        | invoiced(295)
        | {"part.qty_billed": 1, "part.billing_mode": "billable"},
    ),
    Race(
        "transfer goes to another order",
        given={"part": root.uses_part(), "other": root.orders(0)},
        first=storekeeper.writes("part.picking_id", fsm_order_id="other"),
        second=clerk.bills(),
        right=invoiced(195)
        | invoiced(0, "to_invoice", "other")
        | {"part.fsm_order_id": "other"},
        swapped=refused(STAYS) | invoiced(295) | invoiced(0, "nothing", "other"),
    ),
    Race(
        "transfer comes from another order",
        given={"part": root.uses_part(), "other": root.orders(2)},
        first=clerk.bills("other"),
        second=storekeeper.writes("part.picking_id", fsm_order_id="other"),
        right=invoiced(120, "to_invoice", "other")
        | invoiced(0, "to_invoice")
        | {"part.fsm_order_id": "other", "order.part_ids": []},
    ),
    Race(
        "last two sources are deleted",
        first=dispatcher.deletes("hours"),
        second=clerk.deletes("charge"),
        right=invoiced(0, "nothing"),
        swapped=invoiced(0, "nothing"),
    ),
    Race(
        "last two sources go to another order and away",
        given={"other": root.orders(0)},
        first=dispatcher.writes("hours", fsm_order_id="other"),
        second=clerk.deletes("charge"),
        right=invoiced(0, "nothing") | hours(0, 2, "to_invoice", "other"),
    ),
    Race(
        "hours go to another order",
        given={"other": root.orders(0)},
        first=dispatcher.writes("hours", fsm_order_id="other"),
        second=clerk.bills(),
        right=invoiced(75) | hours(0, 2, "to_invoice", "other"),
        swapped=UNCHANGED | hours(0, 0, "nothing", "other"),
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfSources(RaceCommon):
    """Two hours and a fee of 75.00 are billed, and change at once."""

    given = {"charge": root.charges()}
    races = SOURCES
