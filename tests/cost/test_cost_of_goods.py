from odoo.fields import Command
from odoo.tests import tagged

from ..cost_common import CostCommon


@tagged("post_install", "-at_install")
class TestCostOfGoods(CostCommon):
    """With perpetual valuation, posting books what was delivered, at its value."""

    def test_standard_cost_is_that_of_the_delivery(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard)
        self.standard.standard_price = 55
        invoice = self._post_invoice(order)
        self.assertEqual(self._cost(invoice), 80)

    def test_average_cost_is_that_of_the_delivery(self):
        self._receive(self.average, 10, 40)
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.average)
        self._receive(self.average, 8, 60)
        self.assertEqual(self.average.standard_price, 50)
        invoice = self._post_invoice(order)
        self.assertEqual(self._cost(invoice), 80)

    def test_fifo_cost_is_that_of_the_delivery(self):
        self._receive(self.fifo, 1, 30)
        self._receive(self.fifo, 10, 70)
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.fifo)
        self._use_part(self._create_order(), 3, product=self.fifo)
        invoice = self._post_invoice(order)
        self.assertEqual(self._cost(invoice), 100)

    def test_cost_nets_what_came_back(self):
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 3, product=self.standard)
        self._return_part(move, 1)
        self.standard.standard_price = 55
        invoice = self._post_invoice(order)
        self.assertEqual(self._cost(invoice), 80)

    def test_cost_of_a_second_invoice_is_its_own(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard)
        first = self._post_invoice(order)
        self.standard.standard_price = 55
        self._use_part(order, 1, product=self.standard)
        second = self._post_invoice(order)
        self.assertEqual((self._cost(first), self._cost(second)), (80, 55))

    def test_quantity_edited_on_the_draft_keeps_the_cost_of_what_was_used(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 3, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice).quantity = 2
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 200)
        self.assertEqual(self._cost(invoice), 120)

    def test_parts_given_away_by_a_quantity_of_zero_book_their_cost(self):
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, 3, product=self.standard)
        invoice = self._invoice(order)
        self._product_lines(invoice)[1].quantity = 0
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed, 60)
        self.assertEqual(self._cost(invoice), 120)
        invoice.button_draft()
        self.assertEqual(self._cost(invoice), 0)

    def test_many_parts_of_less_than_a_cent_book_their_cost(self):
        screw = self._create_valued_part("average", price=0.5)
        self._receive(screw, 1000, 0.004)
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1000, product=screw)
        invoice = self._post_invoice(order)
        self.assertEqual(self._cost(invoice), 4)
        self.assertEqual(self._cost(self._credit(invoice)), -4)

    def test_part_under_warranty_books_its_cost(self):
        order = self._create_order(hours=1, parts=0)
        self._use_part(order, 2, product=self.standard).billing_mode = "warranty"
        invoice = self._post_invoice(order)
        self.assertEqual(invoice.amount_untaxed, 60)
        self.assertEqual(self._cost(invoice), 80)

    def test_cost_of_dozens_is_the_value_delivered(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=self.standard, unit=self.uom_dozen)
        self.standard.standard_price = 55
        invoice = self._post_invoice(order)
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
        self.assertEqual(self._cost(self._credit(invoice)), -40 - 55)

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
        credit = self._post_invoice(order)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(self._cost(credit), -40)

    def test_part_billed_again_books_its_cost_once_more(self):
        invoice = self._post(self.standard, 2)
        self._reverse(invoice).action_post()
        self.standard.standard_price = 55
        again = self._post_invoice(invoice.sudo().fsm_order_ids)
        self.assertEqual(self._cost(again), 80)

    def test_reset_and_post_again_books_the_cost_once(self):
        invoice = self._post(self.standard, 2)
        invoice.button_draft()
        self.assertEqual(self._cost(invoice), 0)
        self.standard.standard_price = 55
        invoice.action_post()
        self.assertEqual(self._cost(invoice), 80)
