from odoo import fields, models
from odoo.tests import tagged

from ..models_common import ModelsCommon
from ..ready_common import ReadyCommon

STATES = [("draft", "Draft"), ("approved", "Approved")]


def _get_definitions():
    """:return: what an addon declares where expenses name a service order"""

    class Expense(models.Model):
        _module = None
        _name = "hr.expense"
        _description = "Expense"

        name = fields.Char()
        state = fields.Selection(STATES, default="draft")
        fsm_order_id = fields.Many2one("fsm.order")
        sale_order_id = fields.Many2one("sale.order")
        total_amount = fields.Float()

    return (Expense,)


@tagged("post_install", "-at_install")
class TestSpent(ModelsCommon, ReadyCommon):
    """What was spent on an order is not forgotten; a stand-in for hr_expense."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._declare(*_get_definitions())
        cls._create_tables("hr.expense")

    def _spend(self, order, **values):
        return (
            self.env["hr.expense"]
            .sudo()
            .create(
                {
                    "name": "Parking",
                    "state": "approved",
                    "fsm_order_id": order.id,
                    **values,
                }
            )
        )

    def test_approved_expense_that_nothing_bills(self):
        order = self._create_complete_order()
        expense = self._spend(order)
        self.assertEqual(self._find(order), {"cost_unbilled"})
        finding = self._get_findings(order)["cost_unbilled"]
        self.assertIn("Parking was spent", finding.message)
        self.assertEqual(finding.place_ids, expense.ids)

    def test_expense_that_waits_for_approval(self):
        order = self._create_complete_order()
        self._spend(order, state="draft")
        self.assertFalse(self._find(order))

    def test_expense_that_a_quotation_bills(self):
        order = self._create_complete_order()
        sale = self._create_sale(self.labor)
        self._spend(order, sale_order_id=sale.id)
        self.assertFalse(self._find(order))

    def test_larger_expense_asks_again(self):
        order = self._create_complete_order()
        expense = self._spend(order, total_amount=100)
        self._find(order)
        self._answer(self._get_findings(order)["cost_unbilled"])
        expense.total_amount = 5000
        self.env["fsm.billing.examination"]._examine(order)
        self.assertTrue(self._get_findings(order)["cost_unbilled"].is_open)

    def test_other_name_of_an_expense_leaves_the_answer(self):
        order = self._create_complete_order()
        expense = self._spend(order, total_amount=100)
        self._find(order)
        self._answer(self._get_findings(order)["cost_unbilled"])
        expense.name = "Parking in Liège"
        self.env["fsm.billing.examination"]._examine(order)
        self.assertFalse(self._get_findings(order)["cost_unbilled"].is_open)
