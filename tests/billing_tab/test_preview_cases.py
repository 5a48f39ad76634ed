from odoo.fields import Command
from odoo.tests import tagged

from ..preview_common import PreviewCommon

#: rounding method, whether prices include tax, whether the price list is in euros
SETTINGS = (
    ("round_per_line", False, False),
    ("round_globally", False, True),
    ("round_per_line", True, True),
    ("round_globally", True, False),
)
POLICIES = (
    {"labor_rounding": 0.25, "labor_level": "timesheet", "detail": "timesheet"},
    {"labor_minimum": 2.0, "labor_level": "day", "detail": "technician"},
    {"labor_rounding": 1.0, "labor_level": "order", "detail": "product"},
    {"parts_pricing": "cost", "parts_markup": 33.3, "is_recorded_printed": True},
)


@tagged("post_install", "-at_install")
class TestPreviewCases(PreviewCommon):
    """The preview is the invoice, in all the ways that work is priced and taxed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.labor.lst_price = 61.37
        cls.valve = cls._create_part("Valve", 17.77, 9.01)
        cls._stock_up(cls.valve)
        cls.fee = cls._create_service(
            "Call-out", 35.55, taxes_id=[Command.set(cls.tax_sale_b.ids)]
        )
        cls.repair = cls._create_service(
            "Repair", 249.99, invoice_policy="order", field_service_tracking="sale"
        )
        cls.euro = cls.setup_other_currency("EUR", rates=[("2016-01-01", 1.8877)])

    # --- settings and work ---
    def _set(self, rounding, is_included, is_foreign):
        self.company.tax_calculation_rounding_method = rounding
        if is_included:
            self.tax_sale_a.price_include_override = "tax_included"
        if is_foreign:
            self.customer.property_product_pricelist = self.env[
                "product.pricelist"
            ].create({"name": "Euro", "currency_id": self.euro.id})

    def _create_work(self, **values):
        """:return: an order with hours of two technicians and two kinds of parts"""
        order = self._create_order(hours=1.37, parts=3, done=False, **values)
        self._log_hours(order, 0.71, employee=self.lea)
        self._log_hours(order, 0.35)
        self._use_part(order, 7, product=self.valve)
        return order

    def _assert_in_all_settings(self, create):
        """Check the preview of the order that ``create`` makes, in all settings."""
        for setting in SETTINGS:
            with self.subTest(setting), self.env.cr.savepoint() as savepoint:
                self._set(*setting)
                order = create()
                order.action_complete()
                self._assert_preview_is_invoice(order)
                savepoint.rollback()
            self.env.invalidate_all()

    # --- cases ---
    def test_hours_and_parts(self):
        self._assert_in_all_settings(self._create_work)

    def test_policies(self):
        for values, setting in zip(POLICIES, SETTINGS, strict=True):
            with self.subTest(values), self.env.cr.savepoint() as savepoint:
                self._set(*setting)
                self.policy.write(values)
                order = self._create_work()
                order.action_complete()
                self._assert_preview_is_invoice(order)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_charges(self):
        self.policy.write({"callout_product_id": self.fee.id, "callout_per": "order"})

        def create():
            order = self._create_work()
            self._add_charge(
                order, self.fee, quantity=3, price_unit=11.11, discount=12.5
            )
            return order

        self._assert_in_all_settings(create)

    def test_warranty_and_what_is_not_billed(self):
        def create():
            order = self._create_work()
            order.part_ids[0].billing_mode = "warranty"
            order.timesheet_ids[0].billing_mode = "warranty"
            order.timesheet_ids[1].billing_mode = "not_billed"
            return order

        self._assert_in_all_settings(create)

    def test_quotation_with_down_payment_and_extra_work(self):
        def create():
            sale = self.env["sale.order"].create(
                {
                    "partner_id": self.customer.id,
                    "fsm_location_id": self.site.id,
                    "order_line": [
                        Command.create({"product_id": self.repair.id, "discount": 3.33})
                    ],
                }
            )
            sale.action_confirm()
            wizard = self.env["sale.advance.payment.inv"].create(
                {
                    "sale_order_ids": [Command.set(sale.ids)],
                    "advance_payment_method": "percentage",
                    "amount": 33.3,
                }
            )
            wizard.create_invoices()
            sale.invoice_ids.action_post()
            order = sale.fsm_order_ids
            order.warehouse_id = self.warehouse
            self._log_hours(order, 0.77, fsm_is_extra=True)
            self._use_part(order, 3, product=self.valve)
            return order

        self._assert_in_all_settings(create)

    def test_returned_before_billing(self):
        def create():
            order = self._create_work()
            self._return_part(order.part_ids[1], 4)
            return order

        self._assert_in_all_settings(create)

    def test_returned_after_billing(self):
        def create():
            order = self._create_work()
            order.action_complete()
            self._create_invoice(order).action_post()
            self._return_part(order.part_ids[1], 4)
            return order

        self._assert_in_all_settings(create)

    def test_late_hours_and_a_return(self):
        def create():
            order = self._create_work()
            order.action_complete()
            self._create_invoice(order).action_post()
            self._return_part(order.part_ids[1], 1)
            self._log_hours(order, 1.11)
            return order

        self._assert_in_all_settings(create)

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
        self.pump.taxes_id |= eco | self.tax_sale_b
        self.valve.taxes_id = False
        self._assert_in_all_settings(self._create_work)

    def test_fiscal_position_of_the_site(self):
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
                "amount": 6,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(self.tax_sale_a.ids)],
            }
        )
        self.site.partner_id.write(
            {"type": "delivery", "country_id": self.env.ref("base.be").id}
        )
        self._assert_in_all_settings(self._create_work)

    def test_discount_for_early_payment(self):
        for kind in ("mixed", "included", "excluded"):
            self.customer.property_payment_term_id = self.env[
                "account.payment.term"
            ].create(
                {
                    "name": kind,
                    "early_discount": True,
                    "early_pay_discount_computation": kind,
                    "discount_percentage": 2.5,
                    "line_ids": [Command.create({"value_amount": 100, "nb_days": 30})],
                }
            )
            if kind == "mixed":
                self._assert_in_all_settings(self._create_work)
                continue
            order = self._create_work()
            order.action_complete()
            self._assert_preview_is_invoice(order)

    # --- several orders on one invoice ---
    def test_previews_of_several_orders_add_up_to_their_invoice(self):
        self.policy.grouping = "customer"
        for setting in SETTINGS:
            with self.subTest(setting), self.env.cr.savepoint() as savepoint:
                self._set(*setting)
                orders = self.env["fsm.order"]
                for _index in range(2):
                    orders |= self._create_work()
                orders.action_complete()
                amounts = [self._get_amounts(order) for order in orders]
                invoice = self._create_invoice(orders)
                self.assertEqual(len(invoice), 1)
                # each sum is rounded by itself: half a unit for each order and for
                # the invoice, which is one unit for two orders
                delta = 0.0101 if setting[0] == "round_globally" else 1e-6
                for index, name in enumerate(("untaxed", "tax", "total")):
                    self.assertAlmostEqual(
                        sum(figures[index] for figures in amounts),
                        invoice[f"amount_{name}"],
                        delta=delta,
                    )
                savepoint.rollback()
            self.env.invalidate_all()
