from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestQuotedReturns(CreditCommon):
    """Quoted parts that came back in Inventory, beside credits of their invoice."""

    def setUp(self):
        super().setUp()
        self.pump.invoice_policy = "delivery"
        sale = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "warehouse_id": self.warehouse.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": 2,
                            "price_unit": 100,
                        }
                    )
                ],
            }
        )
        sale.action_confirm()
        self.sold = sale.order_line
        self.order = self._create_order(hours=0, parts=0, sale_id=sale.id)
        sale.picking_ids.move_ids.write({"quantity": 2, "picked": True})
        sale.picking_ids._action_done()
        self.invoice = self._bill()
        self.assertEqual(self.invoice.amount_untaxed, 200)

    def _bill(self):
        """:return: the document that Create invoice makes, posted"""
        document = self._invoice_of(self.order)
        document.action_post()
        return document

    def _take_back(self, quantity):
        """Return delivered pumps by Odoo's own dialog."""
        picking = self.sold.order_id.picking_ids.filtered(
            lambda picking: picking.picking_type_code == "outgoing"
        )
        dialog = self._open_return(picking, quantity=quantity)
        action = dialog.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        back.move_ids.write({"quantity": quantity, "picked": True})
        back._action_done()

    def _get_left(self):
        return [
            (line.qty_left, line.amount_left)
            for line in self._open_dialog(self.invoice).fsm_credit_line_ids
        ]

    def test_pumps_refunded_are_not_given_back_once_more(self):
        self._confirm(self.invoice, {self.pump: (2, "refund")})
        self._take_back(2)
        self.assertEqual(self.order.billing_status, "credited")
        with self.assertRaisesRegex(UserError, "credited in full"):
            self._bill()

    def test_pumps_that_came_back_are_credited_once(self):
        self._take_back(1)
        credit = self._bill()
        self.assertRecordValues(
            credit, [{"move_type": "out_refund", "amount_untaxed": 100}]
        )
        self.assertEqual(self._get_left(), [(1, 100)])
        self._confirm(self.invoice, {self.pump: (1, "refund")})
        self.assertEqual(self.order.amount_billed, 0)
        self.assertFalse(self.invoice._is_fsm_creditable())

    def test_pumps_that_came_back_are_credited_beside_other_work(self):
        self._take_back(1)
        self._log_hours(self.order, 4, fsm_is_extra=True)
        invoice, credit = self._bill().sorted("move_type")
        self.assertEqual((invoice.amount_untaxed, credit.amount_untaxed), (240, 100))
        self.assertEqual(credit.reversed_entry_id, self.invoice)
        self.assertEqual(self._get_left(), [(1, 100)])

    def test_pumps_credited_to_be_billed_again_come_back_for_nothing(self):
        self._confirm(self.invoice, {self.pump: (2, "bill_again")})
        self.assertEqual(self.order.amount_to_bill, 200)
        self._take_back(2)
        self.assertEqual(self.order.amount_to_bill, 0)
        self.assertEqual(self.order.billing_status, "credited")
