from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditOthers(CreditCommon):
    """Documents without service orders behave as in Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=1, parts=0)

    def _post_plain(self, *lines):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "invoice_line_ids": [Command.create(line) for line in lines],
            }
        )
        invoice.action_post()
        return invoice.with_user(self.clerk)

    def _post_training(self):
        return self._post_plain(
            {"name": "Training", "price_unit": 33.33, "tax_ids": False}
        )

    def _credit_half(self, invoice):
        """Credit half of each line natively, and confirm it."""
        credit = self._reverse(invoice)
        for line in self._product_lines(credit):
            line.quantity /= 2
        credit.action_post()
        return credit

    def test_two_halves_are_credited(self):
        invoice = self._post_training()
        credits = self._credit_half(invoice) | self._credit_half(invoice)
        self.assertAlmostEqual(sum(credits.mapped("amount_total")), 33.34)

    def test_more_than_was_invoiced_is_credited(self):
        invoice = self._post_training()
        for _time in range(2):
            self._reverse(invoice).action_post()
        self.assertEqual(set(invoice.reversal_move_ids.mapped("state")), {"posted"})

    def test_credit_note_dated_before_the_invoice_is_confirmed(self):
        invoice = self._post_training()
        day = fields.Date.subtract(invoice.invoice_date, days=1)
        self._reverse(invoice, date=day).action_post()
        self.assertEqual(invoice.payment_state, "reversed")

    def test_price_changed_is_no_concern_of_the_ledger(self):
        invoice = self._post_plain({"product_id": self.pump.id, "price_unit": 90})
        credit = self._reverse(invoice)
        self._product_lines(credit).price_unit = 80
        credit.action_post()
        self.assertFalse(self._product_lines(credit).fsm_credit_work)

    def test_posted_lines_are_as_final_as_in_odoo(self):
        invoice = self._post_training()
        credit = self._reverse(invoice)
        credit.action_post()
        self._product_lines(credit).with_user(self.accountant).discount = 0.0
        self._product_lines(credit).sudo()._check_fsm_unchanged({"price_unit": 1})

    def test_lines_go_to_another_draft_as_in_odoo(self):
        invoice = self._post_training()
        first, second = self._reverse(invoice), self._reverse(invoice)
        line = self._product_lines(first)
        line._check_fsm_unchanged({"move_id": second.id})

    def test_refund_of_both_leaves_what_was_sold_to_odoo(self):
        sale = self._create_sale(self.pump)
        self.pump.invoice_policy = "order"
        sale.action_confirm()
        plain = sale._create_invoices()
        plain.line_ids.fsm_order_ids = False
        plain.action_post()
        ours = self._post_invoice(self.order)
        credits = self._reverse(plain | ours, fsm_work="refund")
        credit = credits.filtered(lambda move: move.reversed_entry_id == plain)
        self.assertEqual(self._product_lines(credit).sale_line_ids, sale.order_line)
        self.assertFalse(self._product_lines(credit).fsm_credit_work)

    def test_rate_of_the_credit_note_is_that_of_its_day(self):
        euro = self.setup_other_currency(
            "EUR", rates=[("2020-01-01", 2), ("2026-03-01", 1.6)]
        )
        plain = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.customer.id,
                "currency_id": euro.id,
                "invoice_date": "2026-02-10",
                "invoice_line_ids": [Command.create({"name": "A", "price_unit": 50})],
            }
        )
        plain.action_post()
        ours = self._post_invoice(self.order)
        credits = self._reverse(plain | ours)
        credit = credits.filtered(lambda move: move.reversed_entry_id == plain)
        self.assertAlmostEqual(credit.invoice_currency_rate, 1.6)

    def test_dialog_offers_what_is_left(self):
        invoice = self._post_training()
        self._credit_half(invoice)
        dialog = self._open_dialog(invoice)
        self.assertEqual(dialog.fsm_amount_total, 16.66)
        dialog.fsm_credit_line_ids.qty_to_credit = 1
        with self.assertRaisesRegex(UserError, "left to credit"):
            dialog.action_fsm_confirm()

    # --- documents of which some lines are of orders ---
    def _post_mixed(self):
        invoice = self._invoice(self.order)
        invoice.invoice_line_ids = [
            Command.create({"name": "Parking", "price_unit": 33.33, "tax_ids": False})
        ]
        self._line(invoice, self.labor).write({"price_unit": 33.33, "tax_ids": False})
        invoice.action_post()
        return invoice

    def test_two_halves_of_an_invoice_of_both_are_credited(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        invoice = self._post_mixed()
        credits = self._credit_half(invoice) | self._credit_half(invoice)
        self.assertAlmostEqual(sum(credits.mapped("amount_total")), 66.68)
        self.assertEqual(self.order.timesheet_ids.qty_billed, 0)
        self.assertLedgerHolds(self.order)

    def test_invoice_of_both_is_not_credited_twice(self):
        invoice = self._post_mixed()
        self._reverse(invoice).action_post()
        with self.assertRaisesRegex(UserError, "would credit"):
            self._reverse(invoice).action_post()

    def test_lines_typed_beyond_an_invoice_of_both_are_refused(self):
        invoice = self._post_mixed()
        credit = self._reverse(invoice)
        credit.invoice_line_ids = [
            Command.clear(),
            Command.create({"name": "All", "price_unit": 66.67, "tax_ids": False}),
        ]
        with self.assertRaisesRegex(UserError, "would credit"):
            credit.action_post()

    def test_cent_typed_beyond_an_invoice_credited_in_full_is_refused(self):
        invoice = self._post_mixed()
        self._confirm(invoice)
        credit = self._reverse(invoice)
        credit.invoice_line_ids = [
            Command.clear(),
            Command.create({"name": "Cent", "price_unit": 0.01, "tax_ids": False}),
        ]
        with self.assertRaisesRegex(UserError, "would credit"):
            credit.action_post()
