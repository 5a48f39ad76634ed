"""Drafts, invoices and payments of one order change at once: two transactions."""

from odoo.tests import tagged

from .people import clerk, dispatcher, root
from .race import Race, hours, one_stands, refused
from .race_common import RaceCommon

#: Odoo tells them that they came too late
BY_ODOO = "."
IS_BILLED = "is invoiced already: see"


LATE = {"late": root.logs(1)}
OTHER_DRAFT = {"late": root.logs(1), "other": root.drafts()}
CANCELLED = {"done": root.cancels("draft")}

DRAFTS = (
    Race(
        "draft is posted and deleted",
        first=clerk.posts("draft"),
        second=clerk.deletes("draft"),
        right=refused(BY_ODOO) | hours(2, 0, "posted"),
        swapped=refused(BY_ODOO) | hours(0, 2, "to_invoice"),
    ),
    Race(
        "draft is cancelled and posted",
        first=clerk.cancels("draft"),
        second=clerk.posts("draft"),
        right=refused(BY_ODOO) | hours(0, 2, "to_invoice"),
        swapped=hours(0, 2, "to_invoice"),
    ),
    Race(
        "draft is posted twice",
        first=clerk.posts("draft"),
        second=clerk.posts("draft"),
        right=refused(BY_ODOO) | hours(2, 0, "posted"),
    ),
    Race(
        "draft is deleted twice",
        first=clerk.deletes("draft"),
        second=clerk.deletes("draft"),
        right=refused(BY_ODOO) | hours(0, 2, "to_invoice"),
    ),
    Race(
        "line is removed before its draft is posted",
        given={
            "gone": root.deletes("draft"),
            "own": root.sets_policy("order", detail="timesheet"),
            "late": root.logs(1),
            "draft": root.drafts(),
            "line": root.finds_line("draft"),
        },
        first=clerk.deletes("line"),
        second=clerk.posts("draft"),
        right=hours(1, 2, "to_invoice") | {"draft.amount_untaxed": 60},
    ),
    Race(
        "line is removed after its draft was posted",
        first=clerk.posts("draft"),
        second=clerk.removes_lines("draft"),
        right=refused(BY_ODOO) | hours(2, 0, "posted"),
    ),
    Race(
        "line is removed and the rest billed",
        given=LATE,
        first=clerk.removes_lines("draft"),
        second=clerk.bills(),
        right=hours(3, 0, "draft"),
        swapped=hours(1, 2, "to_invoice"),
    ),
    Race(
        "draft is deleted and the rest billed",
        given=LATE,
        first=clerk.deletes("draft"),
        second=clerk.bills(),
        right=hours(3, 0, "draft"),
        swapped=hours(1, 2, "to_invoice"),
    ),
    Race(
        "cancelled invoice is revived and its work billed",
        given=CANCELLED,
        first=clerk.resets("draft"),
        second=clerk.bills(),
        right=refused(IS_BILLED) | hours(2, 0, "draft"),
        swapped=refused("was billed in the meantime on") | hours(2, 0, "draft"),
    ),
    Race(
        "two drafts are posted",
        given=OTHER_DRAFT,
        first=clerk.posts("draft"),
        second=clerk.posts("other"),
        right=hours(3, 0, "posted"),
        swapped=hours(3, 0, "posted"),
    ),
    Race(
        "drafts are posted in opposite order",
        given={
            "other_order": root.orders(1),
            "other": root.drafts("other_order"),
            # without a date, they would meet at the invoices already
            "dated": root.dates("draft", "other"),
        },
        first=clerk.posts("draft", "other"),
        second=clerk.posts("other", "draft"),
        right=refused(BY_ODOO)
        | hours(2, 0, "posted")
        | hours(1, 0, "posted", "other_order"),
        queue="order",
    ),
    Race(
        "draft is posted and the other deleted",
        given=OTHER_DRAFT,
        first=clerk.posts("draft"),
        second=clerk.deletes("other"),
        right=hours(2, 1, "to_invoice"),
    ),
    Race(
        "draft is posted and late hours deleted",
        given=LATE,
        first=clerk.posts("draft"),
        second=dispatcher.deletes("late"),
        right=hours(2, 0, "posted"),
        swapped=hours(2, 0, "posted"),
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfDrafts(RaceCommon):
    """Two hours are on a draft."""

    given = {"draft": root.drafts()}
    races = DRAFTS


ALL_PAID = {
    "invoice.payment_state": "paid",
    "other.payment_state": "paid",
    "order.billing_status": "paid",
}
ALL_SETTLED = {
    "invoice.amount_residual": 0,
    "other.amount_residual": 0,
    "order.billing_status": "paid",
}
REFUND = {"credit": root.reverses(fsm_work="refund")}
PAID_IN_FULL = {
    "all_paid": root.pays(),
    "large": root.types_credit(90),
    "small": root.types_credit(60),
}
#: Odoo leaves the payment where it is
PAID_DRAFT = hours(3, 0, "draft") | {
    "invoice.state": "draft",
    "invoice.payment_state": "paid",
}

PAYMENTS = (
    Race(
        "rest of both invoices is paid",
        first=clerk.pays("invoice", "bank"),
        second=clerk.pays("other", "other_bank"),
        right=ALL_PAID,
        swapped=ALL_PAID,
    ),
    Race(
        "both payments are taken back",
        first=clerk.calls("remove_move_reconcile", "invoice.line_ids"),
        second=clerk.calls("remove_move_reconcile", "other.line_ids"),
        right={
            "invoice.payment_state": "not_paid",
            "other.payment_state": "not_paid",
            "order.billing_status": "posted",
        },
    ),
    Race(
        "both invoices are paid without entry",
        first=clerk.pays_without_entry("invoice", "bank"),
        second=clerk.pays_without_entry("other", "other_bank"),
        right=ALL_PAID | {"first.move_id": [], "second.move_id": []},
        swapped=ALL_PAID | {"first.move_id": [], "second.move_id": []},
    ),
    Race(
        "invoice is paid and reset",
        first=clerk.pays(),
        second=clerk.resets("invoice"),
        right=PAID_DRAFT,
        swapped=PAID_DRAFT,
        then=(root.posts("invoice"),),
        at_last={"order.billing_status": "partial"},
    ),
    Race(
        "rest is paid and all refunded",
        given=REFUND,
        first=clerk.pays(),
        second=clerk.posts("credit"),
        right={
            "invoice.amount_residual": 0,
            "invoice.payment_state": "paid",
            "credit.amount_residual": 120,
            "order.billing_status": "partial",
        },
        swapped=refused("nothing left to pay")
        | {"invoice.amount_residual": 0, "credit.amount_residual": 10},
    ),
    Race(
        "invoice is paid and credited in part",
        given={"credit": root.reverses(0.5)},
        first=clerk.pays(amount=60),
        second=clerk.posts("credit"),
        right=hours(2.5, 0.5, "to_invoice")
        | {
            "invoice.amount_residual": 120 - 10 - 60 - 30,
            "credit.amount_residual": 0,
        },
        swapped=hours(2.5, 0.5, "to_invoice")
        | {
            "invoice.amount_residual": 120 - 10 - 60 - 30,
            "credit.amount_residual": 0,
        },
    ),
    Race(
        "one invoice is refunded and the other paid",
        given=REFUND,
        first=clerk.posts("credit"),
        second=clerk.pays("other", "other_bank"),
        right=ALL_SETTLED,
        swapped=ALL_SETTLED,
    ),
    Race(
        "payment was entered before the refund",
        given=REFUND | {"wizard": clerk.opens_payment()},
        first=clerk.posts("credit"),
        second=clerk.calls("action_create_payments", "wizard"),
        right={
            "wizard.amount": 110,
            "invoice.amount_residual": 0,
            "credit.amount_residual": 10,
            "received of bank": -110,
        },
    ),
    one_stands(
        "credit notes of a paid invoice beyond it",
        given=PAID_IN_FULL,
        first="large",
        second="small",
        right={"large.amount_residual": 90, "invoice.payment_state": "paid"},
        swapped={"small.amount_residual": 60, "invoice.payment_state": "paid"},
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfPayments(RaceCommon):
    """Invoices of 120.00 and 60.00 are posted, and 10.00 paid of each.

    So each payment leaves the status of the order as it finds it.
    """

    given = {
        "invoice": root.invoices(),
        "late": root.logs(1),
        "other": root.invoices(),
        "paid": root.pays("invoice", "bank", 10),
        "other_paid": root.pays("other", "other_bank", 10),
    }
    races = PAYMENTS

    def _find_received(self, bank):
        """:return: what the last payment into ``bank`` has left to be matched"""
        payment = self.env["account.payment"].search(
            [("journal_id", "=", bank.id)], order="id desc", limit=1
        )
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        return sum(lines.mapped("amount_residual"))
