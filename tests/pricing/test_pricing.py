from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..prices_common import PricesCommon


@tagged("post_install", "-at_install")
class TestPricing(PricesCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.foreign_currency = cls.setup_other_currency(
            "EUR", rates=[("2016-01-01", 2.0)]
        )

    # --- hours ---
    def test_minutes_add_up_on_one_line(self):
        order = self._create_order(hours=0, parts=0)
        for minutes in (15, 50, 225, 75, 35):
            self._log_hours(order, minutes / 60)
        invoice = self._invoice(order)
        self.assertEqual(self._product_lines(invoice).mapped("quantity"), [6.67])
        self.assertEqual(invoice.amount_untaxed, 400.2)

    def test_minutes_of_two_technicians_add_up(self):
        order = self._create_order(hours=0, parts=0)
        for minutes, employee in (
            (15, self.marc),
            (50, self.lea),
            (225, self.marc),
            (75, self.lea),
            (35, self.marc),
        ):
            self._log_hours(order, minutes / 60, employee=employee)
        invoice = self._invoice(order)
        quantities = self._product_lines(invoice).mapped("quantity")
        self.assertEqual(len(quantities), 2)
        self.assertAlmostEqual(sum(quantities), 6.67)
        self.assertEqual(invoice.amount_untaxed, 400.2)

    def test_minutes_of_each_technician_add_up(self):
        order = self._create_order(hours=0, parts=0)
        for minutes in (15, 50, 225, 75, 35):
            employee = self.env["hr.employee"].create({"name": f"Worker {minutes}"})
            self._log_hours(order, minutes / 60, employee=employee)
        invoice = self._invoice(order)
        quantities = self._product_lines(invoice).mapped("quantity")
        self.assertEqual(len(quantities), 5)
        self.assertAlmostEqual(sum(quantities), 6.67)
        self.assertEqual(invoice.amount_untaxed, 400.2)

    def test_a_few_seconds_are_not_lost(self):
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 0.004)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 0.01)

    def test_sum_does_not_depend_on_who_worked(self):
        minutes = (10, 20, 25, 5, 40, 70, 35)
        alone = self._create_order(hours=0, parts=0)
        together = self._create_order(hours=0, parts=0)
        for index, part in enumerate(minutes):
            self._log_hours(alone, part / 60)
            self._log_hours(
                together, part / 60, employee=(self.marc | self.lea)[index % 2]
            )
        one, two = self._invoice(alone), self._invoice(together)
        self.assertEqual(len(self._product_lines(one)), 1)
        self.assertEqual(len(self._product_lines(two)), 2)
        self.assertEqual(one.amount_total, two.amount_total)

    def test_hours_become_days_of_a_product_in_days(self):
        self.labor.uom_id = self.env.ref("uom.product_uom_day")
        self.labor.lst_price = 480
        order = self._create_order(hours=8, parts=0)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 1)
        self.assertEqual(line.product_uom_id, self.env.ref("uom.product_uom_day"))
        self.assertEqual(line.price_subtotal, 480)

    def test_days_logged_become_hours(self):
        day = self.env.ref("uom.product_uom_day")
        self.company.project_time_mode_id = day
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 0.5)
        self.assertEqual(order.timesheet_ids.product_uom_id, day)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 4)
        self.assertEqual(line.price_subtotal, 240)

    def test_parts_in_dozens_become_units(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1, unit=self.uom_dozen)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.product_uom_id, self.pump.uom_id)
        self.assertEqual((line.quantity, line.price_subtotal), (12, 1200))

    # --- price list ---
    def test_price_list_of_the_customer(self):
        self._create_pricelist(self._fixed(self.labor, 55), self._fixed(self.pump, 90))
        self.assertEqual(self._prices_of(self._create_order()), [55, 90])

    def test_price_list_in_a_foreign_currency(self):
        self._create_pricelist(
            self._fixed(self.labor, 70), currency_id=self.foreign_currency.id
        )
        invoice = self._invoice(self._create_order(hours=2, parts=1))
        self.assertEqual(invoice.currency_id, self.foreign_currency)
        # the list price of the pump is 100.00 in the company's currency
        self.assertEqual(self._product_lines(invoice).mapped("price_unit"), [70, 200])
        self.assertEqual(invoice.amount_untaxed, 340)

    def test_amount_to_bill_is_in_the_currency_of_the_company(self):
        self._create_pricelist(
            self._fixed(self.labor, 70), currency_id=self.foreign_currency.id
        )
        order = self._create_order(hours=2, parts=0)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 70)

    def test_price_of_the_day_of_work(self):
        today = fields.Date.today()
        last_month = today - timedelta(days=30)
        self._create_pricelist(
            self._fixed(self.labor, 50, date_end=today - timedelta(days=10)),
            self._fixed(self.labor, 65, date_start=today - timedelta(days=9)),
        )
        order = self._create_order(hours=0, parts=0)
        self._log_hours(order, 1, date=last_month)
        self._log_hours(order, 1, date=today)
        self.assertEqual(self._prices_of(order), [50, 65])

    def test_price_for_a_quantity_counts_all_of_the_order(self):
        self._create_pricelist(
            self._fixed(self.labor, 50, min_quantity=5), self._fixed(self.labor, 60)
        )
        order = self._create_order(hours=3, parts=0)
        self._log_hours(order, 3, employee=self.lea)
        self.assertEqual(self._prices_of(order), [50, 50])

    def test_price_list_may_say_free(self):
        self._create_pricelist(self._fixed(self.labor, 0))
        self.assertEqual(self._prices_of(self._create_order(parts=0)), [0])

    def test_draft_keeps_its_price_when_a_quantity_is_corrected(self):
        self._create_pricelist(self._fixed(self.labor, 55))
        invoice = self._invoice(self._create_order(hours=2, parts=0))
        self._product_lines(invoice).quantity = 3
        self.assertEqual(invoice.amount_untaxed, 165)

    # --- taxes ---
    def test_fiscal_position_comes_from_the_site(self):
        country = self.env.ref("base.be")
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Work in Belgium",
                "auto_apply": True,
                "country_id": country.id,
                "company_id": self.company.id,
            }
        )
        tax = self.tax_sale_a.copy(
            {
                "name": "6 %",
                "amount": 6,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax_sale_a.ids)],
            }
        )
        self.customer.country_id = self.env.ref("base.nl")
        self.site.partner_id.country_id = country
        invoice = self._invoice(self._create_order(hours=1, parts=1))
        self.assertEqual(invoice.fiscal_position_id, position)
        self.assertEqual(self._product_lines(invoice).tax_ids, tax)

    def test_tax_in_the_price_is_taken_out_by_the_fiscal_position(self):
        included = self.tax_sale_a.copy(
            {
                "name": "20 % incl.",
                "amount": 20,
                "price_include_override": "tax_included",
            }
        )
        position = self.env["account.fiscal.position"].create(
            {"name": "Tax free", "company_id": self.company.id}
        )
        exempt = self.tax_sale_a.copy(
            {
                "name": "0 %",
                "amount": 0,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(included.ids)],
            }
        )
        self.labor.taxes_id = included
        self.customer.property_account_position_id = position
        invoice = self._invoice(self._create_order(hours=1, parts=0))
        line = self._product_lines(invoice)
        self.assertEqual(line.tax_ids, exempt)
        self.assertEqual(line.price_unit, 50)
        self.assertEqual(invoice.amount_total, 50)

    def test_orders_invoiced_together_have_the_taxes_of_their_own_position(self):
        position = self.env["account.fiscal.position"].create(
            {"name": "Export", "company_id": self.company.id}
        )
        exempt = self.tax_sale_a.copy(
            {
                "name": "0 %",
                "amount": 0,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax_sale_a.ids)],
            }
        )
        abroad = self.customer.copy({"property_account_position_id": position.id})
        sites = self.site | self._create_site("Roof", abroad)
        orders = self.env["fsm.order"].union(
            *(self._create_order(location_id=site.id) for site in sites)
        )
        orders.with_user(self.clerk).action_create_invoice()
        for order, tax in zip(orders, (self.tax_sale_a, exempt), strict=True):
            lines = self._product_lines(order.invoice_ids)
            self.assertEqual(lines.mapped("tax_ids"), tax)
            self.assertEqual(len(lines), 2)

    def test_tax_in_the_price_stays_in_the_price(self):
        self.labor.taxes_id = self.tax_sale_a.copy(
            {
                "name": "20 % incl.",
                "amount": 20,
                "price_include_override": "tax_included",
            }
        )
        order = self._create_order(hours=1, parts=0)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 50)
        invoice = self._invoice(order)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (50, 60))

    # --- who is billed ---
    def test_invoice_address_of_the_owner(self):
        address = self.env["res.partner"].create(
            {"name": "Accounts", "parent_id": self.customer.id, "type": "invoice"}
        )
        site = self._create_site("Roof", self.customer)
        order = self._create_order(location_id=site.id)
        invoice = self._invoice(order)
        self.assertEqual(invoice.partner_id, address)
        self.assertEqual(invoice.commercial_partner_id, self.customer)

    def test_bill_to_of_the_site_goes_first(self):
        insurer = self.env["res.partner"].create({"name": "Insurer"})
        self.site.bill_to_id = insurer
        self.assertEqual(self._invoice(self._create_order()).partner_id, insurer)

    def test_bill_to_set_on_the_site_later_reaches_open_orders(self):
        insurer = self.env["res.partner"].create({"name": "Insurer"})
        order = self._create_order(done=False)
        self.site.bill_to_id = insurer
        self.assertEqual(order.bill_to_id, insurer)

    def test_bill_to_chosen_on_the_order_wins(self):
        insurer = self.env["res.partner"].create({"name": "Insurer"})
        order = self._create_order()
        order.bill_to_id = insurer
        invoice = self._invoice(order)
        self.assertEqual(invoice.partner_id, insurer)
        self.assertEqual(invoice.partner_shipping_id, self.site.partner_id)

    def test_site_that_owns_itself_is_billed(self):
        site = self.env["fsm.location"].create({"name": "Villa"})
        self.assertEqual(site.owner_id, site.partner_id)
        order = self._create_order(location_id=site.id)
        self.assertEqual(self._invoice(order).partner_id, site.partner_id)

    def test_billed_order_keeps_its_customer(self):
        order = self._create_order()
        self._invoice(order)
        self.site.bill_to_id = self.env["res.partner"].create({"name": "Insurer"})
        self.assertEqual(order.bill_to_id, self.customer)

    # --- one computation ---
    def test_amount_to_bill_is_what_the_invoice_comes_to(self):
        self._create_pricelist(self._fixed(self.labor, 33.33))
        order = self._create_order(hours=1.37, parts=3)
        self._log_hours(order, 0.71, employee=self.lea)
        amount = order.with_user(self.clerk).amount_to_bill
        invoice = self._invoice(order)
        self.assertEqual(invoice.amount_untaxed, amount)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 0)
        invoice.action_post()
        self.assertEqual(order.with_user(self.clerk).amount_billed, amount)
