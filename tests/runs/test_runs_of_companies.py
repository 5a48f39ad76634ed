from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..companies_common import CompaniesCommon
from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRunsOfCompanies(RunsCommon, CompaniesCommon):
    def test_companies_have_runs_of_their_own(self):
        other = self._create_other_order()
        other.resolution = "<p>Pump replaced</p>"
        orders = self._create_orders(1) | other
        run = self.env["fsm.billing.run"].with_user(self.clerk)
        runs = run.with_context(
            allowed_company_ids=(self.company | self.other).ids
        )._start(orders.with_user(self.clerk))
        self.assertEqual(runs.company_id, self.company | self.other)
        self._work()
        for order in orders:
            self.assertEqual(order.invoice_ids.company_id, order.company_id)

    def test_refusal_in_one_company_repeats_nothing_in_the_other(self):
        self.clerk.company_ids = self.company
        self.other.fsm_billing_policy_id = self.policy
        self.policy.write({"moment": "day", "run_user_id": self.clerk.id})
        bad, other = self._create_orders(1), self._create_other_order()
        (bad | other).timesheet_ids.date = "2025-12-30"
        self.assertEqual(other.billing_policy_id, self.policy)
        self._break(bad)
        self.policy.next_date = "2026-01-01"
        with self.assertLogs("odoo.addons.fieldservice_invoicing", "ERROR"):
            for _hour in range(2):
                self._run_action("fieldservice_invoicing.fsm_billing_schedule_cron")
                self._work()
        lines = self.env["fsm.billing.run.line"].search([("order_ids", "in", bad.ids)])
        self.assertEqual(len(lines), 1)

    def test_refusal_in_one_company_adds_no_late_work_in_the_other(self):
        self.clerk.company_ids = self.company
        self.other.fsm_billing_policy_id = self.policy
        self.policy.write({"moment": "day", "run_user_id": self.clerk.id})
        with freeze_time("2026-11-10 10:00:00"):
            mine, _other = self._create_orders(1), self._create_other_order()
            late = self._create_orders(1)
            late.timesheet_ids.unlink()
        self.policy.next_date = "2026-11-12"
        schedule = "fieldservice_invoicing.fsm_billing_schedule_cron"
        with freeze_time("2026-11-13 12:00:00"):
            self._run_action(schedule)
            self._work()
            self.assertEqual(mine.billing_status, "draft")
            self.assertEqual(self.policy.next_date, date(2026, 11, 12))
            self._log_hours(late, 1, date="2026-11-10")
            self._run_action(schedule)
            self._work()
        self.assertFalse(late.invoice_ids)

    def test_day_of_a_schedule_of_several_is_over_in_each(self):
        self.other.fsm_billing_policy_id = self.policy
        self.company.partner_id.tz = "Europe/Paris"
        self.other.partner_id.tz = "America/Los_Angeles"
        with freeze_time("2026-12-01 05:00:00"):  # the 30th in Los Angeles
            self._create_orders(1)
            self.assertEqual(self.policy._get_today(), date(2026, 12, 1))
            self._create_other_order()
            self.assertEqual(self.policy._get_today(), date(2026, 11, 30))

    def test_run_of_another_company_is_not_seen(self):
        order = self._create_other_order()
        run = self.env["fsm.billing.run"].with_user(self.clerk)
        run = run.with_context(allowed_company_ids=self.other.ids)
        started = run._start(order.with_user(self.clerk))
        mine = run.with_context(allowed_company_ids=self.company.ids)
        self.assertFalse(mine.search([("id", "=", started.id)]))
