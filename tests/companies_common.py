from .common import InvoicingCommon


class CompaniesCommon(InvoicingCommon):
    """Another company beside the first, with its own books and people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company(name="Other company")
        cls.other = cls.other_data["company"]
        companies = cls.company | cls.other
        cls.env.user.company_ids |= companies
        cls.env = cls.env(context={"allowed_company_ids": companies.ids})
        cls.clerk.company_ids |= companies
        cls.env["fsm.team"].create({"name": "Other team", "company_id": cls.other.id})
        cls.labor.taxes_id |= cls.other_data["default_tax_sale"]
        cls.labor.with_company(cls.other).property_account_income_id = cls.other_data[
            "default_account_revenue"
        ]
        cls.other_policy = cls.env["fsm.billing.policy"].create(
            {
                "name": "Policy of the other company",
                "company_id": cls.other.id,
                "labor_product_id": cls.labor.id,
            }
        )
        cls.other.fsm_billing_policy_id = cls.other_policy
        cls.other_project = cls.project.with_company(cls.other).copy(
            {"name": "Other field service", "company_id": cls.other.id}
        )
        cls.other_employee = cls.env["hr.employee"].create(
            {"name": "Ana", "company_id": cls.other.id}
        )
        cls.other_warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.other.id)], limit=1
        )

    def _create_other_order(self, hours=3):
        order = self._create_order(
            hours=0,
            parts=0,
            done=False,
            company_id=self.other.id,
            project_id=self.other_project.id,
            warehouse_id=self.other_warehouse.id,
        )
        self._log_hours(
            order,
            hours,
            employee=self.other_employee,
            project_id=self.other_project.id,
            company_id=self.other.id,
        )
        order.action_complete()
        return order

    def _as_clerk_of(self, orders, *companies):
        """:return: the orders as the clerk sees them, first company active"""
        ids = [company.id for company in companies]
        return orders.with_user(self.clerk).with_context(allowed_company_ids=ids)

    def _assert_in_books_of(self, invoice, data):
        self.assertEqual(invoice.company_id, data["company"])
        self.assertEqual(invoice.journal_id, data["default_journal_sale"])
        line = self._product_lines(invoice)
        self.assertEqual(line.tax_ids, data["default_tax_sale"])
        self.assertEqual(line.account_id, data["default_account_revenue"])
        self.assertEqual(invoice.line_ids.company_id, data["company"])
