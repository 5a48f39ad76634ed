from odoo.exceptions import UserError
from odoo.tests import tagged

from ..common import InvoicingCommon

LABOR_FIELDS = (
    ("account.analytic.line", "fsm_labor_product_id"),
    ("hr.employee", "fsm_labor_product_id"),
    ("fsm.order.type", "labor_product_id"),
    ("fsm.billing.policy", "labor_product_id"),
    ("fsm.billing.work", "labor_product_id"),
)


@tagged("post_install", "-at_install")
class TestLaborProduct(InvoicingCommon):
    """What can bill hours: a service that is sold, of the order's company."""

    def _create_labor(self, name, price, **values):
        return self._create_product(
            **{
                "name": name,
                "type": "service",
                "lst_price": price,
                "uom_id": self.env.ref("uom.product_uom_hour").id,
                "taxes_id": False,
                **values,
            }
        )

    def test_all_screens_offer_the_same_products(self):
        wanted = self._create_labor("Engineer", 90)
        self._create_labor("Bought in", 90, sale_ok=False)
        for model, name in LABOR_FIELDS:
            with self.subTest(model=model):
                field = self.env[model]._fields[name]
                found = self.env["product.product"].search(
                    field.get_comodel_domain(self.env[model])
                )
                self.assertIn(wanted, found)
                self.assertFalse(found.filtered(lambda product: not product.sale_ok))
                self.assertNotIn(self.pump, found)

    def test_product_of_another_company_is_passed_over(self):
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._create_labor("Theirs", 999, company_id=other.id)
        order_type = self.env["fsm.order.type"].create({"name": "Lifts"})
        order_type.labor_product_id = theirs
        order = self._create_order(hours=2, parts=0, type=order_type.id)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.product_id, self.labor)

    def test_product_that_became_goods_is_refused(self):
        order = self._create_order(hours=2, parts=0)
        self.labor.type = "consu"
        with self.assertRaisesRegex(UserError, "can't bill hours"):
            self._invoice(order)

    def test_product_that_is_not_sold_any_more_is_refused(self):
        order = self._create_order(hours=2, parts=0)
        self.labor.sale_ok = False
        with self.assertRaisesRegex(UserError, "can't bill hours"):
            self._invoice(order)

    # --- taxes ---
    def test_labor_of_a_new_database_is_taxed_like_other_products(self):
        """The taxes of a company come after the addon does."""
        labor = self.env.ref("fieldservice_invoicing.product_labor")
        country = self.env.ref("base.us")
        company = self.env["res.company"].create(
            {"name": "New", "country_id": country.id}
        )
        self.assertFalse(labor.taxes_id._filter_taxes_by_company(company))
        place = {"company_id": company.id, "country_id": country.id}
        group = self.env["account.tax.group"].create({"name": "Sales", **place})
        taxes = self.env["account.tax"].create(
            [
                {"name": name, "tax_group_id": group.id, **place}
                for name in ("Own", "Another")
            ]
        )
        tax = taxes[0]
        company.account_sale_tax_id = tax
        self.assertEqual(labor.taxes_id._filter_taxes_by_company(company), tax)
        # what somebody chose stays
        labor.taxes_id -= tax
        company.account_sale_tax_id = taxes[1]
        self.assertFalse(labor.taxes_id._filter_taxes_by_company(company))
