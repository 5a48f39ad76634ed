from odoo.tests import tagged

from .e_invoice_common import EInvoiceCommon


@tagged("post_install", "-at_install")
class TestEInvoiceRules(EInvoiceCommon):
    """Every kind of document passes the rules of the authorities, in every format."""

    # --- invoices ---
    def test_hours_and_parts_are_valid(self):
        self.assertValid(self._post_invoice(self._create_order(hours=1.25, parts=2)))

    def test_several_orders_and_sites_are_valid(self):
        first = self._create_order(customer_reference="PO-1")
        second = self._create_order(
            location_id=self._create_second_site().id, customer_reference="PO-2"
        )
        self.assertValid(self._post_together(first, second))

    def test_typed_line_without_product_is_valid(self):
        self.assertValid(self._post_with_typed_line())

    def test_discount_is_valid(self):
        order = self._create_order(hours=1.25, parts=3)
        invoice = self._invoice(order)
        self._product_lines(invoice).discount = 12.5
        invoice.action_post()
        self.assertValid(invoice)

    def test_work_at_zero_is_valid(self):
        order = self._create_order(hours=1, parts=1)
        invoice = self._invoice(order)
        self._product_lines(invoice)[0].price_unit = 0
        self._product_lines(invoice)[1].discount = 100
        invoice.action_post()
        self.assertValid(invoice)

    def test_negative_line_of_a_quotation_is_valid(self):
        bonus = self._create_service("Bonus", -50.0, invoice_policy="order")
        sale = self._confirm_quotation(self.service_per_sale, bonus)
        sale.fsm_order_ids.action_complete()
        invoice = self._invoice_of(sale.fsm_order_ids)
        self.assertTrue(
            invoice.invoice_line_ids.filtered(lambda line: line.price_subtotal < 0)
        )
        invoice.action_post()
        self.assertValid(invoice)

    # --- down payments ---
    def _bill_after_down_payment(self):
        """:return: the down payment and the final invoice of a quotation"""
        sale = self._confirm_quotation(self.service_per_line)
        advance = self._pay_in_advance(sale, 120)
        sale.fsm_order_ids.action_complete()
        invoice = self._invoice_of(sale.fsm_order_ids)
        invoice.action_post()
        return advance, invoice

    def test_down_payment_and_its_deduction_are_valid(self):
        advance, invoice = self._bill_after_down_payment()
        self.assertEqual(invoice.amount_total, 240)
        self.assertValid(advance | invoice)

    def test_credit_of_a_down_payment_is_valid(self):
        sale = self._confirm_quotation(self.service_per_line)
        self.assertValid(self._credit(self._pay_in_advance(sale, 120)))

    def test_credit_of_a_final_invoice_is_valid(self):
        _advance, invoice = self._bill_after_down_payment()
        self.assertValid(self._credit(invoice))

    # --- credit notes ---
    def test_credit_in_full_is_valid(self):
        self.assertValid(self._confirm(self._post_invoice(self._create_order())))

    def test_credit_in_part_is_valid(self):
        invoice = self._post_invoice(self._create_order())
        self.assertValid(self._confirm(invoice, {self.labor: 1.5}))

    def test_credit_by_price_is_valid(self):
        invoice = self._post_invoice(self._create_order(hours=2, parts=3))
        self.assertValid(self._confirm(invoice, {self.pump: (12.34, "price")}))

    def test_credit_of_a_typed_line_is_valid(self):
        self.assertValid(self._confirm(self._post_with_typed_line()))

    # --- both roundings ---
    def test_taxes_rounded_on_the_document_are_valid(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.labor.lst_price = 33.33
        invoice = self._post_invoice(self._create_order(hours=1.25, parts=1))
        credit = self._confirm(invoice, {self.labor: 0.75})
        self.assertValid(invoice | credit)
