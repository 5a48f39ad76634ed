"""A quotation is invoiced from its service order and by Odoo's own button at once.

Two transactions. Nothing of it may be invoiced twice, nor be left out.
"""

from odoo.fields import Command
from odoo.tests import tagged

from .people import clerk, root, salesman, storekeeper
from .race import AT_THE_ORDER, Race, refused, sold
from .race_common import RaceCommon

BY_ODOO = "(?i)no items are available to invoice|nothing"
IS_INVOICED = "of which nothing is to be invoiced now"


class RaceSaleCommon(RaceCommon):
    """A repair at 250.00, ordered, and two hours that it includes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.repair = cls._create_product(lst_price=250, field_service_tracking="sale")
        cls.sold_part = cls._create_product(
            type="consu", lst_price=10, invoice_policy="delivery"
        )
        cls.salesman = cls._create_role(
            "salesman",
            "fieldservice.group_fsm_user,sales_team.group_sale_salesman_all_leads",
        )
        cls._commit()

    def _create_work(self):
        self._sell((self.repair, 1))

    def _sell(self, *products):
        """Confirm a quotation, and complete its service order."""
        lines = [
            Command.create({"product_id": product.id, "product_uom_qty": quantity})
            for product, quantity in products
        ]
        self.sale = self._confirm_quotation(order_line=lines)
        self.line = self.sale.order_line[0]
        self.order = self.sale.fsm_order_ids
        self.made |= self.order
        self._log_hours(self.order, 2)
        self.order.action_complete()

    # --- what people do ---
    def _presses_in_sale(self, env):
        self._get(env, "sale")._create_invoices(final=True)

    def _pays_in_advance(self, env):
        env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(self.sale.ids)],
                "advance_payment_method": "fixed",
                "fixed_amount": 100,
            }
        ).create_invoices()

    def _adds_fee(self, env):
        line = Command.create({"product_id": self.fee.id})
        self._get(env, "sale").order_line = [line]

    def _delivers(self, env, quantity):
        """Validate the open transfer with ``quantity``; the rest is a backorder."""
        pickings = self._get(env, "sale").sudo().picking_ids
        [picking] = pickings.filtered(lambda p: p.state != "done").sudo(False)
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking.with_context(skip_backorder=True).button_validate()

    # --- what is found ---
    def _find_quantities(self, sale):
        """:return: list: what is invoiced of each line, without down payments"""
        lines = sale.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        for line in lines:
            self.assertEqual(
                line.qty_invoiced, sum(line.invoice_lines.mapped("quantity"))
            )
        return lines.mapped("qty_invoiced")

    def _find_amounts(self, sale):
        return sorted(sale.invoice_ids.mapped("amount_untaxed_signed"))

    def _find_delivered(self, sale):
        moves = sale.picking_ids.move_ids.filtered(lambda move: move.state == "done")
        return sorted(moves.mapped("quantity"))

    def _find_advance(self, sale):
        """:return: (quantity invoiced, quantity to invoice) of the down payment"""
        line = sale.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        return line.qty_invoiced, line.qty_to_invoice


EXTRA = {"extra": root.writes("hours", fsm_is_extra=True)}
PAID_IN_ADVANCE = {
    "advance": root.pays_in_advance(),
    "posted": root.posts("sale.invoice_ids"),
}
DEDUCTED_ONCE = sold("draft", [1], 100, 150) | {"advance of sale": (0, 0)}

QUOTATIONS = (
    Race(
        "quotation is invoiced by both buttons",
        first=clerk.bills(),
        second=salesman.presses_in_sale(),
        right=refused(BY_ODOO) | sold("draft", [1], 250),
        swapped=refused(IS_INVOICED) | sold("draft", [1], 250),
    ),
    Race(
        "quotation with extra work is invoiced",
        given=EXTRA,
        first=salesman.presses_in_sale(),
        second=clerk.bills(),
        right=sold("draft", [1])
        | {"invoiced of order": 250 + 120, "hours.qty_billed": 2},
        swapped=refused(BY_ODOO) | sold("draft", [1], 250 + 120),
    ),
    Race(
        "Odoo waits before it looks at the quotation",
        first=clerk.bills(),
        second=salesman.presses_in_sale(),
        right=refused(BY_ODOO) | AT_THE_ORDER | sold("draft", [1], 250),
    ),
    Race(
        "both buttons meet at a lock",
        first=clerk.bills(),
        second=salesman.presses_in_sale(),
        right=refused(BY_ODOO) | sold("draft", [1]),
        swapped=refused(IS_INVOICED) | sold("draft", [1]),
        queue="line",
    ),
    Race(
        "quantity ordered is raised",
        first=salesman.writes("line", product_uom_qty=3),
        second=clerk.bills(),
        right=sold("draft", [3]),
        swapped=sold("to_invoice", [1]),
    ),
    Race(
        "line is added to the quotation",
        first=salesman.adds_fee(),
        second=clerk.bills(),
        right=sold("draft", [1, 1]),
        swapped=sold("to_invoice", [1, 0]),
    ),
    Race(
        "down payment is deducted by both buttons",
        given=PAID_IN_ADVANCE,
        first=clerk.bills(),
        second=salesman.presses_in_sale(),
        right=refused(BY_ODOO) | DEDUCTED_ONCE,
        swapped=refused(IS_INVOICED) | DEDUCTED_ONCE,
    ),
    Race(
        "down payment is made",
        first=salesman.pays_in_advance(),
        second=clerk.bills(),
        right=DEDUCTED_ONCE,
        swapped=sold("draft", [1], 100, 250) | {"advance of sale": (1, -1)},
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfQuotations(RaceSaleCommon):
    races = QUOTATIONS


ONE_SENT = {"sent": root.delivers(1)}

DELIVERIES = (
    Race(
        "part is delivered and the order billed",
        first=storekeeper.delivers(1),
        second=clerk.bills(),
        right=sold("draft", [1, 1], 260) | {"delivered of sale": [1]},
        swapped=sold("to_invoice", [1, 0], 250) | {"delivered of sale": [1]},
    ),
    Race(
        "rest is delivered and the order billed",
        given=ONE_SENT,
        first=clerk.bills(),
        second=storekeeper.delivers(2),
        right=sold("to_invoice", [1, 1], 260) | {"delivered of sale": [1, 2]},
        swapped=sold("draft", [1, 3], 280) | {"delivered of sale": [1, 2]},
    ),
    Race(
        "part is delivered and the sale invoiced",
        first=storekeeper.delivers(1),
        second=salesman.presses_in_sale(),
        right=sold("draft", [1, 1], 260),
        swapped=sold("to_invoice", [1, 0], 250),
    ),
    Race(
        "part delivered is invoiced by both buttons",
        given=ONE_SENT,
        first=clerk.bills(),
        second=salesman.presses_in_sale(),
        right=refused(BY_ODOO) | sold("draft", [1, 1], 260),
        swapped=refused(IS_INVOICED) | sold("draft", [1, 1], 260),
    ),
)


@tagged("post_install", "-at_install")
class TestRacesOfDeliveries(RaceSaleCommon):
    """The repair, and three parts that are invoiced as they are delivered."""

    races = DELIVERIES

    def _create_work(self):
        self._sell((self.repair, 1), (self.sold_part, 3))
