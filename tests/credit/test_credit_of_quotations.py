from odoo.tests import tagged

from ..credit_common import CreditCommon
from ..quotation_common import QuotationCommon


@tagged("post_install", "-at_install")
class TestCreditOfQuotations(CreditCommon, QuotationCommon):
    """Lines of quotations: credited in parts, and billed again or not."""

    def _bill_sold(self, price, product=None):
        """:return: the sale of one service at ``price``, its order, and its invoice"""
        self.sold_at_once.lst_price = price
        sale = self._confirm_quotation(product or self.sold_at_once)
        order = self._create_order(hours=0, parts=0, sale_id=sale.id)
        invoice = self._invoice_of(order)
        invoice.action_post()
        return sale, order, invoice

    # --- parts of a line ---
    def test_line_credited_in_quarters_comes_to_the_line(self):
        for price in (100.01, 99.99, 0.03, 33.5):
            for work in ("refund", "bill_again"):
                with self.subTest(price=price, work=work):
                    _sale, _order, invoice = self._bill_sold(price)
                    credits = [
                        self._confirm(invoice, {self.sold_at_once: (0.25, work)})
                        for _quarter in range(4)
                    ]
                    for name in ("amount_untaxed", "amount_total"):
                        self.assertAlmostEqual(
                            sum(credit[name] for credit in credits), invoice[name]
                        )
                    self.assertEqual(invoice.amount_residual, 0)

    def test_line_billed_again_in_quarters_comes_to_the_line(self):
        for price in (100.01, 99.99, 33.5):
            with self.subTest(price=price):
                sale, order, invoice = self._bill_sold(price)
                for _quarter in range(4):
                    self._confirm(invoice, {self.sold_at_once: (0.25, "bill_again")})
                    self._invoice_of(order).action_post()
                moves = sale.invoice_ids | sale.invoice_ids.reversal_move_ids
                self.assertAlmostEqual(
                    sum(moves.mapped("amount_untaxed_signed")), price
                )
                self.assertAlmostEqual(
                    sum(moves.mapped("amount_total_signed")), sale.amount_total
                )

    # --- Odoo's own credit note ---
    def test_refund_chosen_on_a_draft_is_not_invoiced_again(self):
        sale, order, invoice = self._bill_sold(500)
        credit = self._reverse(invoice)
        self._product_lines(credit).sudo().fsm_credit_work = "refund"
        self.assertEqual(sale.order_line.qty_to_invoice, 0)
        credit.action_post()
        self.assertEqual(sale.order_line.qty_to_invoice, 0)
        self.assertEqual(order.billing_status, "credited")

    def test_price_corrected_on_a_draft_is_not_invoiced_again(self):
        sale, order, invoice = self._bill_sold(500)
        credit = self._reverse(invoice)
        self._product_lines(credit).price_unit = 400
        credit.action_post()
        self.assertEqual(sale.order_line.qty_to_invoice, 0)
        self.assertEqual(order.billing_status, "partial")

    def test_bill_again_chosen_after_all_is_invoiced_again(self):
        sale, _order, invoice = self._bill_sold(500)
        credit = self._reverse(invoice)
        line = self._product_lines(credit).sudo()
        line.fsm_credit_work = "refund"
        line.fsm_credit_work = "bill_again"
        credit.action_post()
        self.assertEqual(sale.order_line.qty_to_invoice, 1)
