import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestMaxOrders(CreditCommon):
    """A billing policy says how many orders come on one invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.grouping = "customer"
        cls.policy.max_orders = 2

    def _create_orders(self, *days):
        """:return: done orders, whose hours were worked on these days of March"""
        orders = self.env["fsm.order"]
        for day in days:
            order = self._create_order(hours=0, done=False)
            self._log_hours(order, 1, date=f"2026-03-{day:02}")
            order.action_complete()
            orders |= order
        return orders

    def _get_parts(self, orders):
        """Press Create invoices.

        :return: list of sets of orders: those of each draft
        """
        invoices = self._invoice(orders)
        return [set(move.fsm_order_ids) for move in invoices.sorted("id")]

    def test_orders_are_split_in_the_order_of_their_work(self):
        fifth, first, third, second, fourth = self._create_orders(9, 2, 4, 3, 5)
        self.assertEqual(
            self._get_parts(fifth | first | third | second | fourth),
            [{first, second}, {third, fourth}, {fifth}],
        )

    def test_parts_come_to_what_one_invoice_comes_to(self):
        orders = self._create_orders(2, 3, 4)
        invoices = self._invoice(orders)
        self.assertEqual(invoices.mapped("amount_untaxed"), [320.0, 160.0])
        self.assertLedgerHolds(orders)

    def test_as_many_as_allowed_stay_together(self):
        self.assertEqual(len(self._get_parts(self._create_orders(2, 3))), 1)

    def test_zero_is_no_limit(self):
        self.policy.max_orders = 0
        self.assertEqual(len(self._get_parts(self._create_orders(2, 3, 4))), 1)

    def test_strictest_policy_counts(self):
        orders = self._create_orders(2, 3, 4)
        self.policy.max_orders = 0
        orders[1].billing_policy_id = self.policy.copy({"max_orders": 2})
        self.assertEqual(self._get_parts(orders), [set(orders[:2]), set(orders[2])])

    def test_limit_counts_where_people_choose_the_grouping(self):
        self.policy.grouping = "order"
        orders = self._create_orders(2, 3, 4)
        moves = orders.with_user(self.clerk)._create_invoices(grouping="customer")
        self.assertEqual(len(moves), 2)

    def test_quoted_orders_stay_alone_and_take_no_place(self):
        sale = self._create_sale(self.labor, quantity=4)
        sale.order_line.product_id.invoice_policy = "order"
        sale.action_confirm()
        quoted = self._create_order(1, 0, sale_line_id=sale.order_line.id)
        orders = self._create_orders(2, 4)
        (orders | quoted).with_user(self.clerk).action_create_invoice()
        self.assertEqual(len(orders.invoice_ids), 1)
        self.assertEqual(quoted.invoice_ids.fsm_order_ids, quoted)

    def test_credit_note_goes_with_its_order(self):
        orders = self._create_orders(2, 3, 4)
        earlier = self._post_invoice(orders[2])
        self._return_part(orders[2].part_ids)
        self._log_hours(orders[2], 5, date="2026-03-01")
        drafts = self._invoice(orders)
        credit = drafts.filtered(lambda move: move.move_type == "out_refund")
        self.assertEqual(credit.reversed_entry_id, earlier)
        self.assertEqual(credit.fsm_order_ids, orders[2])
        self.assertEqual(
            sorted(len(move.fsm_order_ids) for move in drafts - credit), [1, 2]
        )
        self.assertLedgerHolds(orders)

    def test_plan_says_what_is_created(self):
        orders = self._create_orders(2, 3, 4)
        plan = orders.with_user(self.clerk)._get_billing_plan()
        self.assertEqual(
            [document.orders for document in plan.documents], [orders[:2], orders[2]]
        )

    def test_less_than_nothing_is_refused(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.CheckViolation),
        ):
            self.policy.max_orders = -1
            self.policy.flush_recordset()
