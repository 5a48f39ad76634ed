from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestForeignCurrency(InvoicingCommon):
    """A customer with a price list in another currency, in the books of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Odoo does not distribute cents again when a date changes the rate
        cls.company.tax_calculation_rounding_method = "round_per_line"
        cls.euro = cls.setup_other_currency(
            "EUR",
            rates=[("2016-01-01", 3.0), ("2026-02-01", 2.0), ("2026-03-01", 1.6)],
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Euro",
                "currency_id": cls.euro.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": product.id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                        }
                    )
                    for product, price in ((cls.labor, 70.01), (cls.pump, 33.33))
                ],
            }
        )
        cls.customer.property_product_pricelist = cls.pricelist

    def _post_on(self, order, day):
        """Bill ``order`` and post its invoice of the day ``day``."""
        invoice = self._invoice(order)
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _get_receivable(self, moves):
        """:return: the lines of ``moves`` that the customer owes"""
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )

    def _assert_converted(self, move, rate):
        """Check that the lines are converted at ``rate``, and add up in both."""
        self.assertEqual(move.currency_id, self.euro)
        self.assertAlmostEqual(move.invoice_currency_rate, rate)
        for line in self._product_lines(move):
            self.assertEqual(
                line.balance,
                self.company.currency_id.round(line.amount_currency / rate),
            )
            self.assertEqual(abs(line.amount_currency), line.price_subtotal)
        lines = move.sudo().line_ids
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0)
        self.assertAlmostEqual(sum(lines.mapped("amount_currency")), 0)

    # --- invoices ---
    def test_invoice_is_converted_at_the_rate_of_its_date(self):
        order = self._create_order(hours=3, parts=7)
        invoice = self._post_on(order, "2026-02-10")
        self.assertEqual(invoice.amount_untaxed, 443.34)
        self.assertEqual(invoice.amount_tax, 66.5)
        self._assert_converted(invoice, 2)
        self.assertEqual(self._get_receivable(invoice).balance, 254.93)
        self.assertEqual(order.amount_billed, 221.68)

    def test_draft_follows_the_date_that_the_clerk_sets(self):
        order = self._create_order(hours=3, parts=7)
        invoice = self._invoice(order)
        for day, rate in (("2026-02-10", 2.0), ("2026-03-10", 1.6)):
            invoice.invoice_date = day
            self._assert_converted(invoice, rate)

    # --- journals ---
    def test_invoice_is_in_the_journal_of_its_currency(self):
        journal = self.company_data["default_journal_sale"].copy(
            {"name": "Euro", "currency_id": self.euro.id, "sequence": 99}
        )
        self.assertEqual(self._invoice(self._create_order()).journal_id, journal)

    def test_journal_in_another_currency_does_not_change_the_invoice(self):
        self.customer.property_product_pricelist = False
        default = self.company_data["default_journal_sale"]
        second = default.copy({"name": "Second", "sequence": 99})
        default.currency_id = self.euro
        invoice = self._invoice(self._create_order())
        self.assertEqual(invoice.journal_id, second)
        self.assertEqual(invoice.currency_id, self.company.currency_id)

    def test_no_journal_for_the_currency(self):
        self.customer.property_product_pricelist = False
        self.env["account.journal"].search([("type", "=", "sale")]).write(
            {"currency_id": self.euro.id}
        )
        order = self._create_order()
        with self.assertRaisesRegex(UserError, "no sales journal for invoices in USD"):
            order.with_user(self.clerk).action_create_invoice()

    # --- credit notes ---
    def test_credit_note_leaves_nothing_in_the_books(self):
        order = self._create_order(hours=3, parts=7)
        invoice = self._post_on(order, "2026-02-10")
        credit = self._credit(invoice, date="2026-03-10", fsm_work="refund")
        self._assert_converted(credit, 2)
        both = self._get_receivable(invoice | credit)
        self.assertAlmostEqual(sum(both.mapped("balance")), 0)
        self.assertTrue(all(both.mapped("reconciled")))
        partials = both.matched_debit_ids | both.matched_credit_ids
        self.assertFalse(partials.exchange_move_id)
        self.assertEqual(order.amount_billed, 0)
        self.assertEqual(order.billing_status, "credited")

    def test_both_ways_of_rounding_leave_nothing(self):
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            order = self._create_order(hours=3, parts=7)
            invoice = self._post_invoice(order)
            credit = self._credit(invoice, fsm_work="refund")
            lines = (invoice | credit).sudo().line_ids
            for account, own in lines.grouped("account_id").items():
                self.assertAlmostEqual(
                    sum(own.mapped("balance")), 0, msg=account.display_name
                )

    def test_partial_credit_note_is_at_the_rate_of_the_invoice(self):
        order = self._create_order(hours=3, parts=7)
        invoice = self._post_on(order, "2026-02-10")
        credit = self._credit(invoice, {self.pump: 2}, date="2026-03-10")
        self._assert_converted(credit, 2)
        self.assertEqual(credit.amount_untaxed, 66.66)
        self.assertEqual(order.amount_billed, 188.35)

    def test_replaced_invoice_is_credited_at_its_rate(self):
        order = self._create_order(hours=3, parts=7)
        invoice = self._post_on(order, "2026-02-10")
        again = self._reverse(invoice, is_modify=True, date=fields.Date.today())
        credit = invoice.reversal_move_ids
        self._assert_converted(credit, 2)
        self.assertEqual(invoice.payment_state, "reversed")
        again.invoice_date = "2026-03-10"
        again.action_post()
        self._assert_converted(again, 1.6)
        self.assertEqual(order.amount_billed, 277.09)

    def test_return_is_credited_at_the_rate_of_its_invoice(self):
        order = self._create_order(hours=0, parts=7)
        invoice = self._post_on(order, "2026-02-10")
        self._return_part(order.part_ids, 7)
        credit = self._post_invoice(order)
        self.assertEqual(credit.reversed_entry_id, invoice)
        self._assert_converted(credit, 2)
        self.assertEqual(order.amount_billed, 0)
        self.assertEqual(order.billing_status, "credited")

    def test_invoice_of_no_order_is_credited_as_odoo_does(self):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "currency_id": self.euro.id,
                "invoice_date": "2026-02-10",
                "invoice_line_ids": [
                    Command.create({"product_id": self.labor.id, "price_unit": 50})
                ],
            }
        )
        invoice.action_post()
        credit = self._reverse(invoice, date="2026-03-10")
        self.assertAlmostEqual(credit.invoice_currency_rate, 1.6)

    # --- payments ---
    def test_payment_at_another_rate_makes_an_exchange_difference(self):
        order = self._create_order(hours=3, parts=7)
        invoice = self._post_on(order, "2026-02-10")
        wizard = (
            self.env["account.payment.register"]
            .with_user(self.clerk)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"payment_date": "2026-03-10"})
        )
        wizard._create_payments()
        self.assertEqual(order.billing_status, "paid")
        receivable = self._get_receivable(invoice.sudo())
        exchange = receivable.matched_credit_ids.exchange_move_id
        # 509.84 EUR: 254.93 at the invoice, 318.65 at the payment
        self.assertAlmostEqual(
            sum(self._get_receivable(exchange).mapped("balance")), 63.72
        )
        # what the work brought in is the same
        self.assertEqual(order.amount_billed, 221.68)
