from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, tagged

from ..ready_common import ReadyCommon


@tagged("post_install", "-at_install")
class TestHold(ReadyCommon):
    """What somebody holds is invoiced by nobody until it is released."""

    def _in_days(self, days):
        return fields.Date.today() + timedelta(days=days)

    # --- orders ---
    def test_held_order_is_on_hold(self):
        order = self._create_complete_order()
        self._hold(order, note="Wants a visit first")
        self.assertEqual(order.billing_readiness, "hold")
        self.assertRecordValues(
            order,
            [
                {
                    "hold_reason_id": self.complaint.id,
                    "hold_note": "Wants a visit first",
                    "hold_user_id": self.clerk.id,
                }
            ],
        )

    def test_press_on_held_order_says_who_holds_it_and_what_to_do(self):
        order = self._create_complete_order()
        self._hold(order, note="Wants a visit first")
        with self.assertRaises(UserError) as refusal:
            order.with_user(self.clerk).action_create_invoice()
        text = str(refusal.exception)
        for words in (order.name, "clerk", "Complaint: Wants a visit", "Press Release"):
            self.assertIn(words, text)

    def test_released_order_is_invoiced(self):
        order = self._create_complete_order()
        self._hold(order)
        order.with_user(self.dispatcher).action_release()
        self.assertFalse(order.hold_user_id)
        self.assertEqual(self._invoice(order).amount_untaxed, 220)

    def test_several_leave_out_what_is_held(self):
        held, other = self._create_complete_order(), self._create_complete_order()
        self._hold(held)
        plan = (held | other).with_user(self.clerk)._get_billing_plan()
        self.assertEqual([d.orders.ids for d in plan.documents], [other.ids])
        [(order, reason)] = plan.left_out.items()
        self.assertEqual(order.id, held.id)
        self.assertIn("Complaint", reason)

    def test_several_orders_are_held_and_released_at_once(self):
        orders = self._create_complete_order() | self._create_complete_order()
        self._hold(orders)
        self.assertEqual(orders.mapped("billing_readiness"), ["hold", "hold"])
        orders.with_user(self.clerk).action_release()
        self.assertEqual(orders.hold_reason_id, self.complaint.browse())

    def test_releasing_nothing_is_refused(self):
        order = self._create_complete_order()
        with self.assertRaisesRegex(UserError, "nothing to release"):
            order.with_user(self.clerk).action_release()

    def test_hold_is_in_the_chatter(self):
        order = self._create_complete_order().with_context(
            tracking_disable=False, mail_notrack=False
        )
        self.env.cr.flush()
        self._hold(order)
        self.env.cr.flush()
        self.env.invalidate_all()
        values = order.message_ids.sudo().tracking_value_ids
        self.assertIn(self.complaint.name, values.mapped("new_value_char"))

    def test_copy_is_not_on_hold(self):
        order = self._create_complete_order()
        self._hold(order)
        self.assertFalse(order.copy().hold_reason_id)

    # --- the day on which it ends ---
    def test_hold_that_ends_today_is_refused(self):
        order = self._create_complete_order()
        with self.assertRaisesRegex(UserError, "later day"):
            self._hold(order, until=fields.Date.today())

    def test_hold_ends_by_itself_on_its_day(self):
        order = self._create_complete_order()
        self._hold(order, until=self._in_days(5))
        self.env.flush_all()
        with freeze_time(self._in_days(4)):
            self.env["fsm.order"].with_user(self.clerk).action_open_to_invoice()
            self.assertEqual(order.billing_readiness, "hold")
        with freeze_time(self._in_days(5)):
            self.env["fsm.order"].with_user(self.clerk).action_open_to_invoice()
            self.assertFalse(order.hold_reason_id)
            self.assertEqual(order.billing_readiness, "ready")

    def test_hold_that_is_over_stops_no_press(self):
        order = self._create_complete_order()
        self._hold(order, until=self._in_days(5))
        with freeze_time(self._in_days(6)):
            self.assertEqual(self._invoice(order).amount_untaxed, 220)

    def test_order_whose_invoice_is_a_draft_says_who_holds_it(self):
        order = self._create_complete_order()
        self._invoice(order)
        self._hold(order)
        self.assertIn("is on hold by", order.with_user(self.clerk).billing_hint)

    def test_released_order_wakes_the_schedule(self):
        self.policy.write({"moment": "done", "run_user_id": self.clerk.id})
        order = self._create_complete_order()
        self._hold(order)
        cron = self.env.ref("fieldservice_invoicing.fsm_billing_schedule_cron")
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([("cron_id", "=", cron.id)]).unlink()
        order.with_user(self.clerk).action_release()
        self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))

    def test_hold_that_is_over_hides_none_of_the_customer(self):
        order = self._create_complete_order()
        self._hold(order, until=self._in_days(5))
        self._hold(self.customer)
        with (
            freeze_time(self._in_days(6)),
            self.assertRaisesRegex(UserError, "Customer Heating Cooperative is on"),
        ):
            order.with_user(self.clerk).action_create_invoice()

    def test_hold_of_a_customer_ends_by_itself(self):
        order = self._create_complete_order()
        self._hold(self.customer, until=self._in_days(5))
        self.env.flush_all()
        with freeze_time(self._in_days(5)):
            self.env["fsm.order"].with_user(self.clerk).action_open_to_invoice()
            self.assertFalse(self.customer.fsm_hold_reason_id)
            self.assertEqual(order.billing_readiness, "ready")

    # --- customers ---
    def test_customer_on_hold_holds_all_orders(self):
        order = self._create_complete_order()
        self._hold(self.customer)
        later = self._create_complete_order()
        self.assertEqual((order | later).mapped("billing_readiness"), ["hold", "hold"])
        with self.assertRaisesRegex(UserError, "Customer Heating Cooperative is on"):
            later.with_user(self.clerk).action_create_invoice()

    def test_hold_of_an_invoice_address_is_that_of_the_company(self):
        address = self.env["res.partner"].create(
            {"name": "Accounts", "type": "invoice", "parent_id": self.customer.id}
        )
        self._hold(address)
        self.assertEqual(self.customer.fsm_hold_reason_id, self.complaint)
        self.assertEqual(self._create_complete_order().billing_readiness, "hold")

    def test_released_customer_releases_all_orders(self):
        order = self._create_complete_order()
        self._hold(self.customer)
        self.customer.with_user(self.dispatcher).action_fsm_release()
        self._examine(order)
        self.assertEqual(order.billing_readiness, "ready")

    def test_order_of_a_held_customer_says_where_to_release(self):
        order = self._create_complete_order()
        self._hold(self.customer)
        with self.assertRaisesRegex(UserError, "on the customer"):
            order.with_user(self.clerk).action_release()

    def test_customer_is_held_in_one_company_alone(self):
        other = self.env["res.company"].create({"name": "Branch of another trade"})
        self._hold(self.customer)
        self.assertFalse(self.customer.with_company(other).fsm_hold_reason_id)

    # --- who ---
    def test_technician_may_not_hold(self):
        order = self._create_complete_order().with_user(self.technician)
        with self.assertRaises(AccessError):
            order.action_hold()
        with self.assertRaises(AccessError):
            order.write({"hold_reason_id": self.complaint.id})
        with self.assertRaises(AccessError):
            order.read(["hold_reason_id"])

    def test_hold_is_not_written_past_its_button(self):
        order = self._create_complete_order().with_user(self.clerk)
        with self.assertRaises(AccessError):
            order.write({"hold_reason_id": self.complaint.id})

    def test_dialog_of_a_technician_is_refused(self):
        order = self._create_complete_order()
        with self.assertRaises(AccessError):
            self.env["fsm.billing.hold"].with_user(self.technician).create(
                {"reason_id": self.complaint.id, "order_ids": order.ids}
            )

    def test_clerk_holds_a_customer_on_its_form(self):
        with Form(self.customer.with_user(self.clerk)) as form:
            self.assertFalse(form.fsm_hold_reason_id)
        self._hold(self.customer)
        with Form(self.customer.with_user(self.clerk)) as form:
            self.assertEqual(form.fsm_hold_reason_id, self.complaint)
