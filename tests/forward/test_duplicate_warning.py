from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestDuplicateWarning(InvoicingCommon):
    """Two visits of the same customer, day and amount are no duplicates."""

    def _post_today(self, order):
        invoice = self._invoice(order)
        invoice.invoice_date = fields.Date.today()
        invoice.action_post()
        return invoice

    def test_other_service_orders_are_no_duplicates(self):
        first = self._post_today(self._create_order())
        second = self._post_today(self._create_order())
        self.assertFalse((first | second).duplicated_ref_ids)

    def test_invoice_typed_by_hand_of_the_same_amount_is_one(self):
        invoice = self._post_today(self._create_order())
        line = {
            "name": "Once more",
            "price_unit": invoice.amount_untaxed,
            "tax_ids": [Command.set(invoice.invoice_line_ids.tax_ids.ids)],
        }
        typed = invoice.create(
            {
                "move_type": "out_invoice",
                "partner_id": invoice.partner_id.id,
                "invoice_date": invoice.invoice_date,
                "invoice_line_ids": [Command.create(line)],
            }
        )
        self.assertEqual(typed.amount_total, invoice.amount_total)
        self.assertFalse(typed.sudo().fsm_order_ids)
        self.assertEqual(typed.duplicated_ref_ids, invoice)

    def test_same_service_order_is_one(self):
        order = self._create_order(hours=1, parts=0)
        first = self._post_today(order)
        self._log_hours(order, 1)
        second = self._post_today(order)
        self.assertEqual(second.amount_total, first.amount_total)
        self.assertEqual(second.duplicated_ref_ids, first)
