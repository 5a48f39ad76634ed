from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .complete_common import CompleteValuesCommon


@tagged("post_install", "-at_install")
class TestCompleteValues(CompleteValuesCommon):
    """The engine gives Odoo values that Odoo would compute, to save time.

    Every stored field of invoices and lines is the same with and without them.
    """

    # --- cases ---
    def test_plain_invoice(self):
        moves = self._assert_same(self._create_work())
        lines = self._product_lines(moves)
        self.assertEqual(lines.tax_tag_ids, self.tags[0])

    def test_taxes_included_in_the_price(self):
        self.tax_sale_a.price_include_override = "tax_included"
        moves = self._assert_same(self._create_work())
        # not price times quantity
        line = self._product_lines(moves)[0]
        self.assertNotEqual(line.price_subtotal, line.price_total)
        self.assertAlmostEqual(line.price_total, 84.08)

    def test_rounding_of_each_line(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        self._assert_same(self._create_work())

    def test_rounding_of_each_tax(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self._assert_same(self._create_work())

    def test_rounding_of_each_tax_included_in_the_price(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.tax_sale_a.price_include_override = "tax_included"
        self._assert_same(self._create_work())

    def test_discount(self):
        orders = self._create_work()
        orders.part_ids[0].billing_mode = "warranty"
        Order = self.env.registry["fsm.order"]
        prepare = Order._prepare_invoice_line

        def with_discount(order, terms, line, *args):
            vals = prepare(order, terms, line, *args)
            return {**vals, "discount": vals["discount"] or 12.345}

        with patch.object(Order, "_prepare_invoice_line", with_discount):
            moves = self._assert_same(orders)
        self.assertEqual(
            set(self._product_lines(moves).mapped("discount")), {100.0, 12.35}
        )

    def test_foreign_currency(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 1.8877)])
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        self.customer.property_product_pricelist = pricelist
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            moves = self._assert_same(self._create_work())
            self.assertEqual(moves[0].currency_id, currency)
            line = self._product_lines(moves[0])[0]
            self.assertNotEqual(line.balance, line.amount_currency)

    def test_journal_in_another_currency(self):
        # Odoo gives such an invoice the currency of its journal
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 1.8877)])
        journal = self.company_data["default_journal_sale"]
        journal.currency_id = currency
        orders = self._create_work()
        order = orders[0]
        priced = self.env["fsm.billing.pricing"]._price(order)
        [[document]] = [
            group.documents for group in order._plan_documents(priced.values())
        ]
        document.journal = journal
        vals = order._prepare_invoice(document)
        [vals] = self.env["fsm.billing.values"]._complete([vals])
        lines = [line for _command, _id, line in vals["invoice_line_ids"]]
        self.assertFalse(any("balance" in line for line in lines))

    def test_fiscal_position_maps_taxes_and_accounts(self):
        account = self.copy_account(self.company_data["default_account_revenue"])
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Abroad",
                "account_ids": [
                    Command.create(
                        {
                            "account_src_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "account_dest_id": account.id,
                        }
                    )
                ],
            }
        )
        self.tax_sale_b.write(
            {
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax_sale_a.ids)],
            }
        )
        self.customer.property_account_position_id = position
        moves = self._assert_same(self._create_work())
        lines = self._product_lines(moves[0])
        self.assertEqual(lines.account_id, account)
        self.assertEqual(lines.tax_ids, self.tax_sale_b)
        self.assertNotEqual(self._product_lines(moves[1]).account_id, account)

    def test_several_taxes(self):
        eco = self.env["account.tax"].create(
            {
                "name": "Eco",
                "amount_type": "fixed",
                "amount": 0.37,
                "include_base_amount": True,
                "sequence": 1,
            }
        )
        self.tax_sale_b.price_include_override = "tax_included"
        self.pump.taxes_id |= eco | self.tax_sale_b
        self.valve.taxes_id = False
        moves = self._assert_same(self._create_work())
        self.assertEqual(len(self._product_lines(moves[0]).tax_ids), 3)

    def test_no_taxes(self):
        (self.labor | self.pump | self.valve).taxes_id = False
        moves = self._assert_same(self._create_work())
        self.assertFalse(moves.line_ids.tax_ids)

    def test_tax_due_on_payment(self):
        account = self.copy_account(self.company_data["default_account_tax_sale"])
        account.reconcile = True
        self.company.tax_exigibility = True
        self.tax_sale_a.write(
            {
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": account.id,
            }
        )
        moves = self._assert_same(self._create_work())
        self.assertFalse(self._product_lines(moves).tax_tag_ids)

    def test_early_payment_discount(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % at once",
                "early_discount": True,
                "early_pay_discount_computation": "mixed",
                "discount_days": 8,
                "discount_percentage": 2,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        self.customer.property_payment_term_id = term
        moves = self._assert_same(self._create_work())
        self.assertIn("epd", moves[0].line_ids.mapped("display_type"))
