from odoo.fields import Command
from odoo.tests import tagged

from ..analysis_common import AnalysisCommon


@tagged("post_install", "-at_install")
class TestAmountBilled(AnalysisCommon):
    """An order comes to what the analysis and the books say, lines by hand included."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # 120 of labor and 100 of parts
        cls.order = cls._create_order(hours=2, parts=1)

    def _type_line(self, document, price):
        document.write(
            {
                "invoice_line_ids": [
                    Command.create({"name": "By hand", "price_unit": price})
                ]
            }
        )

    def _type_credit(self, invoice, price, post=True):
        credit = self._reverse(invoice)
        credit.invoice_line_ids.unlink()
        self._type_line(credit, price)
        if post:
            credit.action_post()
        return credit

    def _assert_amounts(self, orders, values):
        """Check (billed, on drafts, by hand) of orders, and compare the analysis."""
        self.assertEqual(
            [
                (order.amount_billed, order.amount_draft, order.amount_by_hand)
                for order in orders.with_user(self.clerk)
            ],
            values,
        )
        sums = self.report._read_group(
            [("order_id", "in", orders.ids), ("state", "in", ("draft", "posted"))],
            ["order_id", "state"],
            ["revenue:sum"],
        )
        found = {(order.id, state): revenue for order, state, revenue in sums}
        for order in orders:
            for state, name in (("posted", "amount_billed"), ("draft", "amount_draft")):
                self.assertAlmostEqual(found.get((order.id, state), 0.0), order[name])

    def test_credit_note_typed_by_hand_is_taken_off(self):
        invoice = self._post_invoice(self.order)
        self._assert_amounts(self.order, [(220, 0, 0)])
        self._type_credit(invoice, 22.5)
        self._assert_amounts(self.order, [(197.5, 0, -22.5)])

    def test_draft_credit_note_typed_by_hand_is_a_draft(self):
        invoice = self._post_invoice(self.order)
        credit = self._type_credit(invoice, 22.5, post=False)
        self._assert_amounts(self.order, [(220, -22.5, -22.5)])
        credit.button_cancel()
        self._assert_amounts(self.order, [(220, 0, 0)])

    def test_line_typed_on_the_invoice_is_in(self):
        invoice = self._invoice(self.order)
        self._type_line(invoice, 30)
        self._assert_amounts(self.order, [(0, 250, 30)])
        invoice.action_post()
        self._assert_amounts(self.order, [(250, 0, 30)])

    def test_line_typed_for_several_orders_is_of_none(self):
        self.policy.grouping = "customer"
        orders = self.order | self._create_order(hours=1, parts=0)
        orders.with_user(self.clerk).action_create_invoice()
        invoice = orders.invoice_lines.move_id.with_user(self.clerk)
        self._type_line(invoice, 30)
        invoice.action_post()
        self._type_credit(invoice, 10)
        self._assert_amounts(orders, [(220, 0, 0), (60, 0, 0)])

    def test_odoos_own_reversal_is_no_line_by_hand(self):
        self._reverse(self._post_invoice(self.order)).action_post()
        self._assert_amounts(self.order, [(0, 0, 0)])

    def test_more_orders_take_no_more_queries(self):
        orders = self.order | self._create_order(hours=1, parts=0)
        for order in orders:
            self._type_credit(self._post_invoice(order), 10)
        for batch in self.order, orders:
            self.env.flush_all()
            self.env.invalidate_all()
            batch.mapped("name")
            with self.assertQueryCount(3):
                self.assertTrue(all(batch.mapped("amount_by_hand")))
