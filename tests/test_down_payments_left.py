from odoo.tests import tagged

from .quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestDownPaymentsLeft(QuotationCommon):
    """What is left of a down payment goes by the service orders there are now."""

    def _sell_with_rest(self):
        """:return: a sale of 500.00; 150.00 are left of its down payment

        The credit note is of the whole quantity, which leaves nothing by Odoo's rule.
        """
        sale = self._confirm_quotation(self.sold_at_once)
        credit = self._reverse(self._pay_in_advance(sale, 230))
        self._product_lines(credit).price_unit = 50
        credit.action_post()
        self.assertEqual(self._get_advances(sale).qty_invoiced, 0)
        return sale

    def _get_advances(self, sale):
        return sale.order_line.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )

    def _join(self, sale, **values):
        order = self._create_order(hours=0, parts=0, done=False, **values)
        self.assertEqual(self._get_advances(sale).qty_invoiced, 1)
        return order.with_user(self.dispatcher)

    def test_sale_that_its_order_leaves_is_odoos_again(self):
        sale, other = self._sell_with_rest(), self._sell_with_rest()
        order = self._join(sale, sale_id=sale.id)
        order.sale_id = other
        self.assertEqual(self._get_advances(sale).qty_invoiced, 0)
        self.assertEqual(self._get_advances(other).qty_invoiced, 1)
        order.sale_id = False
        self.assertEqual(self._get_advances(other).qty_invoiced, 0)

    def test_sale_whose_line_is_left_is_odoos_again(self):
        sale = self._sell_with_rest()
        order = self._join(sale, sale_line_id=sale.order_line[0].id)
        order.sale_line_id = False
        self.assertEqual(self._get_advances(sale).qty_invoiced, 0)

    def test_sale_whose_order_is_deleted_is_odoos_again(self):
        sale = self._sell_with_rest()
        order = self._join(sale, sale_id=sale.id)
        order.sudo().unlink()
        self.assertEqual(self._get_advances(sale).qty_invoiced, 0)

    def test_sale_that_one_of_two_orders_leaves_stays_ours(self):
        sale = self._sell_with_rest()
        order = self._join(sale, sale_id=sale.id)
        self._join(sale, sale_id=sale.id)
        order.sale_id = False
        self.assertEqual(self._get_advances(sale).qty_invoiced, 1)
