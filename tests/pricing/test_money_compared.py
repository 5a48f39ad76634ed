from odoo.fields import Command
from odoo.tests import tagged

from ..prices_common import PricesCommon


@tagged("post_install", "-at_install")
class TestMoneyCompared(PricesCommon):
    """Sums that differ by float noise are the same amount."""

    def _quote_paid_in_advance(self):
        """:return: a done order of a quotation of 10.10 and 20.20, all paid before"""
        services = [
            self._create_service(
                f"Service at {price}",
                price,
                invoice_policy="order",
                taxes_id=[Command.clear()],
            )
            for price in (10.10, 20.20)
        ]
        sale = self._create_sale(*services)
        sale.action_confirm()
        wizard = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=sale.ids)
            .create({"advance_payment_method": "percentage", "amount": 100})
        )
        wizard.create_invoices()
        sale.invoice_ids.action_post()
        return self._create_order(hours=0, parts=0, sale_id=sale.id)

    def test_everything_paid_in_advance_is_an_invoice_of_zero(self):
        order = self._quote_paid_in_advance()
        invoice = self._create_invoice(order)
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertTrue(invoice.currency_id.is_zero(invoice.amount_total))
        self.assertEqual(
            sorted(self._product_lines(invoice).mapped("quantity")), [-1, 1, 1]
        )

    def test_wizard_does_not_call_it_a_credit_note(self):
        order = self._quote_paid_in_advance()
        wizard = (
            self.env["fsm.billing.wizard"]
            .with_user(self.clerk)
            .with_context(active_model="fsm.order", active_ids=order.ids)
            .create({})
        )
        self.assertEqual(wizard.invoice_count, 1)
        self.assertNotIn("Credit note", wizard.preview)
        self.assertNotIn("-0.00", wizard.preview)

    def test_preview_has_no_negative_zero(self):
        order = self._quote_paid_in_advance()
        self.assertNotIn("-0.00", order.with_user(self.clerk).billing_preview)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 0)
