from odoo.tests import tagged
from odoo.tools import SQL

from ...hooks import post_init_hook, pre_init_hook, uninstall_hook
from ..common import InvoicingCommon

COLUMNS = {
    "account_analytic_line": ("qty_recorded", "qty_billed", "billing_mode"),
    "stock_move": ("qty_recorded", "qty_billed", "billing_mode"),
    "account_move_line": ("fsm_qty_credited",),
}


@tagged("post_install", "-at_install")
class TestHooks(InvoicingCommon):
    """What installing does to the work of a database that is in use already."""

    def _get_modes(self, order):
        return {
            *order.timesheet_ids.mapped("billing_mode"),
            order.part_ids.billing_mode,
        }

    def _is_noted(self, order):
        bodies = order.message_ids.mapped("body")
        return any("had an invoice" in body for body in bodies)

    # --- before the models are there ---
    def _get_column_facts(self, table, column):
        """:return: (the values that are there, the default of new rows)"""
        cr = self.env.cr
        name = SQL.identifier(column)
        cr.execute(SQL("SELECT DISTINCT %s FROM %s", name, SQL.identifier(table)))
        values = [value for (value,) in cr.fetchall()]
        cr.execute(
            "SELECT column_default FROM information_schema.columns "
            "WHERE table_name = %s AND column_name = %s",
            [table, column],
        )
        [[default]] = cr.fetchall()
        return values, default

    def test_rows_there_are_get_a_value_and_new_ones_no_default(self):
        self._invoice(self._create_order())
        self.env.flush_all()
        for table, columns in COLUMNS.items():
            for column in columns:
                self.env.cr.execute(
                    SQL(
                        "ALTER TABLE %s DROP COLUMN %s CASCADE",
                        SQL.identifier(table),
                        SQL.identifier(column),
                    )
                )
        pre_init_hook(self.env)
        expected = {"billing_mode": "billable"}
        for table, columns in COLUMNS.items():
            for column in columns:
                with self.subTest(table=table, column=column):
                    values, default = self._get_column_facts(table, column)
                    self.assertEqual(values, [expected.get(column, 0)])
                    self.assertIsNone(default)

    # --- after the installation ---
    def test_recorded_work_and_status_are_computed(self):
        order = self._create_order(hours=2, parts=1)
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("UPDATE account_analytic_line SET qty_recorded = 0")
        cr.execute("UPDATE stock_move SET qty_recorded = 0")
        cr.execute("UPDATE fsm_order SET billing_status = NULL")
        self.env.invalidate_all()
        post_init_hook(self.env)
        self.assertEqual(order.timesheet_ids.qty_recorded, 2)
        self.assertEqual(order.part_ids.qty_recorded, 1)
        self.assertEqual(order.billing_status, "to_invoice")

    def test_work_of_an_invoiced_order_is_not_billed_again(self):
        order = self._create_order()
        self._create_foreign_invoice(order)
        post_init_hook(self.env)
        self.assertEqual(self._get_modes(order), {"not_billed"})
        self.assertEqual(order.billing_status, "posted")
        self.assertTrue(self._is_noted(order))

    def test_work_logged_after_the_installation_is_billed(self):
        order = self._create_order()
        self._create_foreign_invoice(order)
        post_init_hook(self.env)
        self._log_hours(order, 1)
        self.assertEqual(order.billing_status, "to_invoice")
        invoice = self._invoice(order)
        self.assertEqual(self._product_lines(invoice).quantity, 1)

    def test_order_credited_in_full_stays_open(self):
        order = self._create_order()
        invoice = self._create_foreign_invoice(order)
        self._reverse(invoice.with_user(self.clerk)).action_post()
        post_init_hook(self.env)
        self.assertEqual(self._get_modes(order), {"billable"})
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertFalse(self._is_noted(order))

    def test_order_whose_invoice_was_cancelled_stays_open(self):
        order = self._create_order()
        self._create_foreign_invoice(order).button_cancel()
        post_init_hook(self.env)
        self.assertEqual(self._get_modes(order), {"billable"})
        self.assertFalse(self._is_noted(order))

    def test_work_given_away_by_an_invoice_of_zero_is_not_billed(self):
        order = self._create_order()
        invoice = self._create_foreign_invoice(order)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 0
        invoice.action_post()
        post_init_hook(self.env)
        self.assertEqual(self._get_modes(order), {"not_billed"})

    def test_order_that_is_invoiced_has_a_payer_and_a_policy(self):
        order = self._create_order()
        self._create_foreign_invoice(order)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE fsm_order SET bill_to_id = NULL, billing_policy_id = NULL"
        )
        self.env.invalidate_all()
        post_init_hook(self.env)
        self.assertEqual(order.bill_to_id, self.customer)
        self.assertEqual(order.billing_policy_id, self.policy)

    def test_posted_documents_keep_what_they_say(self):
        order = self._create_order()
        invoice = self._create_foreign_invoice(order).sudo()
        draft = self._create_foreign_invoice(self._create_order()).sudo()
        draft.button_draft()
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM fsm_billing_printed")
        self.env.invalidate_all()
        post_init_hook(self.env)
        self.assertEqual(invoice.fsm_printed_ids.order_id, order)
        self.assertFalse(draft.fsm_printed_ids)
        before = invoice._get_fsm_facts()
        order.location_id.name = "Another name"
        self.assertEqual(invoice._get_fsm_facts(), before)

    def test_order_in_the_ledger_is_left_alone(self):
        order = self._create_order()
        self._invoice(order).action_post()
        post_init_hook(self.env)
        self.assertEqual(self._get_modes(order), {"billable"})
        self.assertFalse(self._is_noted(order))

    def test_every_company_and_order_has_a_policy(self):
        order = self._create_order()
        order.billing_policy_id = False
        self.company.fsm_billing_policy_id = False
        other = self.env["res.company"].create({"name": "Branch of another trade"})
        other.fsm_billing_policy_id = False
        post_init_hook(self.env)
        policy = self.env.ref("fieldservice_invoicing.fsm_billing_policy_default")
        self.assertEqual((self.company | other).fsm_billing_policy_id, policy)
        self.assertEqual(order.billing_policy_id, policy)

    def test_policy_that_was_chosen_stays(self):
        order = self._create_order()
        post_init_hook(self.env)
        self.assertEqual(self.company.fsm_billing_policy_id, self.policy)
        self.assertEqual(order.billing_policy_id, self.policy)

    # --- after the uninstallation ---
    def test_rights_of_the_host_are_given_back(self):
        access = self.env.ref("fieldservice_account.access_account_move_line_fsm_user")
        rights = ("perm_read", "perm_write", "perm_create", "perm_unlink")
        self.assertRecordValues(access, [dict.fromkeys(rights, False)])
        uninstall_hook(self.env)
        self.assertRecordValues(access, [dict.fromkeys(rights, True)])
        lines = self.env["account.move.line"].with_user(self.dispatcher)
        self.assertTrue(lines.has_access("write"))
