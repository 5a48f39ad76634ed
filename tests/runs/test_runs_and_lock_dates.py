from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import tagged

from .runs_common import RunsCommon


@freeze_time("2026-04-02")
@tagged("post_install", "-at_install")
class TestRunsAndLockDates(RunsCommon):
    """What the books are closed for while a run works is not moved in silence."""

    def _lock(self, name="sale_lock_date", day="2026-03-31"):
        self.company.sudo()[name] = day

    def _get_failed(self, run):
        return run.line_ids.filtered(lambda line: line.state == "failed")

    def test_month_that_is_closed_meanwhile_is_named_on_the_line(self):
        orders = self._create_orders(2)
        run = self._start(orders, "post", invoice_date="2026-03-31")
        self._work_once(run)
        self._lock()
        self._work()
        failed = self._get_failed(run)
        self.assertEqual(failed.order_ids, orders)
        self.assertEqual(set(failed.mapped("failed_step")), {"confirm"})
        self.assertIn("Sales Lock Date (03/31/2026)", failed[0].problem)
        self.assertIn("The invoice is of 03/31/2026", failed[0].problem)
        self.assertEqual(set(orders.invoice_ids.mapped("state")), {"draft"})

    def test_each_lock_date_of_invoices_stands_in_the_way(self):
        for name in ("fiscalyear_lock_date", "tax_lock_date", "hard_lock_date"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                order = self._create_orders(1)
                self._lock(name)
                run = self._start(order, "post", invoice_date="2026-03-31")
                run._work_at_once()
                self.assertIn("the books are closed", run.line_ids.problem)
                savepoint.rollback()

    def test_another_date_on_the_draft_is_confirmed_by_retry(self):
        order = self._create_orders(1)
        self._lock()
        run = self._start(order, "post", invoice_date="2026-03-31")
        self._work()
        order.invoice_ids.invoice_date = "2026-04-01"
        run.action_retry()
        self._work()
        self.assertEqual(order.billing_status, "posted")
        self.assertEqual(str(order.invoice_ids.date), "2026-04-01")

    def test_period_that_is_open_again_is_confirmed_by_retry(self):
        order = self._create_orders(1)
        self._lock()
        run = self._start(order, "post", invoice_date="2026-03-31")
        self._work()
        self._lock(day="2026-02-28")
        run.action_retry()
        self._work()
        self.assertEqual(order.billing_status, "posted")
        self.assertEqual(str(order.invoice_ids.date), "2026-03-31")

    def test_invoice_without_a_date_is_of_the_day_it_is_confirmed(self):
        order = self._create_orders(1)
        self._lock()
        run = self._start(order, "post")
        self._work()
        self.assertEqual(run.line_ids.state, "posted")
        self.assertEqual(str(order.invoice_ids.date), "2026-04-02")

    def test_day_to_come_is_confirmed_by_nobody_unasked(self):
        orders = self._create_orders(1)
        with self.assertRaisesRegex(UserError, "a day to come"):
            self._start(orders, "post", invoice_date="2027-04-02")
        self._start(orders, invoice_date="2027-04-02")

    def test_others_of_a_run_are_confirmed(self):
        orders = self._create_orders(3)
        run = self._start(orders, "post", invoice_date="2026-04-01")
        self._work_once(run)
        self.env.invalidate_all()
        orders[1].invoice_ids.invoice_date = "2026-03-31"
        self._lock()
        self._work()
        self.assertEqual(self._get_failed(run).order_ids, orders[1])
        self.assertEqual(
            (orders[0] | orders[2]).mapped("billing_status"), ["posted"] * 2
        )
