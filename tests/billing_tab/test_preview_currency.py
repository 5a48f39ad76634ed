from odoo.tests import tagged

from ..prices_common import PricesCommon


@tagged("post_install", "-at_install")
class TestPreviewCurrency(PricesCommon):
    """Amounts in the company's currency before an invoice are those of the invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls.setup_other_currency(
            "EUR", rates=[("2016-01-01", 3.0), ("2026-02-01", 1.6)]
        )

    def _price_in_euro(self, *rules):
        return self._create_pricelist(*rules, currency_id=self.euro.id)

    def _assert_amounts(self, order):
        """Compare what is told before the invoice with its draft; return it."""
        self.env.flush_all()
        clerk = order.with_user(self.clerk)
        to_bill = clerk.amount_to_bill
        dashboard = self.env["fsm.billing.dashboard"].with_user(self.clerk)
        told = dashboard.get_amount_to_invoice()["amount"]
        invoice = self._create_invoice(order)
        booked = -sum(self._product_lines(invoice).mapped("balance"))
        self.assertEqual(round(to_bill, 6), round(booked, 6))
        self.assertEqual(round(to_bill, 6), invoice.amount_untaxed_signed)
        self.assertEqual(told, round(booked, 6))
        self.assertEqual(round(clerk.amount_draft, 6), round(booked, 6))
        return invoice

    def test_prices_of_one_unit_are_those_of_the_invoice(self):
        yen = self.setup_other_currency("JPY", rates=[("2016-01-01", 149.37)])
        yen.rounding = 1
        self._create_pricelist(currency_id=yen.id)
        self.pump.lst_price = 33.33
        order = self._create_order(hours=0, parts=3)
        self.assertEqual(self._get_rows(order), [(3, 4978.5021, 14936)])
        self.env.flush_all()
        self.env.invalidate_all()
        row = order.with_user(self.clerk).part_work_ids
        self.assertEqual(row.mapped("price_unit"), [4978.50])
        invoice = self._assert_preview_is_invoice(order)
        self.assertEqual(self._product_lines(invoice).price_unit, 4978.5021)

    def test_lines_are_converted_one_by_one(self):
        self._price_in_euro(
            self._fixed(self.labor, 70.01), self._fixed(self.pump, 33.33)
        )
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            self._assert_amounts(self._create_order(hours=1, parts=1))
            self._assert_amounts(self._create_order(hours=3, parts=7))

    def test_many_small_lines(self):
        self.policy.detail = "timesheet"
        self._price_in_euro(self._fixed(self.labor, 0.04))
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            order = self._create_order(hours=0, parts=0)
            for _line in range(7):
                self._log_hours(order, 1)
            self._assert_amounts(order)

    def test_tax_in_the_price(self):
        self.labor.taxes_id = self.tax_sale_a.copy(
            {
                "name": "20 % incl.",
                "amount": 20,
                "price_include_override": "tax_included",
            }
        )
        self._price_in_euro(self._fixed(self.labor, 33.33))
        for method in ("round_per_line", "round_globally"):
            self.company.tax_calculation_rounding_method = method
            order = self._create_order(hours=1, parts=0)
            self._log_hours(order, 0.37, employee=self.lea)
            self._assert_amounts(order)

    def test_return_is_told_at_the_rate_of_its_invoice(self):
        self._price_in_euro(self._fixed(self.pump, 300))
        order = self._create_order(hours=0, parts=1)
        invoice = self._create_invoice(order)
        invoice.invoice_date = "2026-01-10"
        invoice.action_post()
        self.assertEqual(invoice.amount_untaxed_signed, 100)
        self._return_part(order.part_ids, 1)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, -100)
        self._assert_amounts(order)

    def test_rows_add_up_to_the_amount_in_the_currency_of_the_company(self):
        # one invoice in euro and the next in dollars: the tab is in dollars
        self._price_in_euro(
            self._fixed(self.labor, 70.01), self._fixed(self.pump, 33.33)
        )
        order = self._create_order(hours=1, parts=0)
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Home", "currency_id": self.company.currency_id.id}
        )
        self._create_invoice(order).action_post()
        self._price_in_euro(
            self._fixed(self.labor, 70.01), self._fixed(self.pump, 33.33)
        )
        self._log_hours(order, 1)
        self._use_part(order, 1)
        self.env.flush_all()
        self.env.invalidate_all()
        clerk = order.with_user(self.clerk)
        rows = sum((clerk.labor_work_ids | clerk.part_work_ids).mapped("amount"))
        to_bill, billed = clerk.amount_to_bill, clerk.amount_billed
        self.assertEqual(round(rows, 2), round(to_bill + billed, 2))
        self._assert_amounts(order)

    def test_order_that_is_not_done_is_told_alike(self):
        self._price_in_euro(
            self._fixed(self.labor, 70.01), self._fixed(self.pump, 33.33)
        )
        order = self._create_order(hours=1, parts=1, done=False)
        once_done = order.with_user(self.clerk).amount_once_done
        order.action_complete()
        self.assertEqual(self._assert_amounts(order).amount_untaxed_signed, once_done)
