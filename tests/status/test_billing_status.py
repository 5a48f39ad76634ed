from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestBillingStatus(InvoicingCommon):
    """The order's status is what its work, its invoices and its payments say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 2 h and a pump: 220.00, and 253.00 with 15 % tax
        cls.order = cls._create_order(hours=2, parts=1)

    def assertStatus(self, status, order=None):
        """Check what is shown, stored and found by a search."""
        order = order or self.order
        self.assertEqual(order.billing_status, status)
        found = (
            self.env["fsm.order"]
            .with_user(self.dispatcher)
            .search([("billing_status", "=", status), ("id", "=", order.id)])
        )
        self.assertEqual(found.ids, order.ids)

    def _posted(self, order=None):
        invoice = self._post_invoice(order or self.order)
        return invoice

    # --- before the invoice ---
    def test_order_in_progress_has_nothing_to_invoice(self):
        self.assertStatus("nothing", self._create_order(done=False))

    def test_done_order_without_work_has_nothing_to_invoice(self):
        self.assertStatus("nothing", self._create_order(hours=0, parts=0))

    def test_done_order_with_work_is_to_invoice(self):
        self.assertStatus("to_invoice")

    def test_completing_makes_it_to_invoice(self):
        order = self._create_order(done=False)
        order.with_user(self.technician).action_complete()
        self.assertStatus("to_invoice", order)

    def test_hours_logged_after_completion_make_it_to_invoice(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 1)
        self.assertStatus("to_invoice", order)

    def test_part_used_after_completion_makes_it_to_invoice(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order)
        self.assertStatus("to_invoice", order)

    def test_part_used_and_returned_leaves_nothing_to_invoice(self):
        order = self._create_order(hours=0, parts=1)
        self._return_part(order.part_ids)
        self.assertStatus("nothing", order)

    def test_deleted_hours_leave_nothing_to_invoice(self):
        order = self._create_order(hours=1, parts=0)
        order.timesheet_ids.unlink()
        self.assertStatus("nothing", order)

    def test_work_not_billed_leaves_nothing_to_invoice(self):
        order = self._create_order(hours=1, parts=0)
        order.timesheet_ids.billing_mode = "not_billed"
        self.assertStatus("nothing", order)

    def test_cancelled_order_has_nothing_to_invoice(self):
        self.order.with_user(self.dispatcher).action_cancel()
        self.assertStatus("nothing")

    # --- draft and posted ---
    def test_draft(self):
        self._invoice(self.order)
        self.assertStatus("draft")

    def test_posted(self):
        self._posted()
        self.assertStatus("posted")

    def test_back_to_draft(self):
        self._posted().button_draft()
        self.assertStatus("draft")

    def test_deleted_draft_is_to_invoice(self):
        self._invoice(self.order).unlink()
        self.assertStatus("to_invoice")

    def test_deleted_draft_line_is_to_invoice(self):
        invoice = self._invoice(self.order)
        line = self._product_lines(invoice)[0]
        invoice.invoice_line_ids = [Command.delete(line.id)]
        self.assertStatus("to_invoice")

    def test_cancelled_invoice_is_to_invoice(self):
        self._posted().button_cancel()
        self.assertStatus("to_invoice")

    def test_cancelled_invoice_of_reopened_order_leaves_nothing(self):
        invoice = self._posted()
        self.order.stage_id = self.order._default_stage_id()
        invoice.button_cancel()
        self.assertStatus("nothing")

    # --- payments ---
    def test_partial_payment(self):
        self._pay(self._posted(), 100)
        self.assertStatus("partial")

    def test_full_payment(self):
        self._pay(self._posted())
        self.assertStatus("paid")

    def test_two_payments_that_add_up(self):
        invoice = self._posted()
        self._pay(invoice, 100)
        self._pay(invoice, 153)
        self.assertStatus("paid")

    def test_cancelled_payment_is_posted_again(self):
        payment = self._pay(self._posted())
        payment.action_draft()
        payment.action_cancel()
        self.assertStatus("posted")

    def test_payment_without_journal_entry(self):
        invoice = self._posted()
        payment = (
            self.env["account.payment"]
            .with_user(self.clerk)
            .create(
                {
                    "payment_type": "inbound",
                    "partner_type": "customer",
                    "partner_id": self.customer.id,
                    "amount": 253,
                    "journal_id": self.company_data["default_journal_bank"].id,
                    "invoice_ids": [Command.set(invoice.ids)],
                }
            )
        )
        # as payments are where Odoo's full accounting is installed
        payment.outstanding_account_id = False
        payment.action_post()
        self.assertFalse(payment.move_id)
        self.assertIn(invoice.payment_state, ("in_payment", "paid"))
        self.assertStatus("paid")

    def test_zero_total_is_paid_once_posted(self):
        invoice = self._invoice(self.order)
        self._product_lines(invoice).discount = 100
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 0)
        self.assertStatus("paid")

    def test_hours_logged_late_make_a_paid_order_to_invoice(self):
        self._pay(self._posted())
        self._log_hours(self.order, 1)
        self.assertStatus("to_invoice")

    def test_late_hours_on_a_draft_beside_a_paid_invoice(self):
        self._pay(self._posted())
        self._log_hours(self.order, 1)
        self._invoice(self.order)
        self.assertStatus("draft")

    def test_paid_and_unpaid_invoice_are_partly_paid(self):
        self._pay(self._posted())
        self._log_hours(self.order, 1)
        self._posted()
        self.assertStatus("partial")

    def test_two_unpaid_invoices_are_posted(self):
        self._posted()
        self._log_hours(self.order, 1)
        self._posted()
        self.assertStatus("posted")

    # --- what decides nothing ---
    def _post_for_nothing(self):
        """Invoice an hour under warranty: 0.00, which Odoo counts as paid."""
        self._log_hours(self.order, 1, billing_mode="warranty")
        invoice = self._posted()
        self.assertEqual(invoice.amount_total, 0)
        self.assertEqual(invoice.payment_state, "paid")

    def test_unpaid_invoice_beside_one_of_zero_is_posted(self):
        self._posted()
        self._post_for_nothing()
        self.assertStatus("posted")

    def test_partly_paid_invoice_beside_one_of_zero_is_partly_paid(self):
        self._pay(self._posted(), 100)
        self._post_for_nothing()
        self.assertStatus("partial")

    def test_paid_invoice_beside_one_of_zero_is_paid(self):
        self._pay(self._posted())
        self._post_for_nothing()
        self.assertStatus("paid")

    def test_refunded_invoice_beside_one_of_zero_is_credited(self):
        self._credit(self._posted(), fsm_work="refund")
        self._post_for_nothing()
        self.assertStatus("credited")

    def _post_together(self):
        """Invoice the order, and another of 2 h and a pump, on one invoice."""
        other = self._create_order(hours=2, parts=1)
        orders = self.order | other
        invoice = orders.with_user(self.clerk)._create_invoices(grouping="customer")
        invoice.action_post()
        self.assertEqual(invoice.fsm_order_ids, orders)
        return other, invoice

    def _refund_lines_of(self, order, invoice):
        credit = self._reverse(invoice, fsm_work="refund")
        others = self._product_lines(credit).filtered(
            lambda line: line.sudo().fsm_order_ids != order
        )
        credit.invoice_line_ids = [Command.delete(line.id) for line in others]
        credit.action_post()
        self.assertEqual(invoice.payment_state, "partial")

    def test_refund_of_another_order_on_the_invoice_is_no_payment(self):
        other, invoice = self._post_together()
        self._refund_lines_of(other, invoice)
        self.assertStatus("posted")
        self.assertStatus("credited", other)

    def test_payment_beside_the_refund_of_another_order_counts(self):
        other, invoice = self._post_together()
        self._refund_lines_of(other, invoice)
        self._pay(invoice, 100)
        self.assertStatus("partial")
        self._pay(invoice)
        self.assertStatus("paid")
        self.assertStatus("credited", other)

    def test_refund_taken_back_beside_a_payment_counts_no_more(self):
        other, invoice = self._post_together()
        self._refund_lines_of(other, invoice)
        invoice.reversal_move_ids.button_cancel()
        self.assertStatus("posted")
        self.assertStatus("posted", other)

    def test_share_of_zero_on_a_paid_invoice_decides_nothing(self):
        self._posted()
        self._log_hours(self.order, 1, billing_mode="warranty")
        other = self._create_order(hours=2, parts=1)
        invoice = (
            (self.order | other)
            .with_user(self.clerk)
            ._create_invoices(grouping="customer")
        )
        invoice.action_post()
        self._pay(invoice)
        self.assertStatus("posted")
        self.assertStatus("paid", other)

    # --- credit notes ---
    def test_draft_credit_note_is_a_draft(self):
        self._reverse(self._posted())
        self.assertStatus("draft")

    def test_full_credit_to_bill_again_is_to_invoice(self):
        self._credit(self._posted())
        self.assertStatus("to_invoice")

    def test_full_refund_is_credited(self):
        self._credit(self._posted(), fsm_work="refund")
        self.assertStatus("credited")

    def test_refund_taken_back_is_posted(self):
        self._credit(self._posted(), fsm_work="refund").button_cancel()
        self.assertStatus("posted")

    def test_partial_credit_to_bill_again_is_to_invoice(self):
        self._credit(self._posted(), {self.labor: 1})
        self.assertStatus("to_invoice")

    def test_partial_refund_of_unpaid_invoice_is_partly_settled(self):
        self._credit(self._posted(), {self.labor: 1}, fsm_work="refund")
        self.assertStatus("partial")

    def test_refund_and_payment_of_the_rest_is_paid(self):
        invoice = self._posted()
        self._credit(invoice, {self.labor: 1}, fsm_work="refund")
        self._pay(invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertStatus("paid")

    def test_payment_then_full_refund_is_credited(self):
        invoice = self._posted()
        self._pay(invoice)
        self._credit(invoice, fsm_work="refund")
        self.assertStatus("credited")

    def test_invoice_that_replaces_a_reversed_one_is_posted_until_paid(self):
        second = self._reverse(self._posted(), is_modify=True)
        self.assertStatus("draft")
        second.action_post()
        self.assertStatus("posted")
        self._pay(second)
        self.assertStatus("paid")

    def test_work_billed_again_after_credit_is_posted_until_paid(self):
        self._credit(self._posted())
        second = self._posted()
        self.assertStatus("posted")
        self._pay(second)
        self.assertStatus("paid")

    def test_return_credited_after_payment(self):
        self._pay(self._posted())
        self._return_part(self.order.part_ids)
        self.assertStatus("to_invoice")
        self._posted()
        self.assertStatus("paid")

    # --- amounts beside the status ---
    def test_amounts_follow_invoice_and_credit(self):
        order = self.order.with_user(self.dispatcher)
        self.assertEqual((order.amount_to_bill, order.amount_billed), (220, 0))
        invoice = self._posted()
        self.assertEqual((order.amount_to_bill, order.amount_billed), (0, 220))
        self._credit(invoice, {self.labor: 1})
        self.assertEqual((order.amount_to_bill, order.amount_billed), (60, 160))
