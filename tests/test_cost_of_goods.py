from odoo.fields import Command
from odoo.tests import tagged

from .common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestCostOfGoods(InvoicingCommon):
    """With perpetual valuation, posting books what was delivered, at its value."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier_location = cls.env.ref("stock.stock_location_suppliers")
        cls.standard, cls.average, cls.fifo = (
            cls._create_valued_part(method)
            for method in ("standard", "average", "fifo")
        )

    @classmethod
    def _create_valued_part(cls, cost_method):
        category = cls.env["product.category"].create(
            {
                "name": f"Perpetual {cost_method}",
                "property_valuation": "real_time",
                "property_cost_method": cost_method,
            }
        )
        part = cls._create_part(
            f"Valve {cost_method}", 100.0, 40.0, categ_id=category.id
        )
        if cost_method == "standard":
            cls._stock_up(part)
        return part

    @classmethod
    def _receive(cls, part, quantity, price):
        move = cls.env["stock.move"].create(
            {
                "product_id": part.id,
                "product_uom_qty": quantity,
                "product_uom": part.uom_id.id,
                "location_id": cls.supplier_location.id,
                "location_dest_id": cls.warehouse.lot_stock_id.id,
                "picking_type_id": cls.warehouse.in_type_id.id,
                "price_unit": price,
                "value_manual": price * quantity,
            }
        )
        move._action_confirm()
        move.quantity = quantity
        move.picked = True
        move._action_done()

    def _post(self, part, quantity=1):
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, quantity, product=part)
        invoice = self._invoice(order)
        invoice.action_post()
        return invoice

    def _cost(self, move):
        """:return: what the document books as cost of goods; negative on a credit"""
        expense = self.company_data["default_account_expense"]
        lines = move.sudo().line_ids.filtered(lambda line: line.display_type == "cogs")
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0)
        return sum(
            lines.filtered(
                lambda line: (
                    line.account_id.account_type.startswith("expense")
                    or line.account_id == expense
                )
            ).mapped("balance")
        )

    def test_standard_cost_is_that_of_the_delivery(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard)
        self.standard.standard_price = 55
        invoice = self._invoice(order)
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 80)

    def test_average_cost_is_that_of_the_delivery(self):
        self._receive(self.average, 10, 40)
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.average)
        self._receive(self.average, 8, 60)
        self.assertEqual(self.average.standard_price, 50)
        invoice = self._invoice(order)
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 80)

    def test_fifo_cost_is_that_of_the_delivery(self):
        self._receive(self.fifo, 1, 30)
        self._receive(self.fifo, 10, 70)
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.fifo)
        self._use_part(self._create_order(), 3, product=self.fifo)
        invoice = self._invoice(order)
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 100)

    def test_cost_nets_what_came_back(self):
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 3, product=self.standard)
        self._return_part(move, 1)
        self.standard.standard_price = 55
        invoice = self._invoice(order)
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 80)

    def test_cost_of_a_second_invoice_is_its_own(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard)
        first = self._invoice(order)
        first.action_post()
        self.standard.standard_price = 55
        self._use_part(order, 1, product=self.standard)
        second = self._invoice(order)
        second.action_post()
        self.assertEqual((self._cost(first), self._cost(second)), (80, 55))

    def test_quantity_edited_on_the_draft_keeps_the_cost_of_what_was_used(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 3, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice).quantity = 2
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 200)
        self.assertEqual(self._cost(invoice), 120)

    def test_quantity_zero_on_the_draft_can_be_posted(self):
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, 3, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice)[1].quantity = 0
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 60)
        self.assertEqual(self._cost(invoice), 0)

    def test_part_under_warranty_books_its_cost(self):
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, 2, product=self.standard).billing_mode = "warranty"
        invoice = self._invoice(order)
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 60)
        self.assertEqual(self._cost(invoice), 80)

    def test_cost_of_dozens_is_the_value_delivered(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard, unit=self.uom_dozen)
        self.standard.standard_price = 55
        invoice = self._invoice(order)
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 24 * 40)

    def test_line_added_by_hand_books_the_cost_of_today(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1, product=self.standard)
        self.standard.standard_price = 55
        invoice = self._invoice(order)
        invoice.invoice_line_ids = [
            Command.create({"product_id": self.standard.id, "quantity": 1})
        ]
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 40 + 55)

    def test_credit_note_takes_back_the_cost_booked(self):
        invoice = self._post(self.standard, 2)
        self.standard.standard_price = 55
        credit = self._reverse(invoice)
        credit.action_post()
        self.assertEqual(self._cost(credit), -80)

    def test_partial_credit_note_takes_back_its_share(self):
        invoice = self._post(self.standard, 4)
        self.standard.standard_price = 55
        credit = self._reverse(invoice)
        self._product_lines(credit)[1].quantity = 1
        credit.action_post()
        self.assertEqual(self._cost(credit), -40)

    def test_credit_note_of_an_edited_line_takes_back_all_of_it(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 3, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice).quantity = 2
        invoice.action_post()
        credit = self._reverse(invoice)
        credit.action_post()
        self.assertEqual(self._cost(credit), -120)

    def test_return_after_billing_takes_back_the_cost_delivered(self):
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 2, product=self.standard)
        self._invoice(order).action_post()
        self.standard.standard_price = 55
        self._return_part(move, 1)
        credit = self._invoice(order)
        credit.action_post()
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(self._cost(credit), -40)

    def test_part_billed_again_books_its_cost_once_more(self):
        invoice = self._post(self.standard, 2)
        self._reverse(invoice).action_post()
        self.standard.standard_price = 55
        again = self._invoice(invoice.sudo().fsm_order_ids)
        again.action_post()
        self.assertEqual(self._cost(again), 80)

    def test_reset_and_post_again_books_the_cost_once(self):
        invoice = self._post(self.standard, 2)
        invoice.button_draft()
        self.assertEqual(self._cost(invoice), 0)
        self.standard.standard_price = 55
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 80)
