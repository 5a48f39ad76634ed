from odoo.tests import tagged

from ..cost_common import CostCommon

#: what happens to an order and its parts, step by step; see ``TestCostProperties``
SCENARIOS = {
    "a cent that can't be shared": "get 3 33.33333, use 3, bill, credit 1, credit 1, "
    "credit 1, bill",
    "one delivery on two invoices": "get 1 30, get 9 70, use 4, bill, credit 1, bill",
    "credited in parts, billed between": "get 1 31.07, get 9 70, use 6, bill, "
    "credit 1, bill, credit_first 2, credit_first 1, bill",
    "refunded": "get 1 30, get 9 70, use 4, bill, refund 2",
    "refunded and credited": "get 1 30, get 9 70, use 4, bill, refund 1, credit 3, "
    "bill",
    "refunded, and returned later": "get 1 30, get 9 70, use 4, bill, refund 2, "
    "return 2, bill",
    "warranty": "get 1 30, get 9 70, use 2, warranty 2, bill",
    "returned after": "get 1 30, get 9 70, use 4, bill, return 3, bill",
    "returned before and after": "get 1 30, get 9 70, use 4, return 1, bill, "
    "return 2, bill",
    "returned under warranty": "get 1 30, get 9 70, warranty 3, bill, return 1, bill",
    "returned and given again": "get 1 30, get 9 70, use 3, bill, return 2, again 1, "
    "bill",
    "returned and given again later": "get 1 30, get 9 70, use 3, bill, return 2, "
    "bill, again 1, bill",
    "a dear one exchanged for two cheap ones": "get 1 90, get 9 20, use 1, bill, "
    "use 2, return_first 1, bill",
    "a late price": "get 4 30, use 3, get 9 70, bill, use 2, bill",
    "given away on the draft": "get 1 30, get 9 70, use 3, bill 0",
    "corrected on the draft": "get 1 30, get 9 70, use 3, bill 2",
    "corrected, and credited": "get 1 30, get 9 70, use 3, bill 2, credit 1, bill, "
    "return 1, bill",
    "credited again and again": "get 9 10.01, use 3, bill, credit 1, bill, "
    "credit_first 1, bill, credit_first 1, bill, credit 1, bill",
}
#: those in which cost methods without layers may differ
WITHOUT_LAYERS = (
    "credited in parts, billed between",
    "refunded and credited",
    "warranty",
    "returned before and after",
    "returned and given again later",
    "a late price",
    "corrected, and credited",
)


@tagged("post_install", "-at_install")
class TestCostProperties(CostCommon):
    """Whatever happens, the cost booked is the value that left stock, net of returns.

    When everything is billed. Steps: ``get`` and ``use`` parts, under ``warranty`` or
    not, ``return`` some of the last (or first) delivery, give them ``again``, ``bill``
    (a quantity set on the draft), ``credit`` or ``refund`` a quantity of the last
    invoice, or of the first.
    """

    def step_get(self, quantity, price):
        self._receive(self.part, quantity, price)

    def step_use(self, quantity):
        self.deliveries.append(self._use_part(self.order, quantity, product=self.part))

    def step_warranty(self, quantity):
        self.step_use(quantity)
        self.deliveries[-1].billing_mode = "warranty"

    def step_return(self, quantity):
        self.returned = self._return_part(self.deliveries[-1], quantity)

    def step_return_first(self, quantity):
        self.returned = self._return_part(self.deliveries[0], quantity)

    def step_again(self, quantity):
        self._return_part(self.returned, quantity)

    def step_bill(self, quantity=None):
        draft = self._invoice(self.order)
        if quantity is not None:
            self._product_lines(draft).quantity = quantity
        draft.action_post()
        if draft.move_type == "out_invoice":
            self.invoices.append(draft)

    def step_credit(self, quantity, **values):
        self._credit(self.invoices[-1], {self.part: quantity}, **values)

    def step_credit_first(self, quantity):
        self._credit(self.invoices[0], {self.part: quantity})

    def step_refund(self, quantity):
        self.step_credit(quantity, fsm_work="refund")

    def _run(self, scenario, part):
        """Do all steps of ``scenario``."""
        self.part = part
        self.order = self._create_order(hours=0, parts=0)
        self.deliveries = []
        self.invoices = []
        for step in scenario.split(", "):
            name, *numbers = step.split(" ")
            getattr(self, f"step_{name}")(*map(float, numbers))

    def _get_value_left(self):
        """:return: value of the parts that left stock for the order, net of returns"""
        return sum(
            part.value if part.is_out else -part.value for part in self.order.part_ids
        )

    def _get_stock_account_change(self):
        """:return: what all entries about the part made of the stock account, by SQL"""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT COALESCE(SUM(line.balance), 0)
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
             WHERE line.product_id = %s
               AND line.account_id = %s
               AND move.state = 'posted'
            """,
            [self.part.id, self.company.account_stock_valuation_id.id],
        )
        return float(self.env.cr.fetchone()[0])

    def _assert_scenarios(self, cost_method, names):
        for name in names:
            part = self._create_valued_part(cost_method)
            with self.subTest(name):
                self._run(SCENARIOS[name], part)
                self.assertNotEqual(self.order.billing_status, "to_invoice")
                left = self._get_value_left()
                self.assertAlmostEqual(
                    self._cost(self.order.invoice_ids), left, msg=name
                )
                self.assertAlmostEqual(
                    self._get_stock_account_change(), -left, msg=name
                )

    def test_fifo(self):
        self._assert_scenarios("fifo", SCENARIOS)

    def test_average(self):
        self._assert_scenarios("average", WITHOUT_LAYERS)

    def test_standard(self):
        self._assert_scenarios("standard", WITHOUT_LAYERS)
