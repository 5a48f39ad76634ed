"""Service orders on the charts of accounts of the countries where our users are.

Run by ``./dev/neighbours --charts``, on a database that has these charts.
"""

from collections import Counter

from odoo import Command
from odoo.tests import tagged

from odoo.addons.fieldservice_invoicing.tests.credit_common import CreditCommon

#: country -> chart
CHARTS = {
    "BE": "be_comp",
    "CH": "ch",
    "DE": "de_skr03",
    "ES": "es_pymes",
    "FR": "fr",
    "GB": "uk",
    "IT": "it",
    "NL": "nl",
    "US": "generic_coa",
}


class ChartScenarios:
    """Two hours and a part, billed by us and typed by a clerk."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # what is sold has no accounts and taxes of its own: the chart says
        (cls.labor | cls.pump).write(
            {
                "property_account_income_id": False,
                "property_account_expense_id": False,
                "categ_id": cls.env.ref("product.product_category_all", False)
                or cls.env["product.category"].create({"name": "All"}),
                "taxes_id": [Command.set(cls.company.account_sale_tax_id.ids)],
            }
        )
        cls.customer.country_id = cls.company.country_id

    def _type(self, invoice):
        """:return: the invoice that a clerk types of the same, confirmed"""
        typed = (
            self.env["account.move"]
            .with_user(self.clerk)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": invoice.partner_id.id,
                    "invoice_date": invoice.invoice_date,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": line.product_id.id,
                                "quantity": line.quantity,
                                "price_unit": line.price_unit,
                            }
                        )
                        for line in self._product_lines(invoice)
                    ],
                }
            )
        )
        typed.action_post()
        return typed

    def _get_books(self, moves):
        """:return: Counter: cents of each account, tax and tag of the tax report"""
        books = Counter()
        for line in moves.line_ids.filtered(
            lambda line: line.display_type not in ("line_section", "line_note")
        ):
            key = (
                line.account_id,
                line.tax_line_id,
                line.tax_ids,
                tuple(sorted(line.tax_tag_ids.ids)),
            )
            books[key] += round(100 * line.balance)
        return books

    def test_invoice_is_what_a_clerk_types(self):
        invoice = self._post_invoice(self._create_order())
        typed = self._type(invoice)
        self.assertTrue(self._product_lines(invoice).tax_ids)
        self.assertEqual(self._get_books(invoice), self._get_books(typed))
        self.assertEqual(invoice.amount_total, typed.amount_total)
        self.assertEqual(invoice.fiscal_position_id, typed.fiscal_position_id)

    def test_credit_note_gives_back_what_odoo_s_would(self):
        invoice = self._post_invoice(self._create_order())
        typed = self._type(invoice)
        credit = self._credit(invoice)
        reversal = typed._reverse_moves(
            [{"invoice_date": credit.invoice_date, "date": credit.date}]
        )
        reversal.action_post()
        self.assertEqual(self._get_books(credit), self._get_books(reversal))
        self.assertEqual(invoice.payment_state, "reversed")


def _create_class(country, chart):
    name = f"TestChartOf{country}"
    values = {"country_code": country, "chart_template": chart, "__module__": __name__}
    case = type(name, (ChartScenarios, CreditCommon), values)
    return tagged("post_install", "-at_install")(case)


globals().update(
    {
        case.__name__: case
        for case in (_create_class(country, chart) for country, chart in CHARTS.items())
    }
)
