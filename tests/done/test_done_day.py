from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestDoneDay(InvoicingCommon):
    """An order that is done has a day, whoever completes it and wherever."""

    def _ago(self, days):
        return fields.Date.today() - timedelta(days=days)

    def test_complete_sets_the_day(self):
        order = self._create_order(done=False)
        self.assertFalse(order.billing_done_day)
        order.with_user(self.dispatcher).action_complete()
        self.assertEqual(order.billing_done_day, order._get_site_day())

    def test_actual_end_comes_first(self):
        order = self._create_order(done=False)
        order.date_end = datetime.combine(self._ago(4), datetime.min.time()).replace(
            hour=12
        )
        order.action_complete()
        self.assertEqual(order.billing_done_day, self._ago(4))

    def test_day_is_that_of_the_site(self):
        self.site.tz = "Pacific/Auckland"
        order = self._create_order(done=False)
        with freeze_time("2026-03-01 20:00:00"):
            order.action_complete()
            self.env.flush_all()
        self.assertEqual(order.billing_done_day, fields.Date.to_date("2026-03-02"))

    def test_day_stays_when_other_things_change(self):
        with freeze_time("2026-03-01 12:00:00"):
            order = self._create_order()
            self.env.flush_all()
        order.location_id = self._create_site("Roof", self.customer)
        self._log_hours(order, 1)
        self.assertEqual(order.billing_done_day, fields.Date.to_date("2026-03-01"))

    def test_order_that_is_opened_again_is_done_when_it_is(self):
        with freeze_time("2026-03-01 12:00:00"):
            order = self._create_order()
            self.env.flush_all()
        order.stage_id = self.env.ref("fieldservice.fsm_stage_new")
        self.assertFalse(order.billing_done_day)
        with freeze_time("2026-03-05 12:00:00"):
            order.action_complete()
            self.env.flush_all()
        self.assertEqual(order.billing_done_day, fields.Date.to_date("2026-03-05"))

    def test_cancelled_order_is_not_done(self):
        order = self._create_order(hours=0, parts=0)
        order.action_cancel()
        self.assertFalse(order.billing_done_day)

    def test_parts_without_hours_are_of_that_day(self):
        with freeze_time("2026-03-01 12:00:00"):
            order = self._create_order(hours=0)
            self.env.flush_all()
        self.assertEqual(order._get_work_date(), fields.Date.to_date("2026-03-01"))

    def test_wizard_takes_the_oldest_first(self):
        orders = self.env["fsm.order"]
        for day in ("2026-03-05", "2026-03-01"):
            with freeze_time(f"{day} 12:00:00"):
                orders |= self._create_order()
                self.env.flush_all()
        wizard = (
            self.env["fsm.billing.wizard"]
            .with_user(self.clerk)
            .with_context(active_domain=[("id", "in", orders.ids)])
            .create({})
        )
        self.assertEqual(wizard.order_ids.ids, orders.ids[::-1])

    def test_analysis_says_when_it_was_done(self):
        order = self._create_order()
        self._post_invoice(order)
        self.env.flush_all()
        rows = self.env["fsm.billing.report"].search([("order_id", "=", order.id)])
        self.assertEqual(set(rows.mapped("done_day")), {order.billing_done_day})


@tagged("post_install", "-at_install")
class TestDoneDayOfOldOrders(InvoicingCommon):
    """What was done before anybody kept the day is found out."""

    def _fill(self, order, **columns):
        """Make ``order`` one of a database without the day, and fill it."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE fsm_order SET billing_done_day = NULL")
        self.env.cr.execute("DELETE FROM mail_message WHERE model = 'fsm.order'")
        for name, value in columns.items():
            self.env.cr.execute(
                f"UPDATE fsm_order SET {name} = %s WHERE id = %s",
                [value, order.id],
            )
        if self.tracked:
            self._track(order)
        order._fill_done_days()
        return fields.Date.to_string(order.billing_done_day)

    tracked = None

    def _track(self, order):
        message = self.env["mail.message"].create(
            {"model": "fsm.order", "res_id": order.id, "date": self.tracked}
        )
        self.env["mail.tracking.value"].create(
            {
                "mail_message_id": message.id,
                "field_id": self.env["ir.model.fields"]
                ._get("fsm.order", "stage_id")
                .id,
                "new_value_integer": order.stage_id.id,
            }
        )
        self.env.flush_all()

    def test_actual_end(self):
        self.tracked = "2025-05-05 12:00:00"
        order = self._create_order()
        self.site.tz = "Pacific/Auckland"
        day = self._fill(order, date_end="2025-03-01 20:00:00")
        self.assertEqual(day, "2025-03-02")

    def test_history_of_the_stage(self):
        self.tracked = "2025-05-05 12:00:00"
        self.assertEqual(self._fill(self._create_order()), "2025-05-05")

    def test_last_day_of_work(self):
        order = self._create_order(hours=0)
        self._log_hours(order, 1, date="2025-04-04")
        self._log_hours(order, 1, date="2025-04-02")
        self.assertEqual(self._fill(order), "2025-04-04")

    def test_last_write(self):
        order = self._create_order(hours=0)
        day = self._fill(order, write_date="2025-02-02 12:00:00")
        self.assertEqual(day, "2025-02-02")

    def test_orders_that_are_not_done_have_none(self):
        order = self._create_order(done=False)
        self.assertFalse(self._fill(order, date_end="2025-03-01 20:00:00"))
