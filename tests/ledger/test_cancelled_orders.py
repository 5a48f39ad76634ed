from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCancelledOrders(CreditCommon):
    """An order may be cancelled once nothing of what was invoiced stands."""

    def _cancel(self, order):
        order.with_user(self.dispatcher).action_cancel()

    def _assert_cancelled(self, order):
        self._cancel(order)
        self.assertEqual(
            order.stage_id, self.env.ref("fieldservice.fsm_stage_cancelled")
        )

    def test_quoted_order_credited_in_full_is_cancelled(self):
        order, invoice = self._post_quotation()
        self._confirm(invoice)
        self.assertFalse(order.sudo().billing_entry_ids)
        self.assertEqual(order.billing_status, "to_invoice")
        self._assert_cancelled(order)

    def test_quoted_order_credited_in_full_is_not_deleted(self):
        order, invoice = self._post_quotation()
        self._confirm(invoice)
        with self.assertRaisesRegex(UserError, "cancel it instead"):
            order.unlink()

    def test_quoted_order_is_not_cancelled_while_its_invoice_stands(self):
        order, invoice = self._post_quotation()
        with self.assertRaisesRegex(UserError, "credit the posted one first"):
            self._cancel(order)
        self._confirm(invoice, {self.labor: 1})
        with self.assertRaisesRegex(UserError, "credit the posted one first"):
            self._cancel(order)

    def test_quoted_order_is_not_cancelled_before_its_credit_note_is_posted(self):
        order, invoice = self._post_quotation()
        self._reverse(invoice)
        with self.assertRaisesRegex(UserError, "Delete the draft invoice"):
            self._cancel(order)

    def test_order_of_which_a_typed_line_stands_is_not_cancelled(self):
        order = self._create_order()
        invoice = self._invoice(order)
        line = Command.create({"name": "Travel", "price_unit": 30, "quantity": 1})
        invoice.invoice_line_ids = [line]
        typed = invoice.invoice_line_ids.filtered(lambda line: line.name == "Travel")
        typed.sudo().fsm_order_ids = order
        invoice.action_post()
        self._credit(invoice, {self.labor: 2, self.pump: 1})
        self.assertEqual(order.billing_status, "to_invoice")
        with self.assertRaisesRegex(UserError, "credit the posted one first"):
            self._cancel(order)

    def test_order_on_a_bill_of_a_vendor_was_not_invoiced(self):
        order = self._create_order()
        bill = self.init_invoice("in_invoice", amounts=[10], post=True)
        bill.invoice_line_ids.fsm_order_ids = order
        with self.assertRaises(UserError):
            self._cancel(order)
