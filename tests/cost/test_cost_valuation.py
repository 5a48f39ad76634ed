from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..cost_common import CostCommon


@tagged("post_install", "-at_install")
class TestCostValuation(CostCommon):
    """How stock is valued decides what an invoice books as cost."""

    # --- periodic ---
    def test_periodic_valuation_books_nothing(self):
        for method in ("standard", "average", "fifo"):
            part = self._create_valued_part(method, "periodic")
            self._receive(part, 5, 30)
            invoice = self._post(part, 2)
            credit = self._credit(invoice, {part: 1})
            self.assertNotIn(
                "cogs", (invoice | credit).sudo().line_ids.mapped("display_type")
            )

    # --- lots ---
    def _create_lots(self, cost_method, *prices):
        """:return: a part valued by lot, and a lot of 5 for each of ``prices``"""
        part = self._create_valued_part(cost_method, tracking="lot", lot_valuated=True)
        lots = self.env["stock.lot"].create(
            [{"name": f"L{price}", "product_id": part.id} for price in prices]
        )
        for lot, price in zip(lots, prices, strict=True):
            self._receive(part, 5, price, lot=lot)
        return part, lots

    def _use_lot(self, order, part, lot, quantity):
        """Deliver ``quantity`` of ``lot``; return the move."""
        places = {
            "location_id": self.warehouse.lot_stock_id.id,
            "location_dest_id": self.env.ref("stock.stock_location_customers").id,
        }
        move = self.env["stock.move"].create(
            {
                "product_id": part.id,
                "product_uom_qty": quantity,
                "product_uom": part.uom_id.id,
                "fsm_order_id": order.id,
                "picking_type_id": self.warehouse.out_type_id.id,
                **places,
            }
        )
        move._action_confirm()
        move.move_line_ids = [
            Command.clear(),
            Command.create(
                {
                    "product_id": part.id,
                    "lot_id": lot.id,
                    "quantity": quantity,
                    **places,
                }
            ),
        ]
        move.picked = True
        move._action_done()
        return move

    def test_cost_of_a_lot_is_its_own(self):
        for method in ("average", "fifo"):
            part, lots = self._create_lots(method, 30, 50)
            order = self._create_order(hours=0, parts=0)
            self._use_lot(order, part, lots[1], 2)
            invoice = self._post_invoice(order)
            self.assertEqual(self._cost(invoice), 100, method)
            self.assertEqual(self._cost(self._credit(invoice, {part: 1})), -50)

    def test_cost_of_two_lots_on_one_line(self):
        part, lots = self._create_lots("average", 30, 50)
        order = self._create_order(hours=0, parts=0)
        self._use_lot(order, part, lots[0], 1)
        self._use_lot(order, part, lots[1], 3)
        self.assertEqual(self._cost(self._post_invoice(order)), 30 + 150)

    # --- places with a valuation account of their own ---
    def _value_customers(self):
        """Let deliveries book the cost by themselves; return the account."""
        account = self.copy_account(self.company_data["default_account_expense"])
        customers = self.env.ref("stock.stock_location_customers")
        customers.with_company(self.company).valuation_account_id = account
        return account

    def _get_expensed(self, part):
        """:return: balances of ``part`` on accounts other than sales, by SQL"""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT account.account_type, SUM(line.balance)
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN account_move move ON move.id = line.move_id
             WHERE line.product_id = %s
               AND move.state = 'posted'
               AND account.account_type NOT LIKE 'income%%'
          GROUP BY account.account_type
            """,
            [part.id],
        )
        return {kind: float(balance) for kind, balance in self.env.cr.fetchall()}

    def test_delivery_that_booked_the_cost_is_not_expensed_twice(self):
        self._value_customers()
        for mode in ("billable", "warranty"):
            part = self._create_valued_part("standard")
            order = self._create_order(hours=1, parts=0)
            self._use_part(order, 2, product=part).billing_mode = mode
            invoice = self._post_invoice(order)
            self.assertEqual(self._cost(invoice), 0)
            self.assertEqual(
                self._get_expensed(part), {"asset_current": -80, "expense": 80}, mode
            )

    def test_return_that_booked_the_cost_is_not_taken_back_twice(self):
        self._value_customers()
        part = self._create_valued_part("standard")
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 3, product=part)
        self._post_invoice(order)
        self._return_part(move, 1)
        self._post_invoice(order)
        self.assertEqual(
            self._get_expensed(part), {"asset_current": -80, "expense": 80}
        )

    def test_credit_leaves_the_cost_that_the_delivery_booked(self):
        self._value_customers()
        part = self._create_valued_part("standard")
        invoice = self._post(part, 2)
        self._credit(invoice)
        self.assertEqual(
            self._get_expensed(part), {"asset_current": -80, "expense": 80}
        )

    def test_only_what_no_delivery_booked_is_booked_by_the_invoice(self):
        part = self._create_valued_part("standard")
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1, product=part)
        self._value_customers()
        self._use_part(order, 2, product=part)
        invoice = self._post_invoice(order)
        self.assertEqual(self._product_lines(invoice).quantity, 3)
        self.assertEqual(self._cost(invoice), 40)
        self.assertEqual(
            self._get_expensed(part), {"asset_current": -120, "expense": 120}
        )

    # --- currencies ---
    def test_cost_of_an_invoice_in_another_currency(self):
        currency = self.setup_other_currency(
            "EUR", rates=[("2016-01-01", 2.0), (fields.Date.today(), 4.0)]
        )
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        self._receive(self.fifo, 1, 30)
        self._receive(self.fifo, 9, 70)
        invoice = self._post(self.fifo, 3)
        self.assertEqual(invoice.currency_id, currency)
        self.assertEqual(self._cost(invoice), 170)
        self.assertEqual(self._cost(self._credit(invoice)), -170)

    # --- entries ---
    def test_cost_is_booked_on_the_accounts_of_the_product(self):
        expense = self.copy_account(self.company_data["default_account_expense"])
        self.standard.property_account_expense_id = expense
        invoice = self._post(self.standard, 2)
        lines = invoice.sudo().line_ids.filtered(
            lambda line: line.display_type == "cogs"
        )
        self.assertRecordValues(
            lines.sorted("balance"),
            [
                {
                    "account_id": self.company.account_stock_valuation_id.id,
                    "balance": -80,
                },
                {"account_id": expense.id, "balance": 80},
            ],
        )
