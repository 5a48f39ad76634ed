from odoo.tests import tagged
from odoo.tools import SQL

from ... import memory
from ...hooks import post_init_hook, uninstall_hook
from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestReinstall(CreditCommon):
    """What was settled before the addon was uninstalled stays settled after.

    Here its columns are emptied, as a new installation finds them.
    """

    def _uninstall(self):
        uninstall_hook(self.env)
        self.env.flush_all()
        cr = self.env.cr
        for table in ("fsm_billing_entry", "fsm_order_charge", "fsm_billing_printed"):
            cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
        for table in ("account_analytic_line", "stock_move"):
            cr.execute(
                SQL(
                    "UPDATE %s SET qty_recorded = 0, qty_billed = 0,"
                    " billing_mode = 'billable', is_billing_mode_chosen = NULL",
                    SQL.identifier(table),
                )
            )
        cr.execute(
            "UPDATE account_move_line SET fsm_qty_credited = 0, fsm_credit_work = NULL,"
            " fsm_credited_line_id = NULL, fsm_replaced_line_id = NULL"
        )
        cr.execute("UPDATE account_move SET fsm_credit_reason = NULL")
        cr.execute(
            "UPDATE fsm_order SET bill_to_id = NULL, bill_to_site_id = NULL,"
            " is_bill_to_chosen = NULL, billing_policy_id = NULL, is_policy_chosen ="
            " NULL, billing_status = NULL, customer_reference = NULL,"
            " billing_again_price = 'billed'"
        )
        cr.execute("UPDATE fsm_location SET bill_to_id = NULL")
        self.env.invalidate_all(flush=False)

    def _reinstall(self):
        self._uninstall()
        post_init_hook(self.env)
        self.env.flush_all()
        self.env.invalidate_all()

    def _is_noted(self, order):
        bodies = order.message_ids.mapped("body")
        return any("had an invoice" in body for body in bodies)

    def assertSettled(self, order, status):
        self.assertEqual(order.billing_status, status)
        for sources in order._get_billing_sources():
            self.assertFalse(any(sources.mapped("qty_to_bill")))
        self.assertFalse(self._is_noted(order))
        self.assertLedgerHolds(order)

    # --- settled ---
    def test_invoiced_work(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        self._reinstall()
        self.assertSettled(order, "posted")
        self.assertEqual(order.timesheet_ids.qty_billed, 2)
        self.assertEqual(order.billing_entry_ids.move_id, invoice)

    def test_refunded_work(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        self._confirm(invoice, fsm_work="refund")
        self._reinstall()
        self.assertSettled(order, "credited")

    def test_work_under_warranty(self):
        order = self._create_order()
        order.timesheet_ids.billing_mode = "warranty"
        order.part_ids.billing_mode = "warranty"
        self._post_invoice(order)
        self._reinstall()
        self.assertSettled(order, "paid")
        self.assertEqual(order.timesheet_ids.billing_mode, "warranty")

    def test_work_that_was_given_away(self):
        order = self._create_order()
        invoice = self._invoice(order)
        self._product_lines(invoice).quantity = 0
        invoice.action_post()
        self._reinstall()
        self.assertSettled(order, "paid")

    def test_work_not_billed(self):
        order = self._create_order()
        order.timesheet_ids.billing_mode = "not_billed"
        order.part_ids.billing_mode = "not_billed"
        self._reinstall()
        self.assertSettled(order, "nothing")

    def test_work_that_had_an_invoice_at_the_first_installation(self):
        order = self._create_order()
        order.timesheet_ids.billing_mode = "not_billed"
        self._reinstall()
        self.assertEqual(order.timesheet_ids.billing_mode, "not_billed")
        self.assertEqual(self._invoice(order).amount_untaxed, 100)

    # --- open ---
    def test_open_work_stays_open(self):
        order = self._create_order()
        self._post_invoice(order)
        self._log_hours(order, 1)
        self._reinstall()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertFalse(self._is_noted(order))
        self.assertEqual(self._invoice(order).amount_untaxed, 60)

    def test_work_credited_to_be_billed_again_stays_open(self):
        order = self._create_order(hours=8, parts=0)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.labor: 3})
        self._reinstall()
        self.assertEqual(order.timesheet_ids.qty_to_bill, 3)
        self.assertLedgerHolds(order)
        self.assertEqual(self._invoice(order).amount_untaxed, 180)

    def test_nothing_is_credited_twice(self):
        order = self._create_order(hours=8, parts=0)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.labor: 3})
        self._reinstall()
        line = self._line(invoice, self.labor)
        self.assertEqual(line.fsm_qty_credited, 3)
        self.assertEqual(line._get_fsm_quantity_left(), 5)

    def test_who_pays_stays(self):
        insurer = self.env["res.partner"].create({"name": "Insurer"})
        order = self._create_order(bill_to_id=insurer.id, customer_reference="PO-1")
        self._reinstall()
        self.assertRecordValues(
            order,
            [
                {
                    "bill_to_id": insurer.id,
                    "is_bill_to_chosen": True,
                    "customer_reference": "PO-1",
                }
            ],
        )

    def test_price_chosen_for_what_is_billed_again_stays(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._post_invoice(order))
        order.billing_again_price = "today"
        self._reinstall()
        self.labor.lst_price = 75
        self.assertEqual(self._invoice(order).amount_untaxed, 225)

    def test_posted_documents_say_what_they_said(self):
        order = self._create_order()
        invoice = self._post_invoice(order).sudo()
        kept = invoice.fsm_printed_ids.facts
        self._uninstall()
        order.location_id.name = "Another name"
        post_init_hook(self.env)
        self.assertEqual(invoice.fsm_printed_ids.facts, kept)

    # --- what happened meanwhile ---
    def test_invoice_cancelled_meanwhile_opens_its_work(self):
        order = self._create_order()
        invoice = self._post_invoice(order)
        self._uninstall()
        self.env.cr.execute(
            "UPDATE account_move SET state = 'cancel' WHERE id = %s", [invoice.id]
        )
        self.env.cr.execute(
            "UPDATE account_move_line SET parent_state = 'cancel' WHERE move_id = %s",
            [invoice.id],
        )
        self.env.invalidate_all(flush=False)
        post_init_hook(self.env)
        self.assertEqual(order.billing_status, "to_invoice")

    def test_hours_changed_meanwhile_are_left_alone(self):
        order = self._create_order(hours=5, parts=1)
        self._post_invoice(order)
        self._uninstall()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET unit_amount = 3 WHERE id = %s",
            [order.timesheet_ids.id],
        )
        self.env.invalidate_all(flush=False)
        post_init_hook(self.env)
        self.assertSettled(order, "posted")
        self.assertEqual(order.timesheet_ids.billing_mode, "not_billed")
        self.assertEqual(order.part_ids.qty_billed, 1)

    def test_hours_moved_to_another_order_meanwhile_are_left_alone(self):
        order = self._create_order(parts=0)
        other = self._create_order(hours=0, parts=0)
        line = order.timesheet_ids
        self._post_invoice(order)
        self._uninstall()
        self.env.cr.execute(
            "UPDATE account_analytic_line SET fsm_order_id = %s WHERE id = %s",
            [other.id, line.id],
        )
        self.env.invalidate_all(flush=False)
        post_init_hook(self.env)
        self.assertEqual(line.billing_mode, "not_billed")
        self.assertEqual(other.billing_status, "nothing")

    def test_invoice_by_other_means_meanwhile_settles_the_order(self):
        order = self._create_order()
        self._uninstall()
        self._create_foreign_invoice(order)
        post_init_hook(self.env)
        self.assertEqual(order.timesheet_ids.billing_mode, "not_billed")
        self.assertTrue(self._is_noted(order))

    def test_nothing_is_left_of_the_memory(self):
        self._post_invoice(self._create_order())
        self._uninstall()
        self.assertTrue(memory._get_columns(self.env, "fsm_kept_fsm_billing_entry"))
        post_init_hook(self.env)
        self.env.cr.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_name LIKE 'fsm\\_kept\\_%'"
        )
        self.assertEqual(self.env.cr.fetchall(), [])
