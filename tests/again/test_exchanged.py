from odoo.fields import Command
from odoo.tests import tagged

from ..credit_common import CreditCommon
from ..parts_common import PartsCommon
from ..prices_common import PricesCommon


@tagged("post_install", "-at_install")
class TestExchanged(PricesCommon, PartsCommon, CreditCommon):
    """*Return for Exchange*: a replacement has the price of what it replaces."""

    def _exchange(self, move, quantity=1):
        """:return: the transfers of the return and of the replacement, not validated"""
        before = self.env["stock.picking"].search([])
        dialog = self._open_return(move.picking_id, quantity=quantity)
        dialog.action_create_exchanges()
        made = self.env["stock.picking"].search([]) - before
        back = made.filtered("move_ids.origin_returned_move_id")
        return back, made - back

    def _get_lines(self, move):
        return [
            (line.quantity, line.price_unit, line.discount)
            for line in self._product_lines(move)
        ]

    def _bill(self, order):
        """:return: the document made of what is open, posted, as the preview said"""
        document = self._assert_preview_is_invoice(order)
        document.action_post()
        return document

    def test_replacement_of_what_is_billed_again_has_its_price(self):
        order, move = self._deliver_and_bill()
        self.pump.lst_price = 300
        for picking in self._exchange(move):
            self._validate(picking)
        self._assert_nothing_open(order)
        self._credit(order.invoice_ids)
        self.assertEqual(self._get_lines(self._bill(order)), [(2, 100, 0)])

    def test_replacement_of_what_is_billed_again_has_the_price_of_today_if_chosen(self):
        order, move = self._deliver_and_bill()
        self.pump.lst_price = 300
        for picking in self._exchange(move):
            self._validate(picking)
        self._credit(order.invoice_ids)
        order.with_user(self.clerk).billing_again_price = "today"
        self.assertEqual(self._get_lines(self._bill(order)), [(2, 300, 0)])

    def test_replacement_that_comes_first_has_the_price_of_what_it_replaces(self):
        order, move = self._deliver_and_bill()
        self.pump.lst_price = 300
        back, replacement = self._exchange(move)
        self._validate(replacement)
        self.assertEqual(self._get_lines(self._bill(order)), [(1, 100, 0)])
        self._validate(back)
        credit = self._bill(order)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(self._get_lines(credit), [(1, 100, 0)])
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 0)

    def test_replacement_that_comes_last_has_the_price_of_what_it_replaces(self):
        order, move = self._deliver_and_bill(1)
        self.pump.lst_price = 300
        back, replacement = self._exchange(move)
        self._validate(back)
        self.assertEqual(self._bill(order).amount_untaxed, 100)
        self._validate(replacement)
        self.assertEqual(self._get_lines(self._bill(order)), [(1, 100, 0)])

    def test_replacement_has_the_discount_of_what_it_replaces(self):
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 2)
        invoice = self._create_invoice(order)
        line = self._product_lines(invoice)
        invoice.invoice_line_ids = [Command.update(line.id, {"discount": 50})]
        invoice.action_post()
        back, replacement = self._exchange(move)
        self._validate(replacement)
        self.assertEqual(self._get_lines(self._bill(order)), [(1, 100, 50)])
        self._validate(back)
        self.assertEqual(self._bill(order).amount_untaxed, 50)

    def test_replacement_has_the_price_that_a_credit_note_left(self):
        order, move = self._deliver_and_bill()
        self._confirm(order.invoice_ids, {self.pump: (40, "price")})
        _back, replacement = self._exchange(move)
        self._validate(replacement)
        self.assertEqual(self._get_lines(self._bill(order)), [(1, 80, 0)])

    def test_replacement_of_a_replacement_has_the_price_of_the_first(self):
        order, move = self._deliver_and_bill()
        _back, replacement = self._exchange(move)
        self._validate(replacement)
        self._bill(order)
        self.pump.lst_price = 300
        _back, other = self._exchange(replacement.move_ids)
        self._validate(other)
        self.assertEqual(self._get_lines(self._bill(order)), [(1, 100, 0)])

    def test_part_that_goes_out_again_has_the_price_it_had(self):
        order, move = self._deliver_and_bill()
        back = self._return(move)
        self._bill(order)
        self.pump.lst_price = 300
        self._return(back)
        self.assertEqual(self._get_lines(self._bill(order)), [(1, 100, 0)])

    def test_replacement_for_another_customer_has_the_price_of_today(self):
        order, move = self._deliver_and_bill()
        self.pump.lst_price = 300
        order.with_user(self.clerk).bill_to_id = self.env["res.partner"].create(
            {"name": "Insurer"}
        )
        _back, replacement = self._exchange(move)
        self._validate(replacement)
        self.assertEqual(self._get_lines(self._bill(order)), [(1, 300, 0)])

    def test_replacement_of_what_was_never_billed_has_the_price_of_the_list(self):
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(order, 2)
        for picking in self._exchange(move):
            self._validate(picking)
        self.pump.lst_price = 300
        self.assertEqual(self._get_lines(self._bill(order)), [(2, 300, 0)])
