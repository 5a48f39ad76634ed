from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestPolicy(InvoicingCommon):
    """Which policy an order has, and how it prices parts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order_type = cls.env["fsm.order.type"].create({"name": "Lifts"})

    def _create_policy(self, name, **values):
        return self.policy.copy({"name": name, **values})

    # --- where it comes from ---
    def test_policy_of_the_company(self):
        self.assertEqual(self._create_order().billing_policy_id, self.policy)

    def test_policy_of_the_order_type_comes_before_the_company(self):
        self.order_type.billing_policy_id = self._create_policy("Lifts")
        order = self._create_order(type=self.order_type.id)
        self.assertEqual(order.billing_policy_id, self.order_type.billing_policy_id)

    def test_policy_of_the_customer_comes_before_the_order_type(self):
        self.order_type.billing_policy_id = self._create_policy("Lifts")
        self.customer.fsm_billing_policy_id = self._create_policy("Contract")
        order = self._create_order(type=self.order_type.id)
        self.assertEqual(order.billing_policy_id, self.customer.fsm_billing_policy_id)

    def test_policy_of_the_commercial_partner(self):
        self.customer.write({"is_company": True})
        self.customer.fsm_billing_policy_id = self._create_policy("Contract")
        office = self.env["res.partner"].create(
            {"name": "Office", "parent_id": self.customer.id, "type": "invoice"}
        )
        order = self._create_order()
        self.assertEqual(order.bill_to_id, office)
        self.assertEqual(order.billing_policy_id, self.customer.fsm_billing_policy_id)

    def test_policy_follows_whom_the_order_is_billed_to(self):
        other = self.env["res.partner"].create({"name": "Insurer"})
        other.fsm_billing_policy_id = self._create_policy("Insurers")
        order = self._create_order()
        order.with_user(self.clerk).bill_to_id = other
        self.assertEqual(order.billing_policy_id, other.fsm_billing_policy_id)

    def test_archived_policy_is_passed_over(self):
        self.customer.fsm_billing_policy_id = self._create_policy("Old", active=False)
        self.assertEqual(self._create_order().billing_policy_id, self.policy)

    def test_policy_of_another_company_is_passed_over(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.order_type.billing_policy_id = self._create_policy(
            "Theirs", company_id=other.id, labor_product_id=False
        )
        order = self._create_order(type=self.order_type.id)
        self.assertEqual(order.billing_policy_id, self.policy)

    # --- until it is billed ---
    def test_policy_of_an_open_order_is_changed_by_the_clerk(self):
        order = self._create_order().with_user(self.clerk)
        order.billing_policy_id = self._create_policy("Another")
        self.assertEqual(order.billing_policy_id.name, "Another")

    def test_policy_of_a_billed_order_stays(self):
        order = self._create_order()
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "has priced the draft"):
            order.with_user(self.clerk).billing_policy_id = self._create_policy("X")

    def test_policy_of_a_billed_order_stays_when_the_customer_gets_another(self):
        order = self._create_order()
        self._invoice(order)
        order.type = self.order_type
        self.order_type.billing_policy_id = self._create_policy("Lifts")
        order.type = False
        order.type = self.order_type
        self.assertEqual(order.billing_policy_id, self.policy)

    def test_used_policy_is_not_deleted(self):
        self._create_order()
        with self.assertRaisesRegex(UserError, "Archive it"):
            self.policy.unlink()

    def test_unused_policy_is_deleted(self):
        policy = self._create_policy("Unused")
        policy.unlink()
        self.assertFalse(policy.exists())

    def test_policy_of_a_customer_in_another_company_is_not_deleted(self):
        policy = self._create_policy("Theirs")
        other = self.env["res.company"].create({"name": "Other"})
        self.customer.with_company(other).fsm_billing_policy_id = policy
        self.assertFalse(self.customer.fsm_billing_policy_id)
        with self.assertRaisesRegex(UserError, "Theirs is used by Heating Cooperative"):
            policy.unlink()

    def test_policy_of_an_archived_customer_is_not_deleted(self):
        policy = self._create_policy("Theirs")
        self.customer.fsm_billing_policy_id = policy
        self.customer.active = False
        with self.assertRaisesRegex(UserError, "Archive it"):
            policy.unlink()

    def test_policy_a_customer_had_before_is_deleted(self):
        policy = self._create_policy("Theirs")
        self.customer.fsm_billing_policy_id = policy
        self.customer.fsm_billing_policy_id = self.policy
        policy.unlink()
        self.assertFalse(policy.exists())

    # --- parts ---
    def test_part_at_cost_plus_markup(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 25.0})
        order = self._create_order(hours=0, parts=2)
        line = self._product_lines(self._invoice(order))
        self.assertRecordValues(line, [{"quantity": 2, "price_unit": 50.0}])

    def test_cost_is_that_of_the_delivery(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 25.0})
        order = self._create_order(hours=0)
        self.pump.standard_price = 80.0
        self.assertEqual(self._invoice(order).amount_untaxed, 50.0)

    def test_cost_of_a_dozen_is_per_piece(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 25.0})
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 1, unit=self.env.ref("uom.product_uom_dozen"))
        line = self._product_lines(self._invoice(order))
        self.assertRecordValues(line, [{"quantity": 12, "price_unit": 50.0}])

    def test_return_nets_at_the_cost_of_its_delivery(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 25.0})
        order = self._create_order(hours=0, parts=3)
        self.pump.standard_price = 80.0
        self._return_part(order.part_ids, 1)
        line = self._product_lines(self._invoice(order))
        self.assertRecordValues(line, [{"quantity": 2, "price_unit": 50.0}])

    def test_cost_in_the_currency_of_the_customer(self):
        currency = self.setup_other_currency("EUR", rates=[("2016-01-01", 2.0)])
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": currency.id}
        )
        self.policy.write({"parts_pricing": "cost", "parts_markup": 25.0})
        invoice = self._invoice(self._create_order(hours=0))
        self.assertEqual(invoice.currency_id, currency)
        self.assertEqual(invoice.amount_untaxed, 100.0)

    def test_markup_is_on_the_price_without_included_taxes(self):
        self.tax_sale_a.price_include_override = "tax_included"
        self.policy.write({"parts_pricing": "cost", "parts_markup": 25.0})
        invoice = self._invoice(self._create_order(hours=0))
        self.assertEqual(invoice.amount_untaxed, 50.0)
        self.assertEqual(invoice.amount_total, 57.5)

    def test_part_without_cost_is_refused(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 25.0})
        free = self._create_part("Sealing ring", 2.0, 0.0)
        self._stock_up(free)
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, product=free)
        with self.assertRaisesRegex(UserError, "Set its cost"):
            self._invoice(order)

    def test_labor_keeps_the_price_list(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 25.0})
        order = self._create_order(hours=1, parts=0)
        self.assertEqual(self._invoice(order).amount_untaxed, 60.0)

    # --- billing mode of new work ---
    def test_order_type_says_how_work_is_billed(self):
        self.order_type.billing_mode = "warranty"
        order = self._create_order(type=self.order_type.id)
        self.assertEqual(order.timesheet_ids.billing_mode, "warranty")
        self.assertEqual(order.part_ids.billing_mode, "warranty")

    def test_transfer_that_gets_its_order_later_is_billed_as_the_order_says(self):
        self.order_type.billing_mode = "warranty"
        order = self._create_order(type=self.order_type.id, hours=0, parts=0)
        part = self._use_part(self.env["fsm.order"])
        self.assertEqual(part.billing_mode, "billable")
        part.picking_id.fsm_order_id = order
        self.assertEqual(part.fsm_order_id, order)
        self.assertEqual(part.billing_mode, "warranty")

    def test_hours_that_get_their_order_later_are_billed_as_the_order_says(self):
        boiler = self._create_equipment(days=0)
        order = self._create_order(
            hours=0, parts=0, equipment_ids=[Command.set(boiler.ids)]
        )
        line = self._log_hours(self.env["fsm.order"], 1)
        line.fsm_order_id = order
        self.assertEqual(line.billing_mode, "warranty")

    def test_hours_that_change_their_order_are_billed_as_the_other_says(self):
        self.order_type.billing_mode = "warranty"
        line = self._create_order(type=self.order_type.id, parts=0).timesheet_ids
        self.assertEqual(line.billing_mode, "warranty")
        line.fsm_order_id = self._create_order(hours=0, parts=0)
        self.assertEqual(line.billing_mode, "billable")

    def test_chosen_mode_stays_when_the_order_comes_later(self):
        self.order_type.billing_mode = "warranty"
        order = self._create_order(type=self.order_type.id, hours=0, parts=0)
        part = self._use_part(self.env["fsm.order"])
        part.with_user(self.clerk).sudo().billing_mode = "not_billed"
        part.picking_id.fsm_order_id = order
        self.assertEqual(part.billing_mode, "not_billed")

    def test_chosen_mode_stays_when_the_order_changes(self):
        self.order_type.billing_mode = "warranty"
        line = self._create_order(parts=0).timesheet_ids
        line.with_user(self.clerk).sudo().billing_mode = "not_billed"
        line.fsm_order_id = self._create_order(type=self.order_type.id, hours=0)
        self.assertEqual(line.billing_mode, "not_billed")

    def test_mode_of_billed_work_stays_when_its_order_is_written_again(self):
        order = self._create_order(type=self.order_type.id, hours=0)
        self._invoice(order)
        self.order_type.billing_mode = "not_billed"
        order.picking_ids.fsm_order_id = order
        self.assertEqual(order.part_ids.billing_mode, "billable")

    def test_what_somebody_chose_stays(self):
        self.order_type.billing_mode = "warranty"
        order = self._create_order(type=self.order_type.id, hours=0)
        line = self._log_hours(order, 1, billing_mode="billable")
        self.assertEqual(line.billing_mode, "billable")

    def test_work_elsewhere_is_billable(self):
        self.order_type.billing_mode = "warranty"
        line = self._log_hours(self.env["fsm.order"], 1)
        self.assertEqual(line.billing_mode, "billable")

    def _create_equipment(self, days):
        today = fields.Date.today()
        values = {}
        if "product_warranty" in self.env["fsm.equipment"]._fields:
            # OCA's rule is the product's
            self.pump.warranty = 1
            values = {
                "product_id": self.pump.id,
                "warranty_start_date": today - timedelta(days=30),
            }
        return self.env["fsm.equipment"].create(
            {
                "name": f"Boiler {days}",
                "warranty_end_date": today + timedelta(days=days),
                **values,
            }
        )

    def test_equipment_under_warranty(self):
        boiler = self._create_equipment(days=0)
        order = self._create_order(equipment_ids=[Command.set(boiler.ids)])
        self.assertEqual(order.timesheet_ids.billing_mode, "warranty")
        invoice = self._invoice(order)
        self.assertEqual(self._product_lines(invoice).mapped("discount"), [100, 100])

    def test_warranty_that_ended(self):
        boiler = self._create_equipment(days=-1)
        order = self._create_order(equipment_ids=[Command.set(boiler.ids)])
        self.assertEqual(order.timesheet_ids.billing_mode, "billable")

    def test_one_of_two_under_warranty_is_not_enough(self):
        boilers = self._create_equipment(days=5) | self._create_equipment(days=-5)
        order = self._create_order(equipment_ids=[Command.set(boilers.ids)])
        self.assertEqual(order.timesheet_ids.billing_mode, "billable")
