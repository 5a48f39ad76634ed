from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestCharges(InvoicingCommon):
    """Call-out fee, travel, and charges typed by hand."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.callout = cls._create_fee("Call-out", 75.0)
        cls.travel = cls._create_fee("Travel, per km", 0.8)

    @classmethod
    def _create_fee(cls, name, price):
        return cls._create_service(
            name, price, uom_id=cls.env.ref("uom.product_uom_unit").id
        )

    def _charge(self, order, **values):
        return self._add_charge(order, self.callout, **values)

    def _quantities(self, order, rule="callout"):
        charges = order.charge_ids.filtered(lambda charge: charge.rule == rule)
        return charges.mapped("quantity")

    # --- typed by hand ---
    def test_charge_is_invoiced_in_its_section(self):
        order = self._create_order()
        self._charge(order, quantity=2, name="Two visits")
        invoice = self._invoice(order)
        line = invoice.invoice_line_ids.filtered(
            lambda line: line.product_id == self.callout
        )
        self.assertRecordValues(line, [{"quantity": 2, "price_unit": 75.0}])
        self.assertEqual(line.name, "Call-out\nTwo visits")
        self.assertIn("Charges", invoice.invoice_line_ids.mapped("name"))

    def test_price_comes_from_the_price_list(self):
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {
                "name": "Contract",
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.callout.id,
                            "compute_price": "fixed",
                            "fixed_price": 60.0,
                        }
                    )
                ],
            }
        )
        self.assertEqual(self._charge(self._create_order()).price_unit, 60.0)

    def test_price_and_discount_typed_are_kept(self):
        order = self._create_order(hours=0, parts=0)
        charge = self._charge(order)
        charge.with_user(self.clerk).write({"price_unit": 50.0, "discount": 10.0})
        self.assertEqual(self._invoice(order).amount_untaxed, 45.0)

    def test_charge_alone_makes_an_order_to_invoice(self):
        order = self._create_order(hours=0, parts=0)
        self.assertEqual(order.billing_status, "nothing")
        self._charge(order)
        self.assertEqual(order.billing_status, "to_invoice")

    def test_typed_price_stays_when_the_quantity_changes(self):
        charge = self._charge(self._create_order(), price_unit=99.0)
        charge.quantity = 3
        self.assertEqual(charge.price_unit, 99.0)

    def test_price_typed_later_stays_when_the_quantity_changes(self):
        charge = self._charge(self._create_order())
        charge.price_unit = 99.0
        charge.quantity = 3
        self.assertEqual(charge.price_unit, 99.0)

    def test_another_product_has_its_own_price(self):
        charge = self._charge(self._create_order(), price_unit=99.0)
        charge.product_id = self.travel
        self.assertEqual(charge.price_unit, 0.8)

    def test_charge_without_price_is_refused(self):
        order = self._create_order()
        self._charge(order).price_unit = 0.0
        with self.assertRaisesRegex(UserError, "Type one under Charges"):
            self._invoice(order)

    def test_billed_charge_stays(self):
        order = self._create_order()
        charge = self._charge(order)
        self._invoice(order)
        with self.assertRaisesRegex(UserError, "can't be changed or deleted"):
            charge.with_user(self.clerk).price_unit = 10.0
        with self.assertRaisesRegex(UserError, "can't be changed or deleted"):
            charge.with_user(self.clerk).unlink()

    def test_charge_of_a_deleted_draft_is_open_again(self):
        order = self._create_order(hours=0, parts=0)
        charge = self._charge(order, quantity=3)
        self._invoice(order).unlink()
        self.assertEqual(charge.qty_to_bill, 3.0)

    def test_partial_credit_opens_that_much_of_a_charge(self):
        order = self._create_order(hours=0, parts=0)
        charge = self._charge(order, quantity=3)
        invoice = self._post_invoice(order)
        self._credit(invoice, {self.callout: 1})
        self.assertEqual(charge.qty_to_bill, 1.0)

    def test_charges_that_come_to_nothing_are_nothing_to_invoice(self):
        order = self._create_order(hours=0, parts=0)
        self._charge(order)
        self._charge(order, quantity=-1)
        self.assertEqual(order.billing_status, "nothing")
        with self.assertRaisesRegex(UserError, "nothing to invoice"):
            self._invoice(order)

    def test_charges_that_come_to_nothing_are_billed_with_another(self):
        order = self._create_order(hours=0, parts=0)
        for quantity in (1, -1, 2):
            self._charge(order, quantity=quantity)
        line = self._product_lines(self._invoice(order))
        self.assertRecordValues(line, [{"quantity": 2, "price_unit": 75.0}])
        self.assertEqual(order.charge_ids.mapped("qty_to_bill"), [0, 0, 0])

    def test_technician_sees_no_price(self):
        charge = self._charge(self._create_order()).with_user(self.technician)
        self.assertEqual(charge.read(["quantity"])[0]["quantity"], 1.0)
        with self.assertRaises(AccessError):
            charge.read(["price_unit"])

    def test_technician_adds_no_charge(self):
        order = self._create_order()
        with self.assertRaises(AccessError):
            self._charge(order.with_user(self.technician)).with_user(
                self.technician
            ).write({"quantity": 2})

    # --- call-out fee of the policy ---
    def test_callout_is_added_when_the_order_is_done(self):
        self.policy.callout_product_id = self.callout
        order = self._create_order(done=False)
        self.assertFalse(order.charge_ids)
        order.action_complete()
        self.assertRecordValues(
            order.charge_ids,
            [{"product_id": self.callout.id, "quantity": 1, "price_unit": 75.0}],
        )

    def test_callout_once_per_order(self):
        self.policy.callout_product_id = self.callout
        order = self._create_order()
        self._log_hours(order, 1, date=fields.Date.today() - timedelta(days=1))
        self.assertEqual(self._quantities(order), [1])

    def test_callout_once_per_visit_day(self):
        self.policy.write({"callout_product_id": self.callout.id, "callout_per": "day"})
        order = self._create_order()
        self._log_hours(order, 1, employee=self.lea)
        self._log_hours(order, 1, date=fields.Date.today() - timedelta(days=1))
        self.assertEqual(self._quantities(order), [2])

    def test_callout_of_a_late_visit_is_charged_alone(self):
        self.policy.write({"callout_product_id": self.callout.id, "callout_per": "day"})
        order = self._create_order()
        self._invoice(order).action_post()
        self._log_hours(order, 1, date=fields.Date.today() + timedelta(days=1))
        self.assertEqual(self._quantities(order), [1, 1])
        lines = self._product_lines(self._invoice(order))
        self.assertEqual(lines.mapped("quantity"), [1, 1])

    def test_deleted_callout_stays_away(self):
        self.policy.write({"callout_product_id": self.callout.id, "callout_per": "day"})
        order = self._create_order()
        order.charge_ids.with_user(self.clerk).unlink()
        self._log_hours(order, 1)
        self.assertFalse(order.charge_ids)

    def test_changed_callout_keeps_the_change(self):
        self.policy.write({"callout_product_id": self.callout.id, "callout_per": "day"})
        order = self._create_order()
        order.charge_ids.with_user(self.clerk).quantity = 2
        self._log_hours(order, 1, date=fields.Date.today() - timedelta(days=1))
        self.assertEqual(self._quantities(order), [3])

    def test_another_policy_brings_its_own_callout(self):
        self.policy.callout_product_id = self.callout
        night = self._create_fee("Call-out at night", 120.0)
        policy = self.policy.copy({"name": "Night", "callout_product_id": night.id})
        order = self._create_order()
        order.with_user(self.clerk).billing_policy_id = policy
        self.assertEqual(order.charge_ids.product_id, night)

    def test_policy_without_fee_takes_it_away(self):
        self.policy.callout_product_id = self.callout
        policy = self.policy.copy({"name": "Free", "callout_product_id": False})
        order = self._create_order()
        order.with_user(self.clerk).billing_policy_id = policy
        self.assertFalse(order.charge_ids)

    def test_completing_again_charges_once(self):
        self.policy.callout_product_id = self.callout
        order = self._create_order()
        order.stage_id = self.env.ref("fieldservice.fsm_stage_new")
        order.action_complete()
        self.assertEqual(self._quantities(order), [1])

    def test_duplicate_is_charged_when_it_is_done(self):
        self.policy.callout_product_id = self.callout
        duplicate = self._create_order().copy()
        self.assertFalse(duplicate.charge_ids)
        duplicate.action_complete()
        self.assertEqual(self._quantities(duplicate), [1])

    def test_technician_completes_an_order_with_a_fee(self):
        self.policy.callout_product_id = self.callout
        order = self._create_order(done=False)
        person = self.env["fsm.person"].create(
            {"name": "Marc", "partner_id": self.technician.partner_id.id}
        )
        order.person_id = person
        order.with_user(self.technician).action_complete()
        self.assertEqual(self._quantities(order), [1])

    # --- travel ---
    def test_travel_by_distance(self):
        self.policy.travel_product_id = self.travel
        order = self._create_order(travel_distance=42.0)
        self.assertEqual(self._quantities(order, "travel"), [42])
        self.assertAlmostEqual(
            self._invoice(order).amount_untaxed, 120.0 + 100.0 + 33.6
        )

    def test_travel_at_a_flat_rate(self):
        self.policy.write({"travel_product_id": self.travel.id, "travel_per": "flat"})
        order = self._create_order(travel_distance=42.0)
        self.assertEqual(self._quantities(order, "travel"), [1])

    def test_no_travel_no_charge(self):
        self.policy.write({"travel_product_id": self.travel.id, "travel_per": "flat"})
        self.assertFalse(self._create_order().charge_ids)

    def test_more_travel_after_billing_is_charged_alone(self):
        self.policy.travel_product_id = self.travel
        order = self._create_order(travel_distance=42.0)
        self._invoice(order).action_post()
        order.travel_distance = 50.0
        self.assertEqual(self._quantities(order, "travel"), [42, 8])

    def test_less_travel_follows_until_it_is_billed(self):
        self.policy.travel_product_id = self.travel
        order = self._create_order(travel_distance=42.0)
        order.travel_distance = 40.0
        self.assertEqual(self._quantities(order, "travel"), [40])
        self._invoice(order)
        order.travel_distance = 30.0
        self.assertEqual(self._quantities(order, "travel"), [40])
        order.travel_distance = 40.0
        self.assertEqual(self._quantities(order, "travel"), [40])

    def test_travel_taken_off_stays_off(self):
        self.policy.travel_product_id = self.travel
        order = self._create_order(travel_distance=20.0)
        order.charge_ids.with_user(self.clerk).unlink()
        order.travel_distance = 50.0
        self.assertFalse(order.charge_ids)

    def test_travel_that_was_none_is_charged(self):
        self.policy.travel_product_id = self.travel
        order = self._create_order(travel_distance=20.0)
        order.travel_distance = 0.0
        self.assertFalse(order.charge_ids)
        order.travel_distance = 30.0
        self.assertEqual(self._quantities(order, "travel"), [30])

    @mute_logger("odoo.sql_db")
    def test_negative_figures_are_refused(self):
        order = self._create_order()
        charge = self._charge(order)
        for record, name in ((order, "travel_distance"), (charge, "price_unit")):
            with (
                self.subTest(field=name),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                record.with_user(self.clerk).write({name: -5.0})
                self.env.flush_all()

    # --- on the form ---
    def test_policy_chosen_on_the_form_charges_its_fees_once(self):
        order = self._create_order()
        policy = self.policy.copy(
            {
                "name": "Night",
                "callout_product_id": self.callout.id,
                "travel_product_id": self.travel.id,
            }
        )
        with Form(order.with_user(self.clerk)) as form:
            form.billing_policy_id = policy
            form.travel_distance = 10.0
        order.travel_distance = 12.0
        self.assertEqual(len(order.charge_ids), 2)
        self.assertEqual(self._quantities(order, "callout"), [1])
        self.assertEqual(self._quantities(order, "travel"), [12])

    def test_charge_and_distance_typed_on_the_form_together(self):
        self.policy.travel_product_id = self.travel
        order = self._create_order()
        with Form(order.with_user(self.clerk)) as form:
            form.travel_distance = 10.0
            with form.charge_ids.new() as charge:
                charge.product_id = self.callout
                charge.quantity = 2
        self.assertEqual(self._quantities(order, "travel"), [10])
        self.assertEqual(self._quantities(order, False), [2])

    def test_row_edited_on_the_form_goes_with_its_travel(self):
        self.policy.travel_product_id = self.travel
        order = self._create_order(travel_distance=20.0)
        with Form(order.with_user(self.clerk)) as form:
            form.travel_distance = 0.0
            with form.charge_ids.edit(0) as charge:
                charge.name = "To the site"
        self.assertFalse(order.charge_ids)
