from odoo.tests import tagged

from .e_invoice_common import FACTUR_X, EInvoiceCommon


@tagged("post_install", "-at_install")
class TestEInvoiceTerms(EInvoiceCommon):
    """What is agreed of payment, currency and taxes leaves documents valid."""

    # --- early payment ---
    def _post_with_early_payment(self, kind):
        """:return: the posted invoice of an order, with 2 % off for early payment"""
        term = self._create_early_term()
        term.early_pay_discount_computation = kind
        invoice = self._invoice(self._create_order())
        invoice.invoice_payment_term_id = term
        invoice.action_post()
        return invoice

    def test_early_payment_with_taxes_always_reduced_is_valid(self):
        invoice = self._post_with_early_payment("mixed")
        self.assertTrue(
            invoice.line_ids.filtered(lambda line: line.display_type == "epd")
        )
        self.assertValid(invoice)

    def test_early_payment_with_taxes_reduced_is_valid(self):
        self.assertValid(self._post_with_early_payment("included"))

    def test_early_payment_with_taxes_in_full_is_valid(self):
        self.assertValid(self._post_with_early_payment("excluded"))

    def test_credit_of_early_payment_is_valid(self):
        invoice = self._post_with_early_payment("mixed")
        self.assertValid(self._confirm(invoice, {self.labor: 1}))

    def test_early_payment_on_two_rates_is_valid(self):
        reduced = self.tax_sale_a.copy({"name": "10 %", "amount": 10})
        self.pump.taxes_id = reduced
        invoice = self._post_with_early_payment("mixed")
        self.assertEqual(invoice.invoice_line_ids.tax_ids, self.tax_sale_a | reduced)
        self.assertValid(invoice)

    def test_early_payment_with_a_fixed_tax_is_valid(self):
        fixed = self.tax_sale_a.copy(
            {
                "name": "Eco-contribution",
                "amount_type": "fixed",
                "amount": 0.5,
                "include_base_amount": True,
                "sequence": 0,
            }
        )
        self.pump.taxes_id = fixed | self.tax_sale_a
        self.assertValid(self._post_with_early_payment("mixed"))

    # --- cash rounding ---
    def _post_with_cash_rounding(self, strategy):
        """:return: the posted invoice of an order, rounded to 0.05"""
        rounding = self.env["account.cash.rounding"].create(
            {
                "name": "To 0.05",
                "rounding": 0.05,
                "strategy": strategy,
                "profit_account_id": self.company_data["default_account_revenue"].id,
                "loss_account_id": self.company_data["default_account_expense"].id,
            }
        )
        self.labor.lst_price = 33.33
        invoice = self._invoice(self._create_order(hours=1.25))
        invoice.invoice_cash_rounding_id = rounding
        self.assertTrue(
            invoice.line_ids.filtered(lambda line: line.display_type == "rounding")
        )
        invoice.action_post()
        return invoice

    def test_cash_rounding_by_a_line_is_valid(self):
        self.assertValid(self._post_with_cash_rounding("add_invoice_line"))

    def test_cash_rounding_of_the_tax_is_valid(self):
        self.assertValid(self._post_with_cash_rounding("biggest_tax"))

    # --- currency ---
    def test_foreign_currency_is_valid(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 1.7)])
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        invoice = self._post_invoice(self._create_order())
        self.assertEqual(invoice.currency_id, euro)
        self.assertValid(invoice | self._confirm(invoice, {self.labor: 1.5}))

    # --- taxes ---
    def _post_with_tax(self, tax):
        """:return: the posted invoice of an order, whose lines have ``tax``"""
        (self.labor | self.pump).taxes_id = tax
        invoice = self._invoice(self._create_order(hours=1.25, parts=3))
        self.assertEqual(invoice.invoice_line_ids.tax_ids, tax)
        invoice.action_post()
        return invoice

    def test_price_with_tax_included_is_valid(self):
        tax = self.tax_sale_a.copy(
            {"name": "20 % included", "price_include_override": "tax_included"}
        )
        invoice = self._post_with_tax(tax)
        self.assertValid(invoice | self._confirm(invoice, {self.labor: 0.75}))

    def _create_untaxed(self, **values):
        return self.tax_sale_a.copy({"name": "No tax", "amount": 0, **values})

    def test_exempt_work_is_valid(self):
        invoice = self._post_with_tax(self._create_untaxed())
        self.assertValid(invoice | self._confirm(invoice))

    def test_supply_within_the_union_is_valid(self):
        country = self.env.ref("base.be")
        self.customer.write({"country_id": country.id, "vat": "BE0477472701"})
        invoice = self._post_with_tax(self._create_untaxed())
        self.assertValid(invoice | self._confirm(invoice))

    def test_reverse_charge_is_valid(self):
        tax = self._create_untaxed(
            ubl_cii_tax_category_code="AE",
            ubl_cii_tax_exemption_reason_code="VATEX-EU-AE",
        )
        invoice = self._post_with_tax(tax)
        self.assertIn(b"VATEX-EU-AE", self._export(invoice, FACTUR_X))
        self.assertValid(invoice | self._confirm(invoice))

    # --- other roads ---
    def test_credit_of_a_return_is_valid(self):
        order = self._create_order(parts=3)
        invoice = self._post_invoice(order)
        self._return_part(order.part_ids, 1)
        order.with_user(self.clerk).action_create_invoice()
        credit = order.invoice_ids - invoice
        self.assertEqual(credit.move_type, "out_refund")
        credit.action_post()
        self.assertValid(credit)

    def test_corrected_invoice_is_valid(self):
        dialog = self._open_dialog(self._post_invoice(self._create_order()))
        action = dialog.action_fsm_correct()
        draft = self.env["account.move"].with_user(self.clerk).browse(action["res_id"])
        draft.action_post()
        self.assertValid(dialog.new_move_ids | draft)

    def test_surcharge_and_discount_by_charge_are_valid(self):
        order = self._create_order()
        discount = self._create_service("Goodwill", 0)
        self._add_charge(order, discount, quantity=-1, price_unit=12.5)
        self._add_charge(order, price_unit=45.9)
        self.assertValid(self._post_invoice(order))
