from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import InvoicingCommon

#: the lock dates of a company that Odoo heeds when a customer invoice is posted
LOCKS = (
    "fiscalyear_lock_date",
    "sale_lock_date",
    "tax_lock_date",
    "hard_lock_date",
)


@freeze_time("2026-03-20")
@tagged("post_install", "-at_install")
class TestLockDates(InvoicingCommon):
    """A closed period stays closed, and the ledger stays right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()

    def _lock(self, name="fiscalyear_lock_date", day="2026-02-28"):
        """Close the books until ``day``, as an accountant does."""
        self.company.sudo()[name] = day

    def _post_on(self, day):
        """Bill the order and post its invoice with the date ``day``."""
        invoice = self._invoice(self.order)
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    # --- posting ---
    def test_invoice_of_a_closed_period_is_booked_in_an_open_one(self):
        for name in LOCKS:
            order = self._create_order()
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self._lock(name)
                invoice = self._invoice(order)
                invoice.invoice_date = "2026-02-10"
                invoice.action_post()
                self.assertEqual(invoice.invoice_date, date(2026, 2, 10))
                self.assertGreater(invoice.date, date(2026, 2, 28))
                self.assertEqual(set(invoice.line_ids.mapped("date")), {invoice.date})
                self.assertEqual(order.billing_status, "posted")
                self.assertEqual(order.amount_billed, 220)
                self.assertLedgerHolds(order)
                savepoint.rollback()

    def test_invoice_of_an_open_period_keeps_its_date(self):
        self._lock()
        invoice = self._post_on("2026-03-10")
        self.assertEqual(invoice.date, date(2026, 3, 10))

    def test_draft_waits_while_the_books_are_closed_until_today(self):
        self._lock(day="2026-03-20")
        invoice = self._invoice(self.order)
        self._assert_refused(invoice.action_post, "Lock Date")
        self.assertEqual((invoice.state, invoice.name), ("draft", False))
        self._lock(day="2026-02-28")
        invoice.action_post()
        self.assertEqual(self.order.billing_status, "posted")
        self.assertLedgerHolds(self.order)

    # --- credit notes ---
    def test_credit_note_of_a_closed_period_is_booked_in_an_open_one(self):
        invoice = self._post_on("2026-02-10")
        self._lock()
        credit = self._credit(invoice, date="2026-02-15")
        self.assertEqual(invoice.date, date(2026, 2, 10))
        self.assertGreater(credit.date, date(2026, 2, 28))
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertEqual(self.order.billing_status, "to_invoice")
        self.assertEqual(self.order.amount_billed, 0)
        self.assertLedgerHolds(self.order)

    # --- back to draft ---
    def _assert_refused(self, function, message):
        """Check that ``function`` is refused, and ledger and books stay the same."""
        billed = self.order.amount_billed
        status = self.order.billing_status
        entries = self.order.billing_entry_ids
        with self.assertRaisesRegex(UserError, message), self.env.cr.savepoint():
            function()
        self.env.invalidate_all()
        self.assertEqual(self.order.billing_entry_ids, entries)
        self.assertEqual(self.order.billing_status, status)
        self.assertEqual(self.order.amount_billed, billed)
        self.assertLedgerHolds(self.order)

    def test_invoice_of_a_closed_period_is_not_reset(self):
        invoice = self._post_on("2026-02-10")
        for name in LOCKS:
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self._lock(name)
                for method in (invoice.button_draft, invoice.button_cancel):
                    self._assert_refused(method, "Lock Date")
                savepoint.rollback()
        self.assertEqual(invoice.state, "posted")

    def test_credit_note_of_a_closed_period_is_not_reset(self):
        invoice = self._post_on("2026-02-10")
        credit = self._credit(invoice, date="2026-02-15")
        self._lock()
        self._assert_refused(credit.button_draft, "Lock Date")
        self.assertEqual(credit.state, "posted")
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_return_after_the_period_is_closed_is_credited_in_an_open_one(self):
        self._post_on("2026-02-10")
        self._lock()
        self._return_part(self.order.part_ids)
        credit = self._post_invoice(self.order)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertGreater(credit.date, date(2026, 2, 28))
        self.assertEqual(self.order.amount_billed, 120)

    # --- secured journals ---
    def _secure(self):
        """Let the sales journal secure what is posted."""
        self.company_data["default_journal_sale"].restrict_mode_hash_table = True

    def test_secured_invoice_is_not_reset(self):
        self._secure()
        invoice = self._post_on("2026-03-10")
        self.assertTrue(invoice.inalterable_hash)
        for method in (invoice.button_draft, invoice.button_cancel):
            self._assert_refused(
                method, f"{invoice.name} is secured.*Add a credit note"
            )
        self.assertEqual(invoice.state, "posted")

    def test_secured_invoice_can_be_credited(self):
        self._secure()
        invoice = self._post_on("2026-03-10")
        credit = self._credit(invoice, {self.pump: 1})
        self.assertEqual(self.order.billing_status, "to_invoice")
        self._assert_refused(
            credit.button_draft, f"{credit.name} is secured.*Create a new invoice"
        )
        self.assertEqual(self._invoice(self.order).amount_untaxed, 100)
        self.assertLedgerHolds(self.order)

    def test_secured_invoice_is_paid(self):
        self._secure()
        self._pay(self._post_on("2026-03-10"))
        self.assertEqual(self.order.billing_status, "paid")

    # --- dates ---
    def test_invoice_of_a_later_day_waits(self):
        day = fields.Date.today() + timedelta(days=5)
        invoice = self._invoice(self.order)
        invoice.invoice_date = day
        invoice._post(soft=True)
        self.assertEqual(invoice.state, "draft")
        self.assertEqual(self.order.billing_status, "draft")
        with freeze_time(day):
            self._run_autopost()
            self.env.invalidate_all()
            self.assertEqual(invoice.state, "posted")
            self.assertEqual(invoice.date, day)
            self.assertEqual(self.order.billing_status, "posted")
