from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..ready_common import ReadyCommon

LOGGER = "odoo.addons.fieldservice_invoicing.models.ready.fsm_billing_examination"


@tagged("post_install", "-at_install")
class TestReadiness(ReadyCommon):
    """A done order is ready once somebody looked at all that it is made of."""

    def test_complete_order_is_ready(self):
        order = self._create_complete_order()
        self._examine(order)
        self.assertFalse(self._get_findings(order))
        self.assertEqual(order.billing_readiness, "ready")

    def test_order_that_nobody_looked_at_is_not_ready(self):
        order = self._create_complete_order()
        self.assertEqual(order.billing_readiness, "check")
        self.assertIn("looked at", order.with_user(self.clerk).billing_readiness_text)

    def test_open_order_is_none(self):
        self.assertFalse(self._create_order(done=False).billing_readiness)

    def test_order_with_nothing_to_invoice_is_none(self):
        order = self._create_order(hours=0, parts=0)
        self._examine(order)
        self.assertFalse(order.billing_readiness)

    def test_invoiced_order_is_none(self):
        order = self._create_complete_order()
        self._examine(order)
        self._invoice(order)
        self.assertFalse(order.billing_readiness)

    def test_split_has_three_recordsets(self):
        ready, check, held = (self._create_complete_order() for _each in range(3))
        check.resolution = False
        self._hold(held)
        none = self._create_order(done=False)
        split = self._examine(ready | check | held | none)
        self.assertEqual(split.ready.ids, ready.ids)
        self.assertEqual(split.check.ids, check.ids)
        self.assertEqual(split.hold.ids, held.ids)

    def test_obstacle_says_what_to_do(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        self.assertIn("enter it", order.with_user(self.clerk)._get_readiness_obstacle())

    # --- whatever changes is looked at again ---
    def _assert_marked_by(self, change):
        """Check that an order which was ready is not after ``change(order)``."""
        order = self._create_complete_order()
        self._examine(order)
        self.assertEqual(order.billing_readiness, "ready")
        change(order)
        self.env.flush_all()
        self.assertEqual(order.billing_readiness, "check")
        self.assertTrue(order.sudo().needs_examination)

    def test_more_hours_are_looked_at(self):
        self._assert_marked_by(lambda order: self._log_hours(order, 1))

    def test_changed_hours_are_looked_at(self):
        self._assert_marked_by(
            lambda order: order.timesheet_ids.write({"unit_amount": 3})
        )

    def test_another_technician_is_looked_at(self):
        self._assert_marked_by(
            lambda order: order.timesheet_ids.write({"employee_id": self.lea.id})
        )

    def test_more_parts_are_looked_at(self):
        self._assert_marked_by(self._use_part)

    def test_planned_parts_are_looked_at(self):
        self._assert_marked_by(lambda order: self._use_part(order, validate=False))

    def test_charges_are_looked_at(self):
        self._assert_marked_by(self._add_charge)

    def test_the_report_is_looked_at(self):
        self._assert_marked_by(lambda order: order.write({"resolution": False}))

    def test_the_reference_is_looked_at(self):
        self._assert_marked_by(lambda order: order.write({"customer_reference": "7"}))

    def test_another_policy_is_looked_at(self):
        other = self.policy.copy()
        self._assert_marked_by(
            lambda order: order.write({"billing_policy_id": other.id})
        )

    def test_a_rule_that_is_switched_on_is_looked_at(self):
        self._assert_marked_by(
            lambda order: self.policy.write({"is_signature_required": True})
        )

    def test_nothing_changed_is_not_looked_at(self):
        order = self._create_complete_order()
        self._examine(order)
        order.description = "<p>Noise in the cellar</p>"
        self.env.flush_all()
        self.assertEqual(order.billing_readiness, "ready")

    # --- who looks at it ---
    def test_opening_the_queue_looks_at_what_changed(self):
        order = self._create_complete_order()
        self.env.flush_all()
        action = self.env["fsm.order"].with_user(self.clerk).action_open_to_invoice()
        self.assertEqual(action["res_model"], "fsm.order")
        self.assertEqual(order.billing_readiness, "ready")

    def test_create_invoices_looks_at_what_changed(self):
        order = self._create_complete_order(resolution=False)
        wizard = (
            self.env["fsm.billing.wizard"]
            .with_user(self.clerk)
            .with_context(active_ids=order.ids)
            .create({})
        )
        self.assertIn("To check before", wizard.preview)
        self.assertIn("intervention report is empty", wizard.preview)

    def test_completing_wakes_up_the_scheduled_action(self):
        order = self._create_order(done=False)
        cron = self.env.ref("fieldservice_invoicing.ir_cron_examine").sudo()
        triggers = self.env["ir.cron.trigger"].sudo()
        self.env.cr.flush()
        before = triggers.search_count([("cron_id", "=", cron.id)])
        order.with_user(self.dispatcher).action_complete()
        self.env.cr.flush()
        after = triggers.search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after, before + 1)

    def test_open_order_wakes_up_nobody(self):
        order = self._create_order(done=False)
        self.env.cr.flush()
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([])
        self._log_hours(order, 1)
        self.env.cr.flush()
        self.assertEqual(triggers.search_count([]), before)

    def test_work_on_an_open_order_costs_no_examination(self):
        order = self._create_order(done=False)
        self.env.flush_all()
        statements = []
        execute = type(self.env.cr).execute

        def listen(cr, query, *args, **kwargs):
            statements.append(str(getattr(query, "code", query)))
            return execute(cr, query, *args, **kwargs)

        with patch.object(type(self.env.cr), "execute", listen):
            self._log_hours(order, 1)
            self.env.cr.flush()
        tables = ("fsm_billing_finding", "ir_cron_trigger", "fsm_billing_hold_reason")
        self.assertTrue(statements)
        for statement in statements:
            self.assertFalse([name for name in tables if name in statement])

    def test_scheduled_action_looks_at_all(self):
        orders = self._create_complete_order() | self._create_complete_order()
        self.env.flush_all()
        self._run_scheduled_action()
        self.assertEqual(orders.mapped("billing_readiness"), ["ready", "ready"])

    def test_scheduled_action_looks_again_at_what_was_seen_on_an_earlier_day(self):
        order = self._create_complete_order()
        self._examine(order)
        self.env.flush_all()
        order.sudo().examined_on = fields.Datetime.subtract(
            fields.Datetime.now(), days=2
        )
        self.pump.lst_price = 1  # below its cost, and no order knows
        self._run_scheduled_action()
        self.assertEqual(order.billing_readiness, "check")

    def test_order_that_fails_keeps_no_other_from_being_looked_at(self):
        good, bad = self._create_complete_order(), self._create_complete_order()
        examination = type(self.env["fsm.billing.examination"])
        find = examination._find_month

        def fail(examination, orders):
            if bad in orders:
                raise ValueError("Poisoned")
            return find(examination, orders)

        with (
            patch.object(examination, "_find_month", fail),
            self.assertLogs(LOGGER, "ERROR"),
        ):
            split = self._examine(good | bad)
        self.assertEqual((split.ready.ids, split.check.ids), (good.ids, bad.ids))

    # --- who sees what ---
    def test_technician_sees_no_findings(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        order = order.with_user(self.technician)
        for name in ("billing_check_ids", "billing_readiness_text", "amount_examined"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                order.read([name])
        with self.assertRaises(AccessError):
            self.env["fsm.billing.finding"].with_user(self.technician).search([])

    def test_technician_opens_an_order_to_check(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        self.env.invalidate_all()
        form = Form(order.with_user(self.technician))
        self.assertEqual(form.billing_readiness, "check")

    def test_nobody_says_that_it_is_ready(self):
        order = self._create_complete_order(resolution=False)
        self._examine(order)
        for user in (self.clerk, self.technician):
            order.with_user(user).write({"billing_readiness": "ready"})
            self.assertEqual(order.billing_readiness, "check")
            with self.assertRaises(AccessError):
                order.with_user(user).write({"needs_examination": False})

    def test_technician_does_not_open_the_queue(self):
        with self.assertRaises(AccessError):
            self.env["fsm.order"].with_user(self.technician).action_open_to_invoice()
