"""Two clerks invoice lists of orders that overlap: real transactions."""

from odoo.tests import tagged

from .race import Queue
from .race_common import DEADLOCK, RaceCommon


@tagged("post_install", "-at_install")
class TestConcurrentBatches(RaceCommon):
    def setUp(self):
        super().setUp()
        self.other = self._create_order(hours=1)

    def _assert_each_billed_once(self):
        self._assert_hours(2, 0, "draft", self.order)
        self._assert_hours(1, 0, "draft", self.other)
        for order in self.orders:
            self.assertEqual(len(order.invoice_lines.move_id), 1)

    # --- the same orders ---
    def test_same_orders_in_opposite_order_are_billed_once(self):
        first, second = self._race(
            (self.clerk.id, self._press_create_invoice(self.order, self.other)),
            (self.dispatcher.id, self._press_create_invoice(self.other, self.order)),
        )
        self._assert_done(first)
        self._assert_refused(second, "is invoiced already: see")
        self._assert_each_billed_once()

    def test_same_orders_in_opposite_order_the_other_way_round(self):
        first, second = self._race(
            (self.dispatcher.id, self._press_create_invoice(self.other, self.order)),
            (self.clerk.id, self._press_create_invoice(self.order, self.other)),
        )
        self._assert_done(first)
        self._assert_refused(second, "is invoiced already: see")
        self._assert_each_billed_once()

    def _queue(self, first, second):
        """Let both come to the first order's lock at once.

        Who locked the other order on the way there would hold up the first in the
        queue for good.
        """
        lock = f"SELECT id FROM fsm_order WHERE id = {self.order.id} FOR UPDATE"
        queue = Queue(
            self.dbname, (self.clerk.id, first), (self.clerk.id, second), lock
        )
        results = self._run(queue)
        self.assertNotIn(DEADLOCK, [code for _name, code in queue.interruptions])
        return results

    def test_opposite_batches_make_no_deadlock(self):
        first, second = self._queue(
            self._press_create_invoice(self.order, self.other),
            self._press_create_invoice(self.other, self.order),
        )
        self._assert_done(first)
        self._assert_refused(second, "is invoiced already: see")
        self._assert_each_billed_once()

    def test_opposite_batches_make_no_deadlock_the_other_way_round(self):
        first, second = self._queue(
            self._press_create_invoice(self.other, self.order),
            self._press_create_invoice(self.order, self.other),
        )
        self._assert_done(first)
        self._assert_refused(second, "is invoiced already: see")
        self._assert_each_billed_once()

    # --- some of the orders ---
    def test_batch_before_one_of_its_orders(self):
        first, second = self._race_clerks(
            self._press_create_invoice(self.order, self.other),
            self._press_create_invoice(self.other),
        )
        self._assert_done(first)
        self._assert_refused(second, f"{self.other.name} is invoiced already: see")
        self._assert_each_billed_once()

    def test_one_order_before_the_batch_leaves_it_the_rest(self):
        first, second = self._race_clerks(
            self._press_create_invoice(self.other),
            self._press_create_invoice(self.order, self.other),
        )
        self._assert_done(first, second)
        self.assertEqual(second["res_id"], self.order.invoice_lines.move_id.id)
        self._assert_each_billed_once()

    def test_batches_that_overlap_in_one_order(self):
        third = self._create_order(hours=4)
        first, second = self._race_clerks(
            self._press_create_invoice(self.other, self.order),
            self._press_create_invoice(third, self.other),
        )
        self._assert_done(first, second)
        self.assertEqual(second["res_id"], third.invoice_lines.move_id.id)
        self._assert_hours(4, 0, "draft", third)
        self._assert_each_billed_once()

    # --- several orders on one invoice ---
    def _group_by_customer(self):
        self.orders.billing_policy_id = self.policy.copy({"grouping": "customer"})
        self.committed.cr.commit()

    def test_batches_on_one_invoice_are_billed_once(self):
        self._group_by_customer()
        first, second = self._race_clerks(
            self._press_create_invoice(self.order, self.other),
            self._press_create_invoice(self.other, self.order),
        )
        self._assert_done(first)
        self._assert_refused(second, "is invoiced already: see")
        self._assert_each_billed_once()
        self.assertEqual(len(self.orders.invoice_lines.move_id), 1)

    def test_one_order_is_left_out_of_the_invoice_of_the_batch(self):
        self._group_by_customer()
        first, second = self._race_clerks(
            self._press_create_invoice(self.other),
            self._press_create_invoice(self.other, self.order),
        )
        self._assert_done(first, second)
        self._assert_each_billed_once()
        self.assertEqual(len(self.orders.invoice_lines.move_id), 2)
