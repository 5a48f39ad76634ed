"""Two people press at once: real transactions, with real commits.

Everything these tests need is committed, and deleted again afterwards.
"""

from unittest.mock import patch

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, new_test_user, tagged

from .race import Race, delete_rows_after, get_last_ids


@tagged("post_install", "-at_install")
class TestConcurrency(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dbname = cls.env.cr.dbname
        # the pause before a repeated request, without the wait
        cls.startClassPatcher(
            patch("odoo.service.model.random.uniform", return_value=0.01)
        )
        cr = db_connect(cls.dbname).cursor()
        cls.addClassCleanup(cr.close)
        cls.committed = api.Environment(cr, SUPERUSER_ID, {})
        cls.addClassCleanup(delete_rows_after, cr, get_last_ids(cr))
        cls._commit_fixtures()

    def setUp(self):
        super().setUp()
        self.order = self.committed["fsm.order"].create(
            {
                "location_id": self.site.id,
                "project_id": self.project.id,
                "billing_policy_id": self.policy.id,
            }
        )
        self._log_hours(self.committed, 2)
        self.order.action_complete()
        self.committed.cr.commit()

    # --- committed fixtures ---
    @classmethod
    def _commit_fixtures(cls):
        env = cls.committed
        income = env["account.account"].create(
            {"name": "Race", "code": "RACE1", "account_type": "income"}
        )
        receivable = env["account.account"].create(
            {
                "name": "Race",
                "code": "RACE2",
                "account_type": "asset_receivable",
                "reconcile": True,
            }
        )
        env["account.journal"].create(
            {
                "name": "Race",
                "code": "RACE",
                "type": "sale",
                "default_account_id": income.id,
            }
        )
        labor = env["product.product"].create(
            {
                "name": "Race",
                "type": "service",
                "lst_price": 60,
                "uom_id": env.ref("uom.product_uom_hour").id,
                "taxes_id": [Command.clear()],
                "property_account_income_id": income.id,
            }
        )
        cls.part = env["product.product"].create(
            {
                "name": "Race part",
                "type": "consu",
                "lst_price": 10,
                "taxes_id": [Command.clear()],
                "property_account_income_id": income.id,
            }
        )
        cls.warehouse = env["stock.warehouse"].search(
            [("company_id", "=", env.company.id)], limit=1
        )
        cls.policy = env["fsm.billing.policy"].create(
            {"name": "Race", "labor_product_id": labor.id}
        )
        customer = env["res.partner"].create(
            {"name": "Race", "property_account_receivable_id": receivable.id}
        )
        place = env["res.partner"].create(
            {"name": "Race site", "parent_id": customer.id}
        )
        cls.site = env["fsm.location"].create(
            {"partner_id": place.id, "owner_id": customer.id}
        )
        cls.project = env["project.project"].create(
            {"name": "Race", "allow_timesheets": True}
        )
        cls.employee = env["hr.employee"].create({"name": "Race"})
        cls.clerk = new_test_user(
            env,
            login="race_clerk",
            groups="fieldservice.group_fsm_user,account.group_account_invoice",
        )
        cls.dispatcher = new_test_user(
            env,
            login="race_dispatcher",
            groups="fieldservice.group_fsm_dispatcher,"
            "hr_timesheet.group_hr_timesheet_approver,"
            "fieldservice_invoicing.fieldservice_invoicing_group_billing",
        )
        cls.storekeeper = new_test_user(
            env, login="race_storekeeper", groups="stock.group_stock_user"
        )
        env.cr.commit()

    def _log_hours(self, env, hours):
        return env["account.analytic.line"].create(
            {
                "name": "Race",
                "project_id": self.project.id,
                "employee_id": self.employee.id,
                "fsm_order_id": self.order.id,
                "unit_amount": hours,
                "date": fields.Date.today(),
            }
        )

    # --- requests ---
    def _press_create_invoice(self, env):
        return env["fsm.order"].browse(self.order.id).action_create_invoice()

    def _race(self, first, second):
        """Run both requests, and read again what they committed.

        :return: what each returned, or the exception it raised
        """
        results = Race(self.dbname, first, second).run()
        self.committed.cr.rollback()
        self.committed.invalidate_all()
        return results

    def _assert_one_invoice(self):
        moves = self.order.invoice_lines.move_id
        self.assertEqual(len(moves), 1)
        self.assertEqual(self.order.timesheet_ids.mapped("qty_billed"), [2])
        self.assertEqual(self.order.billing_entry_ids.mapped("quantity"), [2])
        self.assertEqual(self.order.billing_status, "draft")

    # --- Create invoice, twice ---
    def test_clerk_before_dispatcher_makes_one_invoice(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice),
            (self.dispatcher.id, self._press_create_invoice),
        )
        self.assertEqual(first["res_model"], "account.move")
        self.assertIsInstance(second, UserError)
        self.assertIn("is invoiced already: see", str(second))
        self._assert_one_invoice()

    def test_dispatcher_before_clerk_makes_one_invoice(self):
        first, second = self._race(
            (self.dispatcher.id, self._press_create_invoice),
            (self.clerk.id, self._press_create_invoice),
        )
        self.assertEqual(first["tag"], "display_notification")
        self.assertIsInstance(second, UserError)
        self.assertIn("is invoiced already: see", str(second))
        self._assert_one_invoice()

    def test_second_bills_what_the_first_gave_up(self):
        def press_and_fail(env):
            self._press_create_invoice(env)
            env.flush_all()
            race.let_second_run()
            raise ConnectionError("The connection broke.")

        race = Race(
            self.dbname,
            (self.clerk.id, press_and_fail),
            (self.dispatcher.id, self._press_create_invoice),
        )
        first, second = race.run()
        self.committed.cr.rollback()
        self.committed.invalidate_all()
        self.assertIsInstance(first, ConnectionError)
        self.assertEqual(second["tag"], "display_notification")
        self._assert_one_invoice()

    def test_second_waits_before_it_looks_at_the_work(self):
        race = Race(
            self.dbname,
            (self.clerk.id, self._press_create_invoice),
            (self.dispatcher.id, self._press_create_invoice),
        )
        race.run()
        self.assertRegex(
            race.waiting_query or "did not wait",
            r'(?s)^\s*SELECT\b.* FROM "?fsm_order"? .*FOR UPDATE',
        )

    # --- Create invoice while hours change ---
    def _edit_hours(self, env):
        env["account.analytic.line"].browse(self.order.timesheet_ids.ids).write(
            {"unit_amount": 3}
        )
        return "edited"

    def _delete_hours(self, env):
        env["account.analytic.line"].browse(self.order.timesheet_ids.ids).unlink()
        return "deleted"

    def _add_hours(self, env):
        self._log_hours(env, 1)
        return "added"

    def test_hours_edited_first_are_billed_as_edited(self):
        first, second = self._race(
            (self.dispatcher.id, self._edit_hours),
            (self.clerk.id, self._press_create_invoice),
        )
        self.assertEqual(first, "edited")
        self.assertEqual(second["res_model"], "account.move")
        self.assertEqual(self.order.invoice_lines.mapped("quantity"), [3])
        self.assertEqual(self.order.timesheet_ids.qty_billed, 3)

    def test_hours_being_billed_cannot_be_edited(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice),
            (self.dispatcher.id, self._edit_hours),
        )
        self.assertEqual(first["res_model"], "account.move")
        self.assertIsInstance(second, UserError)
        self.assertIn("can't be changed or deleted", str(second))
        self.assertEqual(self.order.timesheet_ids.unit_amount, 2)
        self._assert_one_invoice()

    def test_hours_deleted_first_are_not_billed(self):
        first, second = self._race(
            (self.dispatcher.id, self._delete_hours),
            (self.clerk.id, self._press_create_invoice),
        )
        self.assertEqual(first, "deleted")
        self.assertIsInstance(second, UserError)
        self.assertIn("There is nothing to invoice", str(second))
        self.assertFalse(self.order.invoice_lines)

    def test_hours_being_billed_cannot_be_deleted(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice),
            (self.dispatcher.id, self._delete_hours),
        )
        self.assertEqual(first["res_model"], "account.move")
        self.assertIsInstance(second, UserError)
        self.assertIn("can't be changed or deleted", str(second))
        self._assert_one_invoice()

    def _assert_no_hour_lost(self):
        """Check that each hour is either billed or shown as to invoice."""
        hours = self.order.timesheet_ids
        self.assertEqual(sum(hours.mapped("unit_amount")), 3)
        billed = sum(self.order.billing_entry_ids.mapped("quantity"))
        self.assertEqual(sum(hours.mapped("qty_billed")), billed)
        is_open = sum(hours.mapped("qty_to_bill")) > 0
        self.assertEqual(
            self.order.billing_status, "to_invoice" if is_open else "draft"
        )

    def test_hours_added_first_are_not_lost(self):
        first, second = self._race(
            (self.dispatcher.id, self._add_hours),
            (self.clerk.id, self._press_create_invoice),
        )
        self.assertEqual(first, "added")
        self.assertEqual(second["res_model"], "account.move")
        self._assert_no_hour_lost()

    def test_hours_added_while_billing_are_not_lost(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice),
            (self.dispatcher.id, self._add_hours),
        )
        self.assertEqual(first["res_model"], "account.move")
        self.assertEqual(second, "added")
        self._assert_no_hour_lost()
        self.assertEqual(self.order.billing_status, "to_invoice")

    # --- Create invoice while a part is validated ---
    def _reserve_part(self):
        """Commit a confirmed move of a part on the order, not validated yet."""
        env = self.committed
        move = env["stock.move"].create(
            {
                "product_id": self.part.id,
                "product_uom_qty": 1,
                "product_uom": self.part.uom_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": env.ref("stock.stock_location_customers").id,
                "fsm_order_id": self.order.id,
            }
        )
        move._action_confirm()
        move.write({"quantity": 1, "picked": True})
        env.cr.commit()
        self.assertEqual(move.qty_recorded, 0)
        return move

    def _validate_part(self, move):
        def validate(env):
            env["stock.move"].browse(move.id)._action_done()
            return "validated"

        return validate

    def test_part_validated_while_billing_is_left_to_invoice(self):
        move = self._reserve_part()
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice),
            (self.storekeeper.id, self._validate_part(move)),
        )
        self.assertEqual(first["res_model"], "account.move")
        self.assertEqual(second, "validated")
        self.assertEqual((move.qty_to_bill, move.qty_billed), (1, 0))
        self.assertEqual(self.order.timesheet_ids.qty_billed, 2)
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_part_validated_first_is_billed(self):
        move = self._reserve_part()
        first, second = self._race(
            (self.storekeeper.id, self._validate_part(move)),
            (self.clerk.id, self._press_create_invoice),
        )
        self.assertEqual(first, "validated")
        self.assertEqual(second["res_model"], "account.move")
        self.assertEqual((move.qty_to_bill, move.qty_billed), (0, 1))
        self.assertEqual(self.order.billing_status, "draft")
