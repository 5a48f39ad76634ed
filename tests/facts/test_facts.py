from contextlib import closing
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

from ...hooks import uninstall_hook
from ...models.facts import fsm_billing_fact
from ..analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestFacts(AnalysisCommon):
    """What is stored of the analysis, and when it is read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=2, parts=1)
        cls.open_order = cls._create_order(hours=1, parts=0)
        cls.fact = cls.env["fsm.billing.fact"]

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)
        self._refresh()

    def _count(self, table, condition="TRUE"):
        [[count]] = self.env.execute_query(
            SQL(f"SELECT count(*) FROM {table} WHERE {condition}")
        )
        return count

    # --- storing ---
    def test_refreshed_rows_are_all_read_as_stored(self):
        self.assertFalse(self._get_stale())
        self.assertEqual(self._count("fsm_billing_fact_stale"), 0)
        self.assertEqualsLive()
        self.assertGreaterEqual(self._count("fsm_billing_fact"), 3)

    def test_stored_rows_are_read(self):
        self.env.cr.execute("UPDATE fsm_billing_fact SET revenue = 7 WHERE revenue > 0")
        rows = self._rows(self.order)
        self.assertEqual(set(rows.mapped("revenue")), {7})

    def test_batches_come_to_the_same(self):
        self.env.cr.execute("INSERT INTO fsm_billing_fact_stale DEFAULT VALUES")
        self.assertIsNone(self._get_stale())
        while self.fact._refresh(limit=1):
            self.assertEqualsLive()
        self.assertFalse(self._get_stale())
        self.assertEqualsLive()

    def test_scheduled_action_works_off_all_marks(self):
        self._log_hours(self.order, 1)
        self.assertTrue(self._get_stale())
        with patch.object(self.env.cr, "commit"):
            self.fact._cron_refresh()
        self.assertFalse(self._get_stale())
        self.assertEqualsLive()

    # --- all of it ---
    def test_rows_of_another_query_are_not_read(self):
        self.env["ir.config_parameter"].set_param(fsm_billing_fact.SIGNATURE, "old")
        self.assertIsNone(self._get_stale())
        self._refresh()
        self.assertEqualsLive()

    def test_too_many_marks_are_all(self):
        self._log_hours(self.order, 1)
        self._log_hours(self.open_order, 1)
        with patch.object(fsm_billing_fact, "MANY", 2):
            self.assertIsNone(self._get_stale())
            rows = self._rows(self.order)
        self.assertEqual(sum(rows.mapped("qty_recorded")), 4)

    # --- documents that go ---
    def test_rows_of_a_deleted_document_vanish_at_once(self):
        draft = self._invoice(self.open_order)
        self._refresh()
        self.assertTrue(self._rows(self.open_order, ("move_id", "=", draft.id)))
        move_id = draft.id
        draft.unlink()
        self.assertFalse(self._rows(self.open_order, ("move_id", "=", move_id)))
        self.assertEqualsLive()
        self._refresh()
        self.assertEqual(self._count("fsm_billing_fact", f"move_id = {move_id}"), 0)

    # --- what is not ours ---
    def test_plain_invoice_marks_nothing(self):
        self._stock_up(self.pump)
        invoice = self.init_invoice("out_invoice", products=self.pump)
        invoice.invoice_line_ids.price_unit = 12
        invoice.action_post()
        credit = self._reverse(invoice)
        credit.action_post()
        draft = invoice.copy()
        self.env.flush_all()
        draft.unlink()
        self.env["account.analytic.line"].create(
            {
                "name": "Office",
                "project_id": self.project.id,
                "employee_id": self.marc.id,
                "unit_amount": 1,
            }
        )
        self.env["res.partner"].create({"name": "New", "parent_id": self.customer.id})
        self.env.flush_all()
        self.assertEqual(self._count("fsm_billing_fact_stale"), 0)

    # --- reading ---
    def test_reading_writes_nothing(self):
        self._log_hours(self.order, 1)
        self.env.flush_all()
        with closing(self.env.cr.savepoint()) as savepoint:
            self.env.cr.execute("SET LOCAL transaction_read_only = on")
            rows = self._rows(self.order)
            self.assertEqual(sum(rows.mapped("qty_recorded")), 4)
            savepoint.rollback()

    def test_nobody_reads_what_is_stored(self):
        for user in (self.accountant, self.clerk, self.dispatcher):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.fact.with_user(user).search([])

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_uninstalling_drops_what_no_model_owns(self):
        uninstall_hook(self.env)
        [[table]] = self.env.execute_query(
            SQL("SELECT to_regclass('fsm_billing_fact_stale')")
        )
        self.assertIsNone(table)
        for catalog, column in (("pg_trigger", "tgname"), ("pg_proc", "proname")):
            self.assertEqual(
                self._count(catalog, f"starts_with({column}, 'fsm_billing_fact')"), 0
            )
        self._log_hours(self.order, 1)  # and nobody looks for them
        self.env.flush_all()
