from datetime import date

from odoo.tests import tagged

from ..companies_common import CompaniesCommon


@tagged("post_install", "-at_install")
class TestCompaniesBooks(CompaniesCommon):
    """One batch for several companies: each invoice is right in its own books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax_here = cls.company_data["default_tax_sale"]
        cls.tax_there = cls.other_data["default_tax_sale"]

    def _bill_both(self, *companies):
        """Bill an order of each company in one call; return both invoices."""
        orders = self._create_order(hours=2, parts=0) | self._create_other_order(2)
        moves = self._as_clerk_of(orders, *companies)._create_invoices()
        return [
            moves.filtered(lambda move, own=company: move.company_id == own)
            for company in (self.company, self.other)
        ]

    def _assert_balanced(self, move):
        """Check that ``move`` adds up and touches no account of another company."""
        lines = move.sudo().line_ids
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0)
        self.assertEqual(lines.company_id, move.company_id)
        self.assertTrue(
            all(move.company_id in account.company_ids for account in lines.account_id)
        )

    def test_company_in_another_currency(self):
        euro = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self.env["account.move.line"].search(
            [("company_id", "=", self.other.id)]
        ).unlink()
        self.other.currency_id = euro
        # rates are by company
        self.env["res.currency.rate"].create(
            {
                "name": "2016-01-01",
                "currency_id": self.company.currency_id.id,
                "company_id": self.other.id,
                "rate": 2.0,
            }
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": euro.id}
        )
        self.customer.with_company(self.other).property_product_pricelist = pricelist
        for companies in ((self.company, self.other), (self.other, self.company)):
            here, there = self._bill_both(*companies)
            self.assertEqual(here.currency_id, self.company.currency_id)
            self.assertEqual(there.currency_id, euro)
            self.assertEqual(there.invoice_currency_rate, 1)
            line = self._product_lines(there)
            self.assertEqual(line.balance, -line.price_subtotal)
            self._assert_balanced(here)
            self._assert_balanced(there)

    def test_rounding_method_of_each_company(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        self.other.tax_calculation_rounding_method = "round_globally"
        self.labor.lst_price = 10.03
        orders = self._create_order(hours=1, parts=0, done=False)
        self._log_hours(orders, 1, employee=self.lea)
        orders.action_complete()
        orders |= self._create_other_order(1)
        self._log_hours(
            orders[1],
            1,
            employee=self.env["hr.employee"].create(
                {"name": "Ben", "company_id": self.other.id}
            ),
            project_id=self.other_project.id,
            company_id=self.other.id,
        )
        moves = self._as_clerk_of(orders, self.other, self.company)._create_invoices()
        taxes = {move.company_id: move.amount_tax for move in moves}
        # 10.03 x 15 % = 1.5045, twice: 1.50 + 1.50 per line, 3.01 of the sum
        self.assertEqual(taxes, {self.company: 3.0, self.other: 3.01})

    def test_lock_dates_of_each_company(self):
        self.other.sudo().fiscalyear_lock_date = "2026-02-28"
        here, there = self._bill_both(self.company, self.other)
        (here | there).invoice_date = "2026-02-10"
        (here | there).action_post()
        self.assertEqual(here.date, date(2026, 2, 10))
        self.assertGreater(there.date, date(2026, 2, 28))

    def test_posted_in_one_call_and_credited_in_the_other_company(self):
        here, there = self._bill_both(self.other, self.company)
        moves = here | there
        moves.action_post()
        for move, company in ((here, self.other), (there, self.company)):
            wizard = (
                self.env["account.move.reversal"]
                .with_user(self.clerk)
                .with_context(
                    active_model="account.move",
                    active_ids=move.ids,
                    allowed_company_ids=[company.id, move.company_id.id],
                )
                .create({"journal_id": move.journal_id.id})
            )
            wizard.reverse_moves()
            credit = wizard.new_move_ids
            credit.action_post()
            self.assertEqual(credit.company_id, move.company_id)
            self.assertEqual(credit.journal_id, move.journal_id)
            self.assertEqual(move.payment_state, "reversed")
            self._assert_balanced(credit)

    def test_amounts_before_are_those_of_the_invoice_in_every_company(self):
        orders = self._create_order(hours=2, parts=0) | self._create_other_order(2)
        for companies in ((self.company, self.other), (self.other, self.company)):
            amounts = self._as_clerk_of(orders, *companies).mapped("amount_to_bill")
            self.env.invalidate_all()
            self.assertEqual(amounts, [120, 120])
        moves = self._as_clerk_of(orders, self.company, self.other)._create_invoices()
        self.assertEqual(moves.mapped("amount_untaxed"), [120, 120])
