"""An invoice is credited, and what it bills changes: two transactions."""

from odoo.tests import tagged

from .people import clerk, dispatcher, root
from .race import NO_WAIT, Race, first_refused, hours, invoiced, one_stands, refused
from .race_common import RaceCommon

STAYS = "can't be changed or deleted"
LEFT = "left to credit"
CREDITED = hours(0, 2, "to_invoice")
STILL_BILLED = {"hours.qty_billed": 2}


CREDITS = (
    one_stands(
        "full credit notes",
        given={"early": root.reverses(), "late": root.reverses()},
        first="early",
        second="late",
        right=CREDITED,
        swapped=CREDITED,
    ),
    # the second credit note is still a draft
    one_stands(
        "refund and credit",
        given={
            "refund": root.reverses(fsm_work="refund"),
            "credit": root.reverses(),
        },
        first="refund",
        second="credit",
        right=STILL_BILLED | {"order.billing_status": "draft"},
        swapped=CREDITED,
    ),
    one_stands(
        "parts beyond the invoice",
        given={"large": root.reverses(1.5), "small": root.reverses(1)},
        first="large",
        second="small",
        right=hours(0.5, 1.5, "to_invoice"),
        swapped=hours(1, 1, "to_invoice"),
    ),
    Race(
        "parts within the invoice",
        given={"small": root.reverses(0.5), "large": root.reverses(1)},
        first=clerk.posts("small"),
        second=clerk.posts("large"),
        right=hours(0.5, 1.5, "to_invoice") | {"invoice.amount_residual": 30},
    ),
    Race(
        "parts that make the whole",
        given={"small": root.reverses(0.5), "large": root.reverses(1.5)},
        first=clerk.posts("large"),
        second=clerk.posts("small"),
        right=CREDITED | {"invoice.payment_state": "reversed"},
    ),
    Race(
        "wizards make two drafts of which one is posted",
        first=clerk.reverses(),
        second=clerk.reverses(),
        right=hours(2, 0, "draft"),
        then=(root.posts("second"), root.posts_in_vain("first")),
        at_last=CREDITED | {"second.state": "posted", "first.state": "draft"},
    ),
    Race(
        "reverse and create twice",
        first=clerk.reverses(is_modify=True),
        second=clerk.reverses(is_modify=True),
        right=refused("would credit")
        | hours(2, 0, "draft")
        | {"drafts of order": 1, "first.state": "draft"},
    ),
    Race(
        "reverse and create and a credit note",
        given={"credit": root.reverses(0.5)},
        first=clerk.reverses(is_modify=True),
        second=clerk.posts("credit"),
        right=refused("would credit") | hours(2, 0, "draft"),
        swapped=refused("would credit") | hours(1.5, 0.5, "to_invoice"),
    ),
    one_stands(
        "typed credit notes beyond the invoice",
        given={"large": root.types_credit(90), "small": root.types_credit(60)},
        first="large",
        second="small",
        right=STILL_BILLED | {"invoice.amount_residual": 30},
        swapped={"invoice.amount_residual": 60},
    ),
    Race(
        "typed credit notes within the invoice",
        given={"large": root.types_credit(90), "small": root.types_credit(30)},
        first=clerk.posts("large"),
        second=clerk.posts("small"),
        right=STILL_BILLED
        | {
            "invoice.payment_state": "reversed",
            "order.billing_status": "credited",
        },
    ),
    one_stands(
        "typed credit note and one of the wizard",
        given={"typed": root.types_credit(1), "credit": root.reverses()},
        first="typed",
        second="credit",
        right=STILL_BILLED,
        swapped=CREDITED,
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfCredits(RaceCommon):
    """An invoice of two hours at 60.00 is credited by two clerks."""

    given = {"invoice": root.invoices()}
    races = CREDITS


DIALOGS = (
    Race(
        "dialogs for all of it",
        given={"dialog": clerk.opens(), "other": clerk.opens()},
        first=clerk.confirms("dialog"),
        second=clerk.confirms("other"),
        right=refused(LEFT)
        | CREDITED
        | {"invoice.reversal_move_ids.amount_total": 120},
    ),
    Race(
        "dialogs beyond the invoice",
        given={"large": clerk.opens(1.5), "small": clerk.opens(1)},
        first=clerk.confirms("large"),
        second=clerk.confirms("small"),
        right=refused(LEFT) | hours(0.5, 1.5, "to_invoice"),
        swapped=refused(LEFT) | hours(1, 1, "to_invoice"),
    ),
    Race(
        "dialogs that fit",
        given={"small": clerk.opens(0.5), "large": clerk.opens(1.5)},
        first=clerk.confirms("small"),
        second=clerk.confirms("large"),
        right=CREDITED | {"invoice.payment_state": "reversed"},
    ),
    Race(
        "dialogs for prices beyond the invoice",
        given={
            "large": clerk.opens(70, "price"),
            "small": clerk.opens(51, "price"),
        },
        first=clerk.confirms("large"),
        second=clerk.confirms("small"),
        right=refused(LEFT) | {"invoice.amount_residual": 50},
    ),
    Race(
        "dialogs for the price and for the quantity",
        given={"price": clerk.opens(20, "price"), "quantity": clerk.opens()},
        first=clerk.confirms("price"),
        second=clerk.confirms("quantity"),
        right=CREDITED | {"invoice.reversal_move_ids.amount_total": [20, 100]},
        swapped=refused(LEFT) | CREDITED,
    ),
    Race(
        "dialogs that correct",
        given={"dialog": clerk.opens(), "other": clerk.opens()},
        first=clerk.calls("action_fsm_correct", "dialog"),
        second=clerk.calls("action_fsm_correct", "other"),
        right=refused(LEFT) | hours(2, 0, "draft"),
    ),
    Race(
        "dialog for a part and the rest is billed",
        given={"late": root.logs(1), "dialog": clerk.opens(0.5)},
        first=clerk.confirms("dialog"),
        second=clerk.bills(),
        right=hours(3, 0, "draft"),
        swapped=hours(2.5, 0.5, "to_invoice"),
    ),
    Race(
        "dialogs for a plain invoice",
        given={
            "plain": root.invoices_plainly(),
            "dialog": clerk.opens(work="refund", name="plain"),
            "other": clerk.opens(work="refund", name="plain"),
        },
        first=clerk.confirms("dialog"),
        second=clerk.confirms("other"),
        right=refused(LEFT) | {"plain.reversal_move_ids.amount_total": 120},
    ),
    Race(
        "dialog and a payment",
        given={"dialog": clerk.opens(1, "refund")},
        first=clerk.pays(amount=120),
        second=clerk.confirms("dialog"),
        right={
            "invoice.payment_state": "paid",
            "invoice.reversal_move_ids.amount_residual": 60,
        },
        swapped={
            "invoice.amount_residual": 0,
            "invoice.reversal_move_ids.amount_residual": 0,
        },
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfDialogs(RaceCommon):
    """An invoice of two hours at 60.00; dialogs were opened before either pressed."""

    given = {"invoice": root.invoices()}
    races = DIALOGS

    def _invoices_plainly(self, env):
        """Make an invoice without service orders.

        It is paid: nothing is set off, which would tell the two from each other.
        """
        invoice = self._get(env, "invoice")
        plain = invoice.copy({"invoice_date": invoice.invoice_date})
        plain.line_ids.fsm_order_ids = False
        plain.action_post()
        self._pay(plain, journal_id=self.bank.id)
        self.assertFalse(plain.fsm_order_ids)
        return plain


LATE = {"late": root.logs(1)}
CREDIT = {"credit": root.reverses()}
POSTED = CREDIT | {"posted": root.posts("credit")}
HALF_POSTED = {"credit": root.reverses(0.5), "posted": root.posts("credit")}

CORRECTIONS = (
    Race(
        "rest is billed and the invoice credited",
        given=LATE | CREDIT,
        first=clerk.bills(),
        second=clerk.posts("credit"),
        right=hours(1, 2, "to_invoice"),
        swapped=hours(3, 0, "draft"),
    ),
    Race(
        "rest is billed and the invoice credited in part",
        given=LATE | {"credit": root.reverses(0.5)},
        first=clerk.bills(),
        second=clerk.posts("credit"),
        right=hours(2.5, 0.5, "to_invoice"),
        swapped=hours(3, 0, "draft"),
    ),
    Race(
        "rest is billed and the invoice made anew",
        given=LATE,
        first=clerk.bills(),
        second=clerk.reverses(is_modify=True),
        right=hours(3, 0, "draft"),
        swapped=hours(3, 0, "draft"),
    ),
    Race(
        "invoice is made anew and nothing else is open",
        first=clerk.reverses(is_modify=True),
        second=clerk.bills(),
        right=refused("is invoiced already: see") | hours(2, 0, "draft"),
    ),
    Race(
        "invoice is credited and its hours edited",
        given=CREDIT,
        first=clerk.posts("credit"),
        second=dispatcher.writes("hours", unit_amount=3),
        right=NO_WAIT | refused(STAYS) | CREDITED,
        swapped=NO_WAIT | first_refused(STAYS) | CREDITED,
    ),
    Race(
        "late hours change before the credit",
        given=LATE | CREDIT,
        first=dispatcher.writes("late", billing_mode="not_billed"),
        second=clerk.posts("credit"),
        right=CREDITED,
    ),
    Race(
        "late hours change after the refund",
        given=LATE | {"credit": root.reverses(fsm_work="refund")},
        first=clerk.posts("credit"),
        second=dispatcher.writes("late", billing_mode="not_billed"),
        right=invoiced(0, "credited"),
    ),
    Race(
        "credit note is reset and its work billed again",
        given=POSTED,
        first=clerk.resets("credit"),
        second=clerk.bills(),
        right=refused("is invoiced already: see {invoice.name}") | hours(2, 0, "draft"),
        swapped=refused("was billed in the meantime on") | hours(2, 0, "draft"),
    ),
    Race(
        "credit note is cancelled and its work billed again",
        given=HALF_POSTED,
        first=clerk.cancels("credit"),
        second=clerk.bills(),
        right=refused("is invoiced already: see {invoice.name}")
        | hours(2, 0, "posted"),
        swapped=refused("was billed in the meantime on") | hours(2, 0, "draft"),
    ),
    Race(
        "credit note is reset and its hours cut",
        given=POSTED,
        first=clerk.resets("credit"),
        second=dispatcher.writes("hours", unit_amount=1),
        right=refused(STAYS) | hours(2, 0, "draft"),
        swapped=refused("has changed since it was invoiced")
        | hours(0, 1, "to_invoice"),
    ),
    Race(
        "invoice is reset and credited",
        given=CREDIT,
        first=clerk.resets("invoice"),
        second=clerk.posts("credit"),
        right=refused("is not posted, so there is nothing to credit")
        | hours(2, 0, "draft"),
        swapped=refused("is credited by {credit.name}") | CREDITED,
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfCorrections(RaceCommon):
    """What a posted invoice of two hours bills is credited, and taken back."""

    given = {"invoice": root.invoices()}
    races = CORRECTIONS
