from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestBillingDue(CreditCommon):
    """The order knows what is due, since when, and takes the payment."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order()
        cls.today = fields.Date.today()

    def _post_due(self, order, days):
        """Invoice ``order``; what it comes to is due in so many days."""
        invoice = self._invoice(order)
        invoice.invoice_date = self.today - timedelta(days=30)
        invoice.invoice_payment_term_id = False
        invoice.invoice_date_due = self.today + timedelta(days=days)
        invoice.action_post()
        return invoice

    def _search(self, wanted):
        return self.env["fsm.order"].search(
            [("is_overdue", "=", wanted), ("id", "=", self.order.id)]
        )

    def test_due_on_the_last_day_is_not_overdue(self):
        self._post_due(self.order, 0)
        self.assertEqual(self.order.billing_due_date, self.today)
        self.assertFalse(self.order.is_overdue)
        self.assertFalse(self._search(True))
        self.assertEqual(self._search(False), self.order)

    def test_overdue_from_the_next_day(self):
        self._post_due(self.order, -1)
        self.assertTrue(self.order.is_overdue)
        self.assertEqual(self._search(True), self.order)
        self.assertFalse(self._search(False))

    def test_orders_without_invoice_are_not_overdue(self):
        self.assertFalse(self.order.billing_due_date)
        self.assertEqual(self._search(False), self.order)

    def test_drafts_are_due_to_nobody(self):
        self._invoice(self.order).invoice_date_due = self.today - timedelta(days=1)
        self.assertFalse(self.order.billing_due_date)

    def test_first_date_of_several_invoices(self):
        self._post_due(self.order, 10)
        self._log_hours(self.order, 1)
        self._post_due(self.order, -5)
        self.assertEqual(self.order.billing_due_date, self.today - timedelta(days=5))

    def test_partial_payment_leaves_it_overdue_and_payment_does_not(self):
        invoice = self._post_due(self.order, -1)
        self._pay(invoice, 100)
        self.assertTrue(self.order.is_overdue)
        self._pay(invoice)
        self.assertFalse(self.order.billing_due_date)
        self.assertFalse(self.order.is_overdue)

    def test_credited_in_full_is_due_no_more(self):
        self._confirm(self._post_due(self.order, -1), fsm_work="refund")
        self.assertFalse(self.order.billing_due_date)

    def test_reset_to_draft_is_due_no_more(self):
        self._post_due(self.order, -1).button_draft()
        self.assertFalse(self.order.billing_due_date)

    def test_late_work_leaves_the_unpaid_invoice_overdue(self):
        self._post_due(self.order, -1)
        self._log_hours(self.order, 1)
        self.assertEqual(self.order.billing_status, "to_invoice")
        self.assertEqual(self._search(True), self.order)

    def test_date_is_not_taken_from_outside(self):
        self.order.write({"billing_due_date": "2020-01-01"})
        self.assertFalse(self.order.billing_due_date)

    # --- payment ---
    def test_payment_of_all_open_invoices_from_the_order(self):
        first = self._post_due(self.order, 10)
        self._log_hours(self.order, 1)
        second = self._post_due(self.order, 10)
        order = self.order.with_user(self.clerk)
        self.assertTrue(order.can_register_payment)
        action = order.action_register_payment()
        self.assertEqual(action["name"], "Register payment")
        self.env["account.payment.register"].with_user(self.clerk).with_context(
            **action["context"]
        ).create({}).action_create_payments()
        self.assertEqual([first.payment_state, second.payment_state], ["paid", "paid"])
        self.assertEqual(order.billing_status, "paid")
        self.assertFalse(order.can_register_payment)

    def test_nothing_due_says_so(self):
        self._invoice(self.order)
        with self.assertRaisesRegex(UserError, "no posted invoice is unpaid"):
            self.order.with_user(self.clerk).action_register_payment()

    def test_dispatcher_and_technician_register_no_payment(self):
        self._post_due(self.order, 10)
        for user in (self.dispatcher, self.technician):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.order.with_user(user).action_register_payment()
