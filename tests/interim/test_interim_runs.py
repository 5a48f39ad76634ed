from datetime import date

from freezegun import freeze_time

from odoo.tests import tagged

from ..companies_common import CompaniesCommon
from ..interim_common import MONDAY, TUESDAY, InterimCommon
from ..quotation_common import QuotationCommon
from ..runs.runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestInterimRuns(InterimCommon, RunsCommon, QuotationCommon):
    """Orders that are not done in runs, started by people and by schedules."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.run_user_id = cls.clerk

    def _start_due(self, day=date(2026, 3, 2), **policy):
        """Let the schedule of every day start what is due of ``day``."""
        with freeze_time(f"{day} 10:00:00"):
            self.policy.write({"moment": "day", **policy})
            self.policy.next_date = day
        with freeze_time(f"{day + (date(2026, 1, 2) - date(2026, 1, 1))} 01:00:00"):
            self._run_action("fieldservice_invoicing.fsm_billing_schedule_cron")
            self._work()

    def _get_runs(self):
        return self.env["fsm.billing.run"].search([("policy_id", "=", self.policy.id)])

    # --- by schedule ---
    def test_schedule_invoices_what_was_done_until_its_day(self):
        order = self._create_order_of_days({MONDAY: 2, TUESDAY: 3})
        self._start_due(MONDAY, interim="schedule")
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)
        self._start_due(TUESDAY)
        self.assertEqual(self._get_untaxed(order), 300)
        self.assertEqual(order.billing_status, "draft")
        self.assertLedgerHolds(order)

    def test_schedule_takes_no_order_with_nothing_until_its_day(self):
        self._create_order_of_days({TUESDAY: 3})
        self._start_due(MONDAY, interim="schedule")
        self.assertFalse(self._get_runs())

    def test_schedule_leaves_orders_going_on_where_they_are_by_hand(self):
        order = self._create_order_of_days({MONDAY: 2})
        self._start_due(MONDAY, interim="hand")
        self.assertFalse(order.invoice_ids)
        self.assertFalse(self._get_runs())

    def test_order_when_it_is_done_is_no_interim_invoice(self):
        order = self._create_order_of_days({MONDAY: 2})
        self.policy.write({"moment": "done", "interim": "schedule"})
        self._run_action("fieldservice_invoicing.fsm_billing_schedule_cron")
        self._work()
        self.assertFalse(order.invoice_ids)

    def test_schedule_leaves_cancelled_orders(self):
        order = self._create_order_of_days({MONDAY: 2})
        order.action_cancel()
        self._start_due(MONDAY, interim="schedule")
        self.assertFalse(self._get_runs())

    def test_schedule_counts_what_is_on_hold(self):
        orders = self._create_order_of_days({MONDAY: 2})
        orders |= self._create_order_of_days({MONDAY: 1})
        self._hold(orders[0])
        self._start_due(MONDAY, interim="schedule")
        self.assertIn("1 on hold", self._get_runs().left_out)
        self.assertFalse(orders[0].invoice_ids)
        self.assertEqual(orders[1].invoice_ids.amount_untaxed, 60)

    def test_schedule_invoices_a_quotation_without_other_work(self):
        order = self._confirm_quotation(self.service_per_sale).fsm_order_ids
        order.write({"date_end": "2026-03-02 10:00:00", "resolution": "<p>Done</p>"})
        order.action_complete()
        self._start_due(MONDAY)
        self._examine(order)
        self.assertEqual(self._get_runs().line_ids.order_ids, order)

    # --- started by a person ---
    def test_run_goes_by_the_visits_that_were_chosen(self):
        order = self._create_order_of_days({MONDAY: 2, TUESDAY: 3})
        run = self._start(order, interim=True, visits=self._choose((order, MONDAY)))
        self._work()
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)
        self.assertEqual(run.line_ids.state, "draft")

    def test_run_of_no_visit_invoices_nothing(self):
        order = self._create_order_of_days({MONDAY: 2})
        run = self._start(order, interim=True, visits=frozenset())
        self._work()
        self.assertFalse(order.invoice_ids)
        self.assertEqual(run.line_ids.state, "skipped")

    def test_run_leaves_out_orders_going_on_unless_asked(self):
        order = self._create_order_of_days({MONDAY: 2})
        run = self._start(order)
        self._work()
        self.assertFalse(order.invoice_ids)
        self.assertEqual(run.line_ids.state, "skipped")
        self.assertIn("not done yet", run.line_ids.problem)

    def test_interim_invoice_that_failed_is_retried(self):
        order = self._create_order_of_days({MONDAY: 2})
        products = self.env["hr.employee"].search([]).fsm_labor_product_id
        self.assertFalse(products)
        self.policy.labor_product_id = False
        run = self._start(order, interim=True)
        self._work()
        self.assertEqual(run.line_ids.state, "failed")
        self.policy.labor_product_id = self.labor
        run.with_user(self.clerk).action_retry()
        self._work()
        self.assertEqual(order.invoice_ids.amount_untaxed, 120)


@tagged("post_install", "-at_install")
class TestInterimOfCompanies(InterimCommon, CompaniesCommon):
    def test_orders_going_on_of_two_companies(self):
        self.other_policy.interim = "hand"
        other = self._create_other_order(hours=3)
        other.stage_id = self.env.ref("fieldservice.fsm_stage_new")
        orders = self._create_order_of_days({MONDAY: 1}) | other
        companies = (self.company, self.other)
        result = self._as_clerk_of(orders, *companies)._create_invoices_apart(
            interim=True
        )
        self.assertFalse(result.left_out)
        self.assertEqual(
            {move.company_id: move.amount_untaxed for move in result.moves},
            {self.company: 60, self.other: 180},
        )
