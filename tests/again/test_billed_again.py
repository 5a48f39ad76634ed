from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from ..credit_common import CreditCommon
from ..prices_common import PricesCommon


@tagged("post_install", "-at_install")
class TestBilledAgain(PricesCommon, CreditCommon):
    """What was credited to be billed again keeps its price unless people say else."""

    def _get_lines(self, move):
        return [
            (line.product_id, line.quantity, line.price_unit, line.discount)
            for line in self._product_lines(move)
        ]

    def _set_tiers(self):
        return self._create_pricelist(
            self._fixed(self.pump, 100), self._fixed(self.pump, 50, min_quantity=10)
        )

    # --- the price it was billed at ---
    def test_part_of_a_tier_keeps_its_price(self):
        self._set_tiers()
        order = self._create_order(hours=0, parts=12)
        self._credit(self._post(order), {self.pump: 4})
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(self._get_lines(again), [(self.pump, 4, 50, 0)])

    def test_hours_keep_their_price(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._post(order))
        self.labor.lst_price = 75
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(self._get_lines(again), [(self.labor, 3, 60, 0)])

    def test_gesture_of_a_clerk_is_kept(self):
        order = self._create_order(hours=0, parts=2)
        invoice = self._create_invoice(order)
        self._product_lines(invoice).write({"price_unit": 90.0, "discount": 10.0})
        invoice.action_post()
        self._credit(invoice)
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(self._get_lines(again), [(self.pump, 2, 90, 10)])

    # --- taxes that are in the price, and others ---
    def _set_tax(self, amount, is_included):
        """Give the pump a tax of its own; return it."""
        kind = "tax_included" if is_included else "tax_excluded"
        self.pump.taxes_id = self.env["account.tax"].create(
            {
                "name": f"{amount} {kind}",
                "amount": amount,
                "type_tax_use": "sale",
                "price_include_override": kind,
            }
        )
        return self.pump.taxes_id

    def _map_tax(self, tax, amount, is_included):
        """Give the customer a fiscal position that has another tax for ``tax``."""
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        own = self.pump.taxes_id
        mapped = self._set_tax(amount, is_included)
        mapped.write({"fiscal_position_ids": position.ids, "original_tax_ids": tax.ids})
        self.pump.taxes_id = own
        self.customer.property_account_position_id = position

    def _credit_all(self, price):
        """Bill a pump of ``price``, credit it to be billed again; return its order."""
        self.pump.lst_price = price
        order = self._create_order(hours=0, parts=1)
        self._credit(self._post(order))
        return order

    def _get_untaxed_and_price(self, order):
        again = self._assert_preview_is_invoice(order)
        return again.amount_untaxed, self._product_lines(again).price_unit

    def test_tax_taken_out_of_the_price_by_a_fiscal_position(self):
        tax = self._set_tax(20, is_included=True)
        order = self._credit_all(120)
        self._map_tax(tax, 0, is_included=False)
        self.assertEqual(self._get_untaxed_and_price(order), (100, 100))

    def test_tax_in_the_price_once_more_without_the_fiscal_position(self):
        tax = self._set_tax(20, is_included=True)
        self._map_tax(tax, 0, is_included=False)
        order = self._credit_all(120)
        self.customer.property_account_position_id = False
        self.assertEqual(self._get_untaxed_and_price(order), (100, 120))

    def test_other_rate_in_the_price(self):
        tax = self._set_tax(20, is_included=True)
        order = self._credit_all(120)
        self._map_tax(tax, 10, is_included=True)
        self.assertEqual(self._get_untaxed_and_price(order), (100, 110))

    def test_price_of_a_private_customer_is_what_was_without_tax(self):
        tax = self._set_tax(20, is_included=False)
        order = self._credit_all(120)
        self._map_tax(tax, 20, is_included=True)
        self.assertEqual(self._get_untaxed_and_price(order), (100, 120))

    def test_tax_of_the_product_is_not_in_its_price_any_more(self):
        self._set_tax(20, is_included=True)
        order = self._credit_all(120)
        self._set_tax(20, is_included=False)
        self.assertEqual(self._get_untaxed_and_price(order), (100, 100))

    def test_tax_of_the_product_is_in_its_price_from_now_on(self):
        self._set_tax(20, is_included=False)
        order = self._credit_all(100)
        self._set_tax(20, is_included=True)
        self.assertEqual(self._get_untaxed_and_price(order), (100, 120))

    def test_tax_added_to_the_price_is_another_one(self):
        self._set_tax(20, is_included=False)
        order = self._credit_all(100)
        self._set_tax(10, is_included=False)
        self.assertEqual(self._get_untaxed_and_price(order), (100, 100))

    def test_price_of_parts_at_cost_is_kept(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 50})
        order = self._create_order(hours=0, parts=2)
        invoice = self._post(order)
        self._credit(invoice, {self.pump: 1})
        self.policy.parts_markup = 100
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(self._get_lines(again), [(self.pump, 1, 60, 0)])

    def test_charge_credited_in_part_keeps_the_price_on_the_invoice(self):
        order = self._create_order(hours=0, parts=0)
        self._add_charge(order, quantity=3)
        invoice = self._create_invoice(order)
        self._product_lines(invoice).price_unit = 55
        invoice.action_post()
        self._credit(invoice, {self.labor: 1})
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(self._get_lines(again), [(self.labor, 1, 55, 0)])

    def test_charge_credited_in_full_has_the_price_of_its_row(self):
        order = self._create_order(hours=0, parts=0)
        charge = self._add_charge(order)
        self._credit(self._post(order))
        charge.price_unit = 45
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(self._get_lines(again), [(self.labor, 1, 45, 0)])

    def test_price_lowered_by_a_credit_note_is_kept(self):
        order = self._create_order(hours=0, parts=2)
        invoice = self._post(order)
        self._confirm(invoice, {self.pump: (40, "price")})
        self._confirm(invoice)
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(again.amount_untaxed, 160)

    def test_prices_of_several_credit_notes(self):
        order = self._create_order(hours=0, parts=6)
        first = self._post(order)
        self._credit(first, {self.pump: 4})
        draft = self._create_invoice(order)
        self._product_lines(draft).price_unit = 80
        draft.action_post()
        self._credit(draft, {self.pump: 3})
        self._credit(first, {self.pump: 1})
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(again.amount_untaxed, 3 * 80 + 100)
        self.assertLedgerHolds(order)

    def test_later_parts_go_by_all_that_stands_and_is_open(self):
        self._set_tiers()
        order = self._create_order(hours=0, parts=12)
        self._credit(self._post(order), {self.pump: 4})
        self._use_part(order, 1)
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(self._get_lines(again), [(self.pump, 5, 50, 0)])

    def test_what_came_back_in_the_meantime_is_not_billed_again(self):
        self._set_tiers()
        order = self._create_order(hours=0, parts=12)
        delivery = order.part_ids
        self._credit(self._post(order), {self.pump: 4})
        self._return_part(delivery, 4)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 0)
        self.assertNotEqual(order.billing_status, "to_invoice")

    def test_what_came_back_of_more_is_credited(self):
        self._set_tiers()
        order = self._create_order(hours=0, parts=12)
        delivery = order.part_ids
        self._credit(self._post(order), {self.pump: 4})
        self._return_part(delivery, 5)
        credit = self._assert_preview_is_invoice(order)
        self.assertEqual(credit.move_type, "out_refund")
        self.assertEqual(self._get_lines(credit), [(self.pump, 1, 50, 0)])

    def test_draft_deleted_opens_it_at_the_same_price(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._post(order))
        self.labor.lst_price = 75
        self._create_invoice(order).unlink()
        self.assertEqual(self._prices_of(order), [60])

    # --- what people choose instead ---
    def test_price_of_today_is_chosen_on_the_billing_tab(self):
        order = self._create_order(hours=3, parts=0)
        self._credit(self._post(order))
        self.labor.lst_price = 75
        self.env.invalidate_all()
        with Form(order.with_user(self.clerk)) as form:
            self.assertEqual(form.amount_to_bill, 180)
            form.billing_again_price = "today"
            self.assertEqual(form.amount_to_bill, 225)
        again = self._assert_preview_is_invoice(order)
        self.assertEqual(self._get_lines(again), [(self.labor, 3, 75, 0)])

    def test_choice_is_offered_where_something_is_billed_again(self):
        order = self._create_order(hours=3, parts=0).with_user(self.clerk)
        self.assertFalse(order.has_work_again)
        self._credit(self._post(order))
        order.invalidate_recordset()
        self.assertTrue(order.has_work_again)
        self._create_invoice(order)
        order.invalidate_recordset()
        self.assertFalse(order.has_work_again)

    def test_technician_does_not_choose_the_price(self):
        order = self._create_order(hours=3, parts=0)
        with self.assertRaises(AccessError):
            order.with_user(self.technician).billing_again_price = "today"

    def test_another_policy_prices_anew(self):
        order = self._create_order(hours=0, parts=1)
        self._credit(self._post(order))
        order.with_user(self.clerk).billing_policy_id = self.policy.copy(
            {"name": "At cost", "parts_pricing": "cost", "parts_markup": 50}
        )
        self.assertEqual(self._prices_of(order), [60])

    def test_another_labor_product_has_its_own_price(self):
        night = self._create_service("Night", 90.0, uom_id=self.labor.uom_id.id)
        order = self._create_order(hours=1, parts=0)
        self._credit(self._post(order))
        order.timesheet_ids.fsm_labor_product_id = night
        self.assertEqual(self._prices_of(order), [90])

    def test_another_customer_has_his_own_prices(self):
        self._create_pricelist(self._fixed(self.labor, 55))
        order = self._create_order(hours=1, parts=0)
        self._credit(self._post(order))
        order.bill_to_id = self.env["res.partner"].create({"name": "Insurer"})
        self.assertEqual(self._prices_of(order), [60])

    def test_work_given_away_under_warranty_is_priced_when_it_is_billable(self):
        order = self._create_order(hours=0, parts=1)
        order.part_ids.billing_mode = "warranty"
        self._credit(self._post(order))
        order.part_ids.billing_mode = "billable"
        lines = self._product_lines(self._create_invoice(order))
        self.assertEqual((lines.price_unit, lines.discount), (100, 0))

    def test_warranty_wins_over_the_discount_it_was_billed_with(self):
        order = self._create_order(hours=0, parts=1)
        self._credit(self._post(order))
        order.part_ids.billing_mode = "warranty"
        lines = self._product_lines(self._create_invoice(order))
        self.assertEqual((lines.price_unit, lines.discount), (100, 100))
