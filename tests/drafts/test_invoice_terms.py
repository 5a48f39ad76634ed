from datetime import date

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestInvoiceTerms(InvoicingCommon):
    """What an invoice says beside its lines is what Odoo's own would say."""

    def _create_quoted_order(self, **values):
        """:return: a done order of a quotation with ``values`` on its header"""
        self.pump.invoice_policy = "order"
        sale = self._create_sale(self.pump, fsm_location_id=self.site.id, **values)
        sale.action_confirm()
        return self._create_order(hours=0, parts=0, sale_id=sale.id)

    def _bill(self, order):
        order.with_user(self.clerk).action_create_invoice()
        return order.invoice_ids.with_user(self.clerk)

    # --- payment terms ---
    def test_payment_terms_of_the_customer(self):
        self.customer.property_payment_term_id = self.env.ref(
            "account.account_payment_term_30days"
        )
        invoice = self._invoice(self._create_order())
        invoice.invoice_date = "2026-03-01"
        invoice.action_post()
        self.assertEqual(invoice.invoice_date_due, date(2026, 3, 31))

    def test_payment_in_instalments(self):
        self.customer.property_payment_term_id = self.env[
            "account.payment.term"
        ].create(
            {
                "name": "30 % now",
                "line_ids": [
                    Command.create({"value_amount": 30, "nb_days": 0}),
                    Command.create({"value_amount": 70, "nb_days": 60}),
                ],
            }
        )
        order = self._create_order()
        invoice = self._post_invoice(order)
        due = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        self.assertEqual(sorted(due.mapped("balance")), [75.9, 177.1])
        self._pay(invoice, 75.9)
        self.assertEqual(order.billing_status, "partial")
        self._pay(invoice, 177.1)
        self.assertEqual(order.billing_status, "paid")

    def test_discount_for_early_payment(self):
        self.customer.property_payment_term_id = self.env[
            "account.payment.term"
        ].create(
            {
                "name": "2 % within 8 days",
                "early_discount": True,
                "discount_days": 8,
                "discount_percentage": 2,
                "line_ids": [Command.create({"value_amount": 100, "nb_days": 30})],
            }
        )
        order = self._create_order()
        invoice = self._post_invoice(order)
        payment = self._pay(invoice)
        self.assertAlmostEqual(payment.amount, 253 * 0.98)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(order.billing_status, "paid")

    def test_payment_terms_of_the_quotation(self):
        order = self._create_quoted_order(
            payment_term_id=self.env.ref("account.account_payment_term_45days").id
        )
        self.assertEqual(
            self._bill(order).invoice_payment_term_id, order.sale_id.payment_term_id
        )

    # --- salesperson ---
    def test_salesperson_is_the_clerk_for_a_customer_without_one(self):
        invoice = self._invoice(self._create_order())
        self.assertEqual(invoice.invoice_user_id, self.clerk)

    def test_salesperson_of_the_customer(self):
        seller = new_test_user(self.env, "seller")
        self.customer.user_id = seller
        invoice = self._invoice(self._create_order())
        self.assertEqual(invoice.invoice_user_id, seller)

    def test_salesperson_of_the_quotation(self):
        seller, other = (new_test_user(self.env, name) for name in ("one", "two"))
        self.customer.user_id = other
        order = self._create_quoted_order(user_id=seller.id)
        self.assertEqual(self._bill(order).invoice_user_id, seller)

    # --- bank account, incoterm, journal ---
    def test_bank_account_of_the_company(self):
        bank = self.env["res.partner.bank"].create(
            {
                "acc_number": "DE02120300000000202051",
                "partner_id": self.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        invoice = self._invoice(self._create_order())
        self.assertEqual(invoice.partner_bank_id, bank)

    def test_incoterm_of_the_company(self):
        self.company.incoterm_id = self.env.ref("account.incoterm_DAP")
        invoice = self._invoice(self._create_order())
        self.assertEqual(invoice.invoice_incoterm_id, self.company.incoterm_id)

    def test_incoterm_of_the_quotation(self):
        self.company.incoterm_id = self.env.ref("account.incoterm_DAP")
        incoterm = self.env.ref("account.incoterm_EXW")
        order = self._create_quoted_order(incoterm=incoterm.id)
        self.assertEqual(self._bill(order).invoice_incoterm_id, incoterm)

    def test_journal_of_the_quotation(self):
        journal = self.company_data["default_journal_sale"].copy({"name": "Projects"})
        order = self._create_quoted_order(journal_id=journal.id)
        invoice = self._bill(order)
        self.assertEqual(invoice.journal_id, journal)
        invoice.action_post()
        self.assertTrue(invoice.name.startswith(journal.code))

    def test_header_of_a_quotation_is_that_of_odoos_invoice(self):
        order = self._create_quoted_order(
            note="<p>As agreed.</p>",
            reference="PAY 7",
            payment_term_id=self.env.ref("account.account_payment_term_45days").id,
        )
        twin = order.sale_id.copy({"reference": "PAY 7"})
        twin.action_confirm()
        (invoice,) = self._bill(order)
        (odoo,) = twin._create_invoices()
        for name in twin._prepare_invoice():
            if name in ("invoice_origin", "ref", "transaction_ids", "invoice_line_ids"):
                continue
            if name in ("delivery_date", "partner_shipping_id"):
                continue  # the day of the work, and the site
            self.assertEqual(invoice[name], odoo[name], name)

    # --- fiscal position ---
    def test_fiscal_position_of_the_site(self):
        # those of the chart of accounts
        self.env["account.fiscal.position"].search([]).auto_apply = False
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "auto_apply": True,
                "country_id": self.env.ref("base.be").id,
                "company_id": self.company.id,
            }
        )
        self.tax_sale_b.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax_sale_a.ids)],
            }
        )
        self.customer.country_id = self.env.ref("base.us")
        site = self._create_site("Plant", self.customer)
        site.partner_id.write(
            {"type": "delivery", "country_id": self.env.ref("base.be").id}
        )
        here, there = (
            self._invoice(self._create_order(location_id=location.id))
            for location in (self.site, site)
        )
        self.assertEqual(here.invoice_line_ids.tax_ids, self.tax_sale_a)
        self.assertEqual(there.fiscal_position_id, position)
        self.assertEqual(there.invoice_line_ids.tax_ids, self.tax_sale_b)
