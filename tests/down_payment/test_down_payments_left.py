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

    # --- a quotation that is not confirmed any more ---
    def _sell_in_advance(self):
        sale = self._confirm_quotation(self.service_per_line)
        invoice = self._pay_in_advance(sale, 230)
        return sale, invoice, sale.fsm_order_ids.with_user(self.clerk)

    def test_down_payment_of_a_cancelled_sale_is_said(self):
        sale, invoice, order = self._sell_in_advance()
        self.assertIn("still to be deducted", order.down_payment_left)
        sale._action_cancel()
        self._log_hours(order.sudo(), 2)
        order.sudo().action_complete()
        for text in (order.down_payment_left, sale.fsm_down_payment_left):
            self.assertIn(
                f"230.00 of the down payment on {invoice.name} is deducted from no "
                f"invoice, as quotation {sale.name} is not confirmed. Credit "
                f"{invoice.name}",
                text.replace("\N{NO-BREAK SPACE}", " "),
            )
        self.assertEqual(self._invoice(order).amount_untaxed, 120)
        self.assertTrue(order.down_payment_left)
        self._credit(invoice)
        self.assertFalse(order.down_payment_left)

    def test_down_payment_of_a_sale_confirmed_again_is_deducted(self):
        sale, _invoice, order = self._sell_in_advance()
        sale._action_cancel()
        sale.action_draft()
        self.assertIn("is not confirmed", order.down_payment_left)
        sale.action_confirm()
        self.assertIn("still to be deducted", order.down_payment_left)

    def test_down_payment_that_is_deducted_is_not_said_of_a_cancelled_sale(self):
        sale, _invoice, order = self._sell_in_advance()
        order.sudo().action_complete()
        final = self._invoice_of(order)
        final.action_post()
        sale._action_cancel()
        self.assertFalse(order.down_payment_left)

    def test_cancelled_sale_without_a_down_payment_says_nothing(self):
        sale = self._confirm_quotation(self.service_per_line)
        sale._action_cancel()
        self.assertFalse(sale.fsm_order_ids.down_payment_left)

    def test_down_payment_of_a_cancelled_sale_of_nobody_is_up_to_odoo(self):
        sale = self._confirm_quotation(self.sold_at_once)
        self._pay_in_advance(sale, 230)
        sale._action_cancel()
        self.assertFalse(sale.fsm_down_payment_left)

    # --- by the service orders there are ---
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
        # it was paid in advance, and so much is left to deduct again
        self.assertEqual((credit.move_type, credit.amount_untaxed), ("out_refund", 0))
        credit.action_post()
        self.assertIn("230.00", sale.fsm_down_payment_left)
