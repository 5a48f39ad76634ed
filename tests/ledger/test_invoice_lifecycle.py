from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestInvoiceLifecycle(InvoicingCommon):
    """Every road an invoice can change by keeps the ledger right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=3)

    def setUp(self):
        super().setUp()
        self.invoice = self._invoice(self.order)

    def assertBilled(self, hours, parts):
        self.assertLedgerHolds(self.order)
        self.assertEqual(self.order.timesheet_ids.qty_billed, hours)
        self.assertEqual(self.order.part_ids.qty_billed, parts)

    # --- post ---
    def test_post_keeps_work_billed(self):
        self.invoice.action_post()
        self.assertEqual(self.invoice.state, "posted")
        self.assertBilled(2, 3)

    def test_autopost_keeps_work_billed(self):
        self.invoice.write({"auto_post": "at_date", "date": fields.Date.today()})
        self._run_autopost()
        self.assertEqual(self.invoice.state, "posted")
        self.assertBilled(2, 3)
        self.assertEqual(self.order.billing_status, "posted")

    def test_recurring_copy_of_autopost_bills_no_work(self):
        self.invoice.write({"auto_post": "monthly", "date": fields.Date.today()})
        self._run_autopost()
        copy = self.env["account.move"].search(
            [("auto_post_origin_id", "=", self.invoice.id), ("state", "=", "draft")]
        )
        self.assertEqual(len(copy), 1)
        self.assertFalse(copy.line_ids.fsm_billing_entry_ids)
        self.assertBilled(2, 3)

    def test_lock_date_moves_invoice_date_and_keeps_work_billed(self):
        today = fields.Date.today()
        self.invoice.invoice_date = fields.Date.subtract(today, days=40)
        self.company.sale_lock_date = fields.Date.subtract(today, days=20)
        self.invoice.action_post()
        self.assertGreater(self.invoice.date, self.company.sale_lock_date)
        self.assertBilled(2, 3)

    # --- back to draft ---
    def test_back_to_draft_keeps_work_billed(self):
        self.invoice.action_post()
        self.invoice.button_draft()
        self.assertBilled(2, 3)
        self.assertEqual(self.order.billing_status, "draft")

    def test_back_to_draft_keeps_timesheets_beside_analytic_lines(self):
        plan = self.env["account.analytic.plan"].create({"name": "Sites"})
        account = self.env["account.analytic.account"].create(
            {"name": "Boiler room", "plan_id": plan.id}
        )
        self._product_lines(self.invoice).analytic_distribution = {account.id: 100}
        self.invoice.action_post()
        written = self.invoice.line_ids.sudo().analytic_line_ids
        self.assertEqual(len(written), 2)
        self.invoice.button_draft()
        self.assertFalse(written.exists())
        self.assertBilled(2, 3)

    def test_posting_again_after_draft_books_cost_once(self):
        self.pump.categ_id.property_valuation = "real_time"
        for _step in range(2):
            self.invoice.action_post()
            self.invoice.button_draft()
        self.invoice.action_post()
        cost = self.invoice.sudo().line_ids.filtered(
            lambda line: line.display_type == "cogs" and line.debit
        )
        self.assertEqual(cost.mapped("debit"), [3 * 40.0])

    def test_hashed_invoice_stays_posted_and_billed(self):
        self.invoice.sudo().journal_id.restrict_mode_hash_table = True
        self.invoice.action_post()
        if not self.invoice.inalterable_hash:  # hashed on posting, or when sent
            self.invoice.sudo()._hash_moves()
        with self.assertRaises(UserError):
            self.invoice.button_draft()
        self.assertEqual(self.invoice.state, "posted")
        self.assertBilled(2, 3)

    # --- cancel ---
    def test_cancelled_draft_opens_its_work(self):
        self.invoice.button_cancel()
        self.assertBilled(0, 0)
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 2)

    def test_cancelled_posted_invoice_opens_its_work(self):
        self.invoice.action_post()
        self.invoice.button_cancel()
        self.assertBilled(0, 0)
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_work_of_cancelled_invoice_is_billed_once_more(self):
        self.invoice.button_cancel()
        second = self._invoice(self.order)
        self.assertEqual(self._product_lines(second).mapped("quantity"), [2, 3])
        self.assertBilled(2, 3)

    def test_cancelled_back_to_draft_bills_its_work_again(self):
        self.invoice.button_cancel()
        self.invoice.button_draft()
        self.assertBilled(2, 3)
        self.assertEqual(self.order.billing_status, "draft")

    def test_cancelled_stays_cancelled_when_work_is_on_another_invoice(self):
        self.invoice.button_cancel()
        second = self._post_invoice(self.order)
        with self.assertRaisesRegex(UserError, second.name):
            self.invoice.button_draft()
        self.assertEqual(self.invoice.state, "cancel")
        self.assertBilled(2, 3)

    def test_cancelled_stays_cancelled_when_fewer_hours_are_recorded(self):
        self.invoice.button_cancel()
        self.order.timesheet_ids.unit_amount = 1
        with self.assertRaisesRegex(UserError, "has changed since"):
            self.invoice.button_draft()
        self.assertBilled(0, 0)

    def test_cancelled_stays_cancelled_when_its_hours_were_deleted(self):
        self.invoice.button_cancel()
        self.order.timesheet_ids.unlink()
        with self.assertRaisesRegex(UserError, "deleted after it was cancelled"):
            self.invoice.button_draft()

    def test_cancelled_stays_cancelled_when_its_hours_are_on_another_order(self):
        self.invoice.button_cancel()
        self.order.timesheet_ids.fsm_order_id = self._create_order(hours=0, parts=0)
        with self.assertRaisesRegex(UserError, "moved to another service order"):
            self.invoice.button_draft()

    def test_cancelled_stays_cancelled_when_its_hours_are_not_billed_now(self):
        self.invoice.button_cancel()
        self.order.timesheet_ids.billing_mode = "not_billed"
        with self.assertRaisesRegex(UserError, "set to Not billed"):
            self.invoice.button_draft()

    def test_cancelled_back_to_draft_leaves_added_hours_open(self):
        self.invoice.button_cancel()
        self.order.timesheet_ids.unit_amount = 5
        self.invoice.button_draft()
        self.assertBilled(2, 3)
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 3)

    def test_hours_of_cancelled_invoice_can_be_changed(self):
        self.invoice.button_cancel()
        self.order.timesheet_ids.unit_amount = 0.5
        self.assertBilled(0, 0)
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 0.5)

    # --- delete ---
    def test_deleted_draft_line_opens_only_its_work(self):
        labor, _pump = self._product_lines(self.invoice)
        self.invoice.invoice_line_ids = [Command.delete(labor.id)]
        self.assertBilled(0, 3)
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 2)

    def test_line_removed_in_the_form_opens_its_work(self):
        with Form(self.invoice) as form:
            form.invoice_line_ids.remove(
                index=[line.product_id for line in self.invoice.invoice_line_ids].index(
                    self.pump
                )
            )
        self.assertBilled(2, 0)

    def test_deleted_section_opens_nothing(self):
        section = self.invoice.invoice_line_ids.filtered(
            lambda line: line.display_type == "line_section"
        )[0]
        self.invoice.invoice_line_ids = [Command.delete(section.id)]
        self.assertBilled(2, 3)

    def test_deleted_draft_opens_its_work(self):
        self.invoice.unlink()
        self.assertFalse(self.order.billing_entry_ids)
        self.assertBilled(0, 0)
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_deleted_draft_is_invoiced_once_more(self):
        self.invoice.unlink()
        again = self._invoice(self.order)
        self.assertEqual(again.amount_untaxed, 2 * 60 + 3 * 100)
        self.assertBilled(2, 3)

    def test_deleted_cancelled_invoice_leaves_no_entries(self):
        self.invoice.button_cancel()
        self.invoice.unlink()
        self.assertFalse(self.order.billing_entry_ids)
        self.assertBilled(0, 0)

    def test_cancelled_invoice_deleted_after_billing_again_changes_nothing(self):
        self.invoice.button_cancel()
        second = self._invoice(self.order)
        self.invoice.unlink()
        self.assertEqual(self.order.billing_entry_ids.move_id, second)
        self.assertBilled(2, 3)

    def test_posted_invoice_is_not_deleted(self):
        self.invoice.action_post()
        with self.assertRaises(UserError):
            self.invoice.unlink()
        self.assertBilled(2, 3)

    # --- duplicate ---
    def test_duplicated_invoice_bills_nothing(self):
        self.invoice.action_post()
        copy = self.invoice.copy()
        self.assertEqual(copy.amount_untaxed, self.invoice.amount_untaxed)
        self.assertFalse(copy.sudo().line_ids.fsm_billing_entry_ids)
        self.assertFalse(copy.fsm_order_ids)
        self.assertBilled(2, 3)

    def test_cancelled_duplicate_opens_nothing(self):
        copy = self.invoice.copy()
        copy.action_post()
        copy.button_cancel()
        self.assertBilled(2, 3)

    # --- what is posted is final ---
    def test_quantity_of_posted_line_is_final(self):
        self.invoice.action_post()
        with self.assertRaisesRegex(UserError, self.invoice.name):
            self._product_lines(self.invoice)[0].quantity = 1
        self.assertEqual(self._product_lines(self.invoice)[0].quantity, 2)

    # --- the link to the order ---
    def test_link_to_the_order_stays_while_a_line_bills_it(self):
        line = self._product_lines(self.invoice)[0]
        with self.assertRaisesRegex(UserError, self.order.name):
            line.sudo().fsm_order_ids = [Command.clear()]
            self.env.flush_all()

    def test_order_keeps_its_invoice_lines_while_they_bill_it(self):
        with self.assertRaisesRegex(UserError, self.order.name):
            self.order.with_user(self.dispatcher).sudo().invoice_lines = [
                Command.clear()
            ]
            self.env.flush_all()
