from odoo.exceptions import UserError
from odoo.tests import tagged

from ..quotation_common import QuotationCommon


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

    # --- where nothing of the quotation is to be billed ---
    def test_rest_is_deducted_from_extra_work(self):
        sale = self._confirm_quotation(*[self.service_per_line] * 2)
        self._pay_in_advance(sale, 460)
        first, second = sale.fsm_order_ids.sorted("id")
        first.action_complete()
        self._invoice_of(first).action_post()  # leaves 100.00
        self.assertNotEqual(first.billing_status, "to_invoice")
        self._use_part(first, 2)
        extra = self._invoice_of(first)
        self.assertEqual(extra.amount_untaxed, 200 - 100)
        extra.action_post()
        self.assertFalse(sale.fsm_down_payment_left)
        second.action_complete()
        self.assertEqual(self._invoice_of(second).amount_untaxed, 300)

    def test_extra_work_deducts_no_more_than_it_comes_to(self):
        sale = self._confirm_quotation(*[self.service_per_line] * 2)
        self._pay_in_advance(sale, 575)
        first, second = sale.fsm_order_ids.sorted("id")
        first.action_complete()
        self._invoice_of(first).action_post()  # leaves 200.00
        self._use_part(first, 1)
        self.assertEqual(self._invoice_of(first).amount_untaxed, 0)
        second.action_complete()
        self.assertEqual(self._invoice_of(second).amount_untaxed, 300 - 100)

    def test_extra_work_of_two_orders_shares_the_rest(self):
        sale = self._confirm_quotation(*[self.service_per_line] * 2)
        orders = sale.fsm_order_ids.sorted("id")
        orders.action_complete()
        for order in orders:
            self._invoice_of(order).action_post()
        self._pay_in_advance(sale, 172.5)
        for order in orders:
            self._use_part(order, 1)
        invoices = orders.with_user(self.clerk)._create_invoices()
        self.assertEqual(sorted(invoices.mapped("amount_untaxed")), [0, 50])

    def test_down_payment_alone_is_nothing_to_bill(self):
        sale = self._confirm_quotation(*[self.service_per_line] * 2)
        self._pay_in_advance(sale, 460)
        first = sale.fsm_order_ids.sorted("id")[0]
        first.action_complete()
        self._invoice_of(first).action_post()
        self.assertNotEqual(first.billing_status, "to_invoice")
        with self.assertRaises(UserError):
            first.with_user(self.clerk).action_create_invoice()

    def test_returned_extra_work_deducts_nothing(self):
        sale = self._confirm_quotation(*[self.service_per_line] * 2)
        self._pay_in_advance(sale, 690)
        first = sale.fsm_order_ids.sorted("id")[0]
        part = self._use_part(first, 2)
        first.action_complete()
        self._invoice_of(first).action_post()  # leaves 100.00
        self.assertTrue(sale.fsm_down_payment_left)
        self._return_part(part, 1)
        credit = self._invoice_of(first)
        self.assertEqual((credit.move_type, credit.amount_untaxed), ("out_refund", 100))
