"""Two people press at once: real transactions, with real commits."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .race import Race
from .race_common import RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrency(RaceCommon):
    def _assert_one_invoice(self):
        moves = self.order.invoice_lines.move_id
        self.assertEqual(len(moves), 1)
        self.assertEqual(self.order.timesheet_ids.mapped("qty_billed"), [2])
        self.assertEqual(self.order.billing_entry_ids.mapped("quantity"), [2])
        self.assertEqual(self.order.billing_status, "draft")

    # --- Create invoice, twice ---
    def test_clerk_before_dispatcher_makes_one_invoice(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice()),
            (self.dispatcher.id, self._press_create_invoice()),
        )
        self.assertEqual(first["res_model"], "account.move")
        self.assertIsInstance(second, UserError)
        self.assertIn("is invoiced already: see", str(second))
        self._assert_one_invoice()

    def test_dispatcher_before_clerk_makes_one_invoice(self):
        first, second = self._race(
            (self.dispatcher.id, self._press_create_invoice()),
            (self.clerk.id, self._press_create_invoice()),
        )
        self.assertEqual(first["tag"], "display_notification")
        self.assertIsInstance(second, UserError)
        self.assertIn("is invoiced already: see", str(second))
        self._assert_one_invoice()

    def test_second_bills_what_the_first_gave_up(self):
        def press_and_fail(env):
            self._press_create_invoice()(env)
            env.flush_all()
            race.let_second_run()
            raise ConnectionError("The connection broke.")

        race = Race(
            self.dbname,
            (self.clerk.id, press_and_fail),
            (self.dispatcher.id, self._press_create_invoice()),
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
            (self.clerk.id, self._press_create_invoice()),
            (self.dispatcher.id, self._press_create_invoice()),
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
            (self.clerk.id, self._press_create_invoice()),
        )
        self.assertEqual(first, "edited")
        self.assertEqual(second["res_model"], "account.move")
        self.assertEqual(self.order.invoice_lines.mapped("quantity"), [3])
        self.assertEqual(self.order.timesheet_ids.qty_billed, 3)

    def test_hours_being_billed_cannot_be_edited(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice()),
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
            (self.clerk.id, self._press_create_invoice()),
        )
        self.assertEqual(first, "deleted")
        self.assertIsInstance(second, UserError)
        self.assertIn("There is nothing to invoice", str(second))
        self.assertFalse(self.order.invoice_lines)

    def test_hours_being_billed_cannot_be_deleted(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice()),
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
            (self.clerk.id, self._press_create_invoice()),
        )
        self.assertEqual(first, "added")
        self.assertEqual(second["res_model"], "account.move")
        self._assert_no_hour_lost()

    def test_hours_added_while_billing_are_not_lost(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice()),
            (self.dispatcher.id, self._add_hours),
        )
        self.assertEqual(first["res_model"], "account.move")
        self.assertEqual(second, "added")
        self._assert_no_hour_lost()
        self.assertEqual(self.order.billing_status, "to_invoice")

    # --- Create invoice while a part is validated ---
    def _validate_part(self, move):
        def validate(env):
            env["stock.move"].browse(move.id)._action_done()
            return "validated"

        return validate

    def test_part_validated_while_billing_is_left_to_invoice(self):
        move = self._reserve_part()
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice()),
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
            (self.clerk.id, self._press_create_invoice()),
        )
        self.assertEqual(first, "validated")
        self.assertEqual(second["res_model"], "account.move")
        self.assertEqual((move.qty_to_bill, move.qty_billed), (0, 1))
        self.assertEqual(self.order.billing_status, "draft")
