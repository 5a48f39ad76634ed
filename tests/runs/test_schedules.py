from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.runs import fsm_billing_policy
from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestSchedules(RunsCommon):
    """Policies that say when their orders are invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.run_user_id = cls.clerk

    def _start_due(self):
        self._run_action("fieldservice_invoicing.fsm_billing_schedule_cron")

    def _get_dates(self, day, count, **values):
        """:return: days of a schedule of ``values``, from ``day`` on"""
        self.policy.write({"run_user_id": self.clerk.id, **values})
        dates = [self.policy._get_next_date(day)]
        while len(dates) < count:
            dates.append(self.policy._get_date_after(dates[-1]))
        return [str(day) for day in dates]

    def test_month_ends_on_its_last_day(self):
        dates = self._get_dates(date(2024, 1, 31), 4, moment="month", month_day=31)
        self.assertEqual(
            dates, ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
        )

    def test_month_on_a_day(self):
        dates = self._get_dates(date(2026, 1, 20), 2, moment="month", month_day=15)
        self.assertEqual(dates, ["2026-02-15", "2026-03-15"])

    def test_ten_days(self):
        dates = self._get_dates(date(2026, 2, 11), 4, moment="decade")
        self.assertEqual(
            dates, ["2026-02-20", "2026-02-28", "2026-03-10", "2026-03-20"]
        )

    def test_week_on_a_weekday(self):
        dates = self._get_dates(date(2026, 11, 30), 2, moment="week", weekday="4")
        self.assertEqual(dates, ["2026-12-04", "2026-12-11"])

    def test_fortnight_counts_from_the_day_planned(self):
        dates = self._get_dates(date(2026, 11, 30), 3, moment="fortnight", weekday="0")
        self.assertEqual(dates, ["2026-11-30", "2026-12-14", "2026-12-28"])

    def test_fortnight_goes_on_by_its_weekday_after_another_day(self):
        self.policy.write({"moment": "fortnight", "weekday": "0"})
        moved = date(2026, 12, 9)  # a Wednesday, for once in place of Monday
        self.assertEqual(self.policy._get_date_after(moved), date(2026, 12, 21))
        moved = date(2026, 12, 5)  # the Saturday before it
        self.assertEqual(self.policy._get_date_after(moved), date(2026, 12, 21))

    def test_every_day(self):
        dates = self._get_dates(date(2026, 11, 30), 2, moment="day")
        self.assertEqual(dates, ["2026-11-30", "2026-12-01"])

    def test_days_missed_are_one_run(self):
        with freeze_time("2026-11-02 10:00:00"):
            self.policy.write({"moment": "week", "weekday": "0"})
            self.assertEqual(self.policy.next_date, date(2026, 11, 2))
            orders = self._create_orders(1)
        with freeze_time("2026-11-25 10:00:00"):
            self._start_due()
            self._start_due()
        run = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertEqual(run.line_ids.order_ids, orders)
        self.assertEqual(run.until, date(2026, 11, 23))
        self.assertEqual(self.policy.next_date, date(2026, 11, 30))

    def test_month_is_invoiced_confirmed_and_sent_by_itself(self):
        self.customer.email = "office@customer.example"
        with freeze_time("2026-11-05 10:00:00"):
            self.policy.write({"moment": "month", "month_day": 31, "after": "send"})
            orders = self._create_orders(2)
        with freeze_time("2026-11-30 10:00:00"):
            self._start_due()
            self._work()
            self.assertFalse(orders.invoice_ids)
        with freeze_time("2026-12-01 01:00:00"):
            self._start_due()
            self._work()
        self.assertEqual(set(orders.mapped("billing_status")), {"posted"})
        self.assertEqual(
            set(orders.invoice_ids.mapped("invoice_date")), {date(2026, 11, 30)}
        )
        self.assertTrue(all(move.sending_data for move in orders.invoice_ids))
        self.assertEqual(self.policy.next_date, date(2026, 12, 31))

    def test_last_days_are_left_for_the_next_time(self):
        self.policy.write({"moment": "day", "lead": 2})
        with freeze_time("2026-11-10 10:00:00"):
            early = self._create_orders(1)
            self.policy.next_date = "2026-11-12"
        with freeze_time("2026-11-11 10:00:00"):
            late = self._create_orders(1)
        with freeze_time("2026-11-13 01:00:00"):
            self._start_due()
            self._work()
        self.assertEqual(early.billing_status, "draft")
        self.assertEqual(late.billing_status, "to_invoice")

    def test_done_order_is_invoiced_at_once(self):
        self.policy.moment = "done"
        orders = self._create_orders(1)
        self._start_due()
        self._work()
        self.assertEqual(orders.billing_status, "draft")
        self.assertEqual(orders.invoice_ids.create_uid, self.clerk)

    def test_done_order_that_failed_waits_for_a_person(self):
        self.policy.moment = "done"
        order = self._create_orders(1)
        self._break(order)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            for _time in range(2):
                self._start_due()
                self._work()
        runs = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertEqual(len(runs), 1)
        self.assertEqual(runs.line_ids.state, "failed")
        self.assertFalse(order.invoice_ids)

    def test_done_order_that_somebody_stopped_waits_for_them(self):
        self.policy.moment = "done"
        order = self._create_orders(1)
        self._start_due()
        [run] = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        run.with_user(self.clerk).action_stop()
        self._start_due()
        self._work()
        self.assertFalse(order.invoice_ids)
        run.with_user(self.clerk).action_resume()
        self._work()
        self.assertEqual(order.billing_status, "draft")

    def test_done_order_of_a_run_without_its_starter_is_invoiced(self):
        self.policy.moment = "done"
        order = self._create_orders(1)
        self._start_due()
        self.clerk.active = False
        self._work()
        self.policy.sudo().run_user_id = self.accountant
        self._start_due()
        self._work()
        self.assertEqual(order.billing_status, "draft")

    def test_done_order_is_invoiced_once_what_was_missing_is_there(self):
        self.policy.moment = "done"
        order = self._create_complete_order(resolution=False)
        self._start_due()
        self._work()
        self.assertFalse(order.invoice_ids)
        order.resolution = "<p>Pump replaced</p>"
        self._start_due()
        self._work()
        self.assertEqual(order.billing_status, "draft")

    def test_done_order_does_not_wait_behind_those_to_check(self):
        self.policy.moment = "done"
        unready = self._create_complete_order(resolution=False)
        self._examine(unready)
        order = self._create_orders(1)
        with patch.object(fsm_billing_policy, "MAX_DONE", 1):
            self._start_due()
            self._work()
        self.assertFalse(unready.invoice_ids)
        self.assertEqual(order.billing_status, "draft")

    def test_hold_that_ended_is_no_obstacle_to_a_schedule(self):
        with freeze_time("2026-11-05 10:00:00"):
            self.policy.write({"moment": "month", "month_day": 31})
            order = self._create_orders(1)
            order.sudo()._set_hold(self.complaint, "later", "2026-12-01")
            self.env.flush_all()
        self.assertEqual(order.billing_readiness, "hold")
        with freeze_time("2026-12-01 12:00:00"):
            self._start_due()
            self._work()
        self.assertEqual(order.billing_status, "draft")

    def test_texts_of_a_schedule_are_in_the_language_of_whom_it_acts_for(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.technician.lang = "fr_FR"
        self.policy.write({"moment": "day", "run_user_id": self.technician.id})
        self._create_orders(1).timesheet_ids.date = "2025-12-30"
        self.policy.next_date = "2026-01-01"
        self._start_due()
        [run] = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertNotIn("not allowed", run.left_out)

    def test_completing_an_order_wakes_the_schedule(self):
        self.policy.moment = "done"
        cron = self.env.ref("fieldservice_invoicing.fsm_billing_schedule_cron")
        triggers = self.env["ir.cron.trigger"].sudo()
        before = triggers.search_count([("cron_id", "=", cron.id)])
        self._create_orders(1)
        self.assertGreater(triggers.search_count([("cron_id", "=", cron.id)]), before)

    def test_schedule_of_somebody_without_the_right_says_so_once(self):
        self.policy.write({"moment": "day", "run_user_id": self.technician.id})
        orders = self._create_orders(1)
        orders.timesheet_ids.date = "2025-12-30"
        for _time in range(2):
            self.policy.next_date = "2026-01-01"
            self._start_due()
        [run] = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertEqual(run.state, "done")
        self.assertIn("not allowed", run.left_out)
        self.assertEqual(run.sudo().activity_ids.user_id, self.technician)
        self.assertFalse(orders.invoice_ids)

    def test_schedule_of_somebody_archived_starts_nothing(self):
        self.policy.moment = "day"
        orders = self._create_orders(1)
        orders.timesheet_ids.date = "2025-12-30"
        self.policy.next_date = "2026-01-01"
        self.company.fsm_review_user_id = self.accountant
        self.clerk.active = False
        self._start_due()
        self._work()
        self.assertFalse(orders.invoice_ids)
        [run] = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        activity = run.sudo().activity_ids
        self.assertEqual(activity.user_id, self.accountant)
        self.assertIn("is archived", activity.summary)

    def test_day_of_a_schedule_is_the_company_s(self):
        self.company.partner_id.tz = "Pacific/Auckland"
        with freeze_time("2026-11-29 20:00:00"):  # the 30th in Auckland
            self.policy.write({"moment": "day"})
            self.assertEqual(self.policy.next_date, date(2026, 11, 30))

    def test_same_refusal_on_another_day_is_told_again(self):
        self.policy.write({"moment": "month", "month_day": 31})
        for month in (1, 2):
            order = self._create_complete_order(resolution=False, parts=0)
            order.timesheet_ids.date = f"2026-0{month}-15"
            order.date_end = f"2026-0{month}-15 12:00:00"
            self._examine(order)
            self.policy.next_date = date(2026, month, 28)
            with freeze_time(f"2026-0{month + 1}-10 12:00:00"):
                self._start_due()
            order.billing_policy_id = self.policy.copy()
        runs = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertEqual(
            [str(day) for day in runs.sorted("id").mapped("until")],
            ["2026-01-31", "2026-02-28"],
        )

    def test_schedule_counts_what_it_leaves_out(self):
        self.policy.moment = "day"
        ready = self._create_orders(1)
        unready = self._create_complete_order(resolution=False, parts=0)
        day = fields.Date.today() - timedelta(days=1)
        self.policy.next_date = day
        (ready | unready).date_end = fields.Datetime.to_datetime(day)
        (ready | unready).timesheet_ids.date = day
        self._examine(ready | unready)
        self._start_due()
        self._work()
        [run] = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertIn("1 to check", run.left_out)
        self.assertEqual(ready.billing_status, "draft")

    def test_schedule_that_is_refused_stays_due(self):
        self.policy.write({"moment": "month", "run_user_id": self.technician.id})
        orders = self._create_orders(1)
        orders.timesheet_ids.date = "2026-01-15"
        orders.date_end = "2026-01-15 12:00:00"
        self.policy.next_date = "2026-01-31"
        self._start_due()
        self.assertEqual(self.policy.next_date, date(2026, 1, 31))
        self.policy.run_user_id = self.clerk
        self._start_due()
        self._work()
        self.assertEqual(orders.billing_status, "draft")

    def test_day_on_which_all_orders_wait_is_over(self):
        self.policy.moment = "month"
        order = self._create_complete_order(resolution=False, parts=0)
        order.timesheet_ids.date = "2026-01-15"
        order.date_end = "2026-01-15 12:00:00"
        self._examine(order)
        self.policy.next_date = "2026-01-31"
        with freeze_time("2026-02-10 12:00:00"):
            self._start_due()
        self.assertEqual(self.policy.next_date, date(2026, 2, 28))
        [run] = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertIn("1 to check", run.left_out)

    def test_order_that_failed_when_it_was_done_waits_through_the_night(self):
        self.policy.moment = "done"
        order = self._create_orders(1)
        self._break(order)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._start_due()
            self._work()
            with freeze_time(fields.Datetime.now() + timedelta(days=1)):
                self._run_action("fieldservice_invoicing.ir_cron_examine")
                self._start_due()
                self._work()
        runs = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertEqual(len(runs), 1)

    def test_schedule_that_breaks_is_told_to_a_person(self):
        self.policy.moment = "day"
        self._create_orders(1)
        self.policy.next_date = "2026-01-01"

        def broken(*_args):
            raise ValueError("broken by another module")

        self.patch(type(self.policy), "_get_orders_due", broken)
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            self._start_due()
        [run] = self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])
        self.assertIn("broken by another module", run.left_out)
        self.assertEqual(run.sudo().activity_ids.user_id, self.clerk)

    def test_policy_that_is_by_hand_again_starts_nothing(self):
        self.policy.moment = "done"
        orders = self._create_orders(1)
        self.policy.moment = "hand"
        self.policy.sudo()._start_due_runs()
        lines = self.env["fsm.billing.run.line"]
        self.assertFalse(lines.search([("order_ids", "in", orders.ids)]))

    def test_copy_of_a_policy_is_by_hand(self):
        self.policy.moment = "month"
        manager = self._create_role("manager", "fieldservice.group_fsm_manager")
        self.assertEqual(self.policy.with_user(manager).copy().moment, "hand")

    def test_customer_shows_the_next_day(self):
        self.policy.moment = "month"
        customer = self.customer.with_user(self.clerk)
        self.assertEqual(customer.fsm_next_billing_date, self.policy.next_date)

    def test_customer_of_an_archived_policy_shows_the_day_of_the_default(self):
        old = self.policy.copy({"moment": "month", "month_day": 3})
        self.customer.fsm_billing_policy_id = old
        old.active = False
        self.policy.write({"moment": "month", "month_day": 17})
        customer = self.customer.with_user(self.clerk)
        self.assertEqual(customer.fsm_next_billing_date.day, 17)

    def test_customer_shows_the_next_day_of_the_policy_for_all(self):
        shared = self.env.ref("fieldservice_invoicing.fsm_billing_policy_default")
        shared.write({"moment": "week", "run_user_id": self.clerk.id})
        self.company.fsm_billing_policy_id = False
        customer = self.customer.with_user(self.clerk)
        self.assertEqual(customer.fsm_next_billing_date, shared.next_date)

    def test_manager_does_not_schedule_with_the_rights_of_others(self):
        manager = self._create_role("manager", "fieldservice.group_fsm_manager")
        policy = self.policy.with_user(manager)
        with self.assertRaises(AccessError):
            policy.write({"moment": "day", "run_user_id": self.accountant.id})

    def test_manager_does_not_change_what_the_clerk_does_by_schedule(self):
        self.policy.moment = "month"
        manager = self._create_role("manager", "fieldservice.group_fsm_manager")
        with self.assertRaises(AccessError):
            self.policy.with_user(manager).after = "send"
