from odoo.exceptions import UserError
from odoo.tests import tagged

from ..documents_common import DocumentsCommon

PROFORMA = "fieldservice_invoicing.report_proforma"


@tagged("post_install", "-at_install")
class TestProforma(DocumentsCommon):
    """What an order will come to, on paper, before it is invoiced."""

    def test_figures_are_those_of_the_invoice(self):
        order = self._create_report_order()
        order.part_ids.billing_mode = "warranty"
        text = self._find(self._print(PROFORMA, order), "prices")
        self.assertIn("100.00", text)  # discount of the warranty, and its price
        invoice = self._invoice(order)
        for amount in ("amount_untaxed", "amount_tax", "amount_total"):
            self.assertIn(f"{invoice[amount]:.2f}", text)

    def test_pdf_names_order_site_customer_and_terms(self):
        order = self._create_report_order()
        term = self.env.ref("account.account_payment_term_30days")
        self.customer.with_company(self.company).property_payment_term_id = term
        text = " ".join(self._print_pdf(PROFORMA, order))
        for words in (
            f"Pro-forma Invoice {order.name}",
            "Heating Cooperative",
            "Boiler street 7",
            "PO-77",
            "454.25",
            term.name,
            "This is not an invoice.",
        ):
            self.assertIn(words, text)

    def test_order_that_is_not_done_has_one_too(self):
        order = self._create_order(done=False)
        self.assertIn("253.00", self._text(self._print(PROFORMA, order)))

    def test_nothing_is_left_to_invoice(self):
        order = self._create_report_order()
        invoice = self._post_invoice(order)
        with self.assertRaisesRegex(UserError, invoice.name):
            self._print(PROFORMA, order)

    def test_missing_price_is_named(self):
        self.pump.lst_price = 0
        order = self._create_report_order()
        with self.assertRaisesRegex(UserError, "no price"):
            self._print(PROFORMA, order)

    def test_it_writes_nothing(self):
        order = self._create_report_order()
        self._print(PROFORMA, order)
        self.assertFalse(order.invoice_ids)
        self.assertEqual(order.billing_status, "to_invoice")
