from odoo.tests import tagged

from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRunsOfTwoClerks(RunsCommon):
    """Two runs that were started at the same second don't know of each other."""

    def _start_second(self, first, orders):
        """:return: a run of ``orders`` that was started as ``first`` was"""
        return first.sudo().create(
            {
                "name": "BR/second",
                "company_id": first.company_id.id,
                "user_id": self.accountant.id,
                "line_ids": orders.sudo()._prepare_run_lines(),
            }
        )

    def _work_once_on(self, run):
        self._work_once(run)
        self.env.invalidate_all()

    def test_order_of_two_runs_is_left_to_the_first(self):
        orders = self._create_orders(2)
        first = self._start(orders, "post")
        second = self._start_second(first, orders)
        self._work_once_on(second)
        self.assertFalse(orders.invoice_ids)
        problem = f"It is being invoiced by {first.name} already."
        self.assertEqual(second.line_ids.mapped("state"), ["skipped"] * 2)
        self.assertEqual(second.line_ids.mapped("problem"), [problem] * 2)
        self._work()
        self.assertEqual(orders.mapped("billing_status"), ["posted"] * 2)
        self.assertEqual((first.state, second.state), ("done", "done"))
        self.assertFalse(second.failed_count)

    def test_first_run_does_not_wait_for_the_second(self):
        order = self._create_orders(1)
        first = self._start(order)
        self._start_second(first, order)
        self._work_once_on(first)
        self.assertEqual(first.line_ids.state, "draft")

    def test_others_of_its_invoice_are_not_left(self):
        self.policy.grouping = "customer"
        shared, own = self._create_orders(1), self._create_orders(1)
        second = self._start_second(self._start(shared), shared | own)
        self._work_once_on(second)
        states = {line.order_ids: line.state for line in second.line_ids}
        self.assertEqual(states, {shared: "skipped", own: "draft"})

    def test_order_of_a_run_that_was_stopped_is_not_left(self):
        order = self._create_orders(1)
        first = self._start(order)
        second = self._start_second(first, order)
        first.action_stop()
        self._work_once_on(second)
        self.assertEqual(second.line_ids.state, "draft")
