from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..parts_common import PartsCommon


@tagged("post_install", "-at_install")
class TestParts(PartsCommon):
    def _create_order_of_parts(self, quantity):
        """:return: a done order without hours, and the move of its parts"""
        order = self._create_order(hours=0, parts=0)
        return order, self._use_part(order, quantity)

    def _quantities(self, invoice):
        return self._product_lines(invoice).mapped("quantity")

    # --- returns before billing ---
    def test_return_nets_what_was_used(self):
        order, move = self._create_order_of_parts(3)
        back = self._return_part(move, 1)
        self.assertEqual(back.fsm_order_id, order)
        invoice = self._invoice(order)
        self.assertEqual(self._quantities(invoice), [2])
        self.assertEqual(
            sorted(invoice.fsm_order_ids.billing_entry_ids.mapped("quantity")), [-1, 3]
        )

    def test_return_of_a_return_is_used_again(self):
        order, move = self._create_order_of_parts(2)
        back = self._return_part(move, 2)
        again = self._return_part(back, 1)
        self.assertEqual(again.qty_recorded, 1)
        self.assertEqual(self._quantities(self._invoice(order)), [1])

    def test_return_of_a_return_keeps_the_price_of_the_first_delivery(self):
        today = fields.Date.today()
        self.customer.property_product_pricelist = self.env["product.pricelist"].create(
            {
                "name": "Contract",
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "0_product_variant",
                            "product_id": self.pump.id,
                            "compute_price": "fixed",
                            "fixed_price": price,
                            **period,
                        }
                    )
                    for price, period in (
                        (90, {"date_end": today - timedelta(days=20)}),
                        (120, {"date_start": today - timedelta(days=19)}),
                    )
                ],
            }
        )
        order, move = self._create_order_of_parts(1)
        move.date = fields.Datetime.now() - timedelta(days=30)
        self._return_part(self._return_part(move))
        line = self._product_lines(self._invoice(order))
        self.assertRecordValues(line, [{"quantity": 1, "price_unit": 90}])

    def test_all_returned_leaves_nothing_to_invoice(self):
        order, move = self._create_order_of_parts(2)
        self.assertEqual(order.billing_status, "to_invoice")
        self._return_part(move, 2)
        self.assertEqual(order.billing_status, "nothing")

    def test_return_of_a_part_under_warranty_is_worth_nothing(self):
        order, move = self._create_order_of_parts(2)
        move.billing_mode = "warranty"
        self._return_part(move, 1)
        line = self._product_lines(self._invoice(order))
        self.assertRecordValues(
            line, [{"quantity": 1, "discount": 100, "price_subtotal": 0}]
        )

    def test_return_of_a_part_that_is_not_billed_is_not_credited(self):
        order, move = self._create_order_of_parts(2)
        move.billing_mode = "not_billed"
        back = self._return_part(move, 1)
        self.assertEqual(back.qty_to_bill, 0)
        self.assertEqual(order.billing_status, "nothing")

    def test_return_stays_as_it_was_chosen_when_its_delivery_changes(self):
        _order, move = self._create_order_of_parts(3)
        chosen = self._return_part(move, 1)
        other = self._return_part(move, 1)
        chosen.billing_mode = "not_billed"
        move.billing_mode = "warranty"
        self.assertEqual(chosen.billing_mode, "not_billed")
        self.assertEqual(other.billing_mode, "warranty")
        # set back to that of its delivery, it goes by it again
        chosen.billing_mode = "warranty"
        move.billing_mode = "billable"
        self.assertEqual((chosen | other).mapped("billing_mode"), ["billable"] * 2)

    # --- returns after billing ---
    def test_return_after_billing_makes_a_credit_note(self):
        order, move = self._create_order_of_parts(3)
        self._invoice(order).action_post()
        back = self._return_part(move, 1)
        self.assertEqual(order.billing_status, "to_invoice")
        credit = self._invoice(order)
        self.assertRecordValues(
            credit,
            [
                {
                    "move_type": "out_refund",
                    "amount_untaxed": 100,
                    "partner_id": self.customer.id,
                    "partner_shipping_id": self.site.partner_id.id,
                }
            ],
        )
        self.assertEqual(self._quantities(credit), [1])
        credit.action_post()
        self.assertEqual(back.qty_billed, -1)
        self.assertEqual(order.with_user(self.clerk).amount_billed, 200)

    def test_return_after_billing_is_credited_once(self):
        order, move = self._create_order_of_parts(3)
        self._invoice(order).action_post()
        self._return_part(move, 1)
        self._invoice(order).action_post()
        # set off against the invoice, as a payment would be
        self.assertEqual(order.billing_status, "partial")
        self.assertEqual(sum(order.part_ids.mapped("qty_to_bill")), 0)

    def test_return_after_billing_is_credited_beside_new_work(self):
        order, move = self._create_order_of_parts(1)
        self._invoice(order).action_post()
        self._return_part(move, 1)
        self._log_hours(order, 5)
        invoice, credit = self._invoice(order).sorted("move_type")
        self.assertEqual(self._quantities(invoice), [5])
        self.assertEqual(self._quantities(credit), [1])

    def test_part_replaced_after_billing_leaves_nothing_to_invoice(self):
        order, move = self._create_order_of_parts(1)
        self._invoice(order).action_post()
        self._return_part(move)
        self._use_part(order, 1)
        self.assertEqual(order.billing_status, "posted")

    def test_part_replaced_under_warranty_is_credited(self):
        order, move = self._create_order_of_parts(1)
        self._invoice(order).action_post()
        self._return_part(move)
        self._use_part(order, 1).billing_mode = "warranty"
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertRecordValues(
            self._invoice(order).sorted("move_type"),
            [
                {"move_type": "out_invoice", "amount_untaxed": 0},
                {"move_type": "out_refund", "amount_untaxed": 100},
            ],
        )

    def test_part_replaced_by_a_dearer_one_is_billed_and_the_other_credited(self):
        self.policy.parts_pricing = "cost"
        order, move = self._create_order_of_parts(1)
        self._invoice(order).action_post()
        self._return_part(move)
        self.pump.standard_price = 55
        self._use_part(order, 1)
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertRecordValues(
            self._invoice(order).sorted("move_type"),
            [
                {"move_type": "out_invoice", "amount_untaxed": 55},
                {"move_type": "out_refund", "amount_untaxed": 40},
            ],
        )

    # --- what counts as used ---
    def test_transfer_between_own_places_is_not_used(self):
        order = self._create_order(hours=0, parts=0)
        van = self.warehouse.lot_stock_id.copy({"name": "Van"})
        move = self._move(order, self.warehouse.lot_stock_id, van)
        self.assertEqual(move.qty_recorded, 0)
        self.assertEqual(order.billing_status, "nothing")

    def test_part_from_the_van_without_a_transfer_is_used(self):
        order = self._create_order(hours=0, parts=0)
        van = self.warehouse.lot_stock_id.copy({"name": "Van"})
        self._move(order, van, self.env.ref("stock.stock_location_customers"), 2)
        self.assertEqual(self._quantities(self._invoice(order)), [2])

    def test_part_into_the_stock_location_of_the_site_is_used(self):
        shelf = self.warehouse.lot_stock_id.copy({"name": "Shelf at the customer's"})
        self.site.inventory_location_id = shelf
        order = self._create_order(hours=0, parts=0)
        move = self._move(order, self.warehouse.lot_stock_id, shelf, 2)
        self.assertEqual(move.qty_recorded, 2)

    def test_part_from_one_place_of_the_customer_to_another_is_not_used(self):
        customers = self.env.ref("stock.stock_location_customers")
        shelf = self.warehouse.lot_stock_id.copy({"name": "Shelf at the customer's"})
        self.site.inventory_location_id = shelf
        order = self._create_order(hours=0, parts=0)
        self.assertEqual(self._move(order, shelf, customers).qty_recorded, 0)

    def test_part_not_delivered_yet_is_not_billed(self):
        order = self._create_order(hours=1, parts=0)
        delivered = self._use_part(order, 1)
        planned = delivered.picking_id.copy({"fsm_order_id": order.id})
        planned.action_confirm()
        self.assertEqual(planned.move_ids.fsm_order_id, order)
        self.assertEqual(self._quantities(self._invoice(order)), [1, 1])

    def test_move_added_to_a_transfer_belongs_to_its_order(self):
        order, move = self._create_order_of_parts(1)
        filter_ = self._create_part("Filter", 20.0, 5.0)
        picking = move.picking_id.copy({"fsm_order_id": order.id})
        picking.move_ids.product_id = filter_
        self.assertEqual(picking.move_ids.fsm_order_id, order)

    # --- the host's form ---
    def test_reading_the_form_takes_no_part_away(self):
        order, move = self._create_order_of_parts(1)
        shared = move.picking_id.copy({"fsm_order_id": False})
        shared.move_ids.fsm_order_id = order
        self._validate(shared)
        self.env.invalidate_all()
        [form] = order.with_user(self.clerk).read(["delivery_count", "return_count"])
        self.env.flush_all()
        self.assertEqual((form["delivery_count"], form["return_count"]), (1, 0))
        self.assertEqual((move | shared.move_ids).fsm_order_id, order)
        self.assertEqual(order.part_ids, move | shared.move_ids)

    def test_form_counts_deliveries_and_returns(self):
        order, move = self._create_order_of_parts(2)
        self._use_part(order, 1)
        self._return_part(move, 1)
        self.assertEqual((order.delivery_count, order.return_count), (2, 1))

    # --- lots and serial numbers ---
    def _create_serials(self, *names):
        """Stock a part of which every piece has a number of its own."""
        boiler = self._create_part("Boiler", 900.0, 500.0, tracking="serial")
        for name in names:
            lot = self.env["stock.lot"].create({"name": name, "product_id": boiler.id})
            self.env["stock.quant"]._update_available_quantity(
                boiler, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        return boiler

    def test_serial_numbers_are_on_the_line(self):
        boiler = self._create_serials("SN-1", "SN-2")
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2, product=boiler)
        line = self._product_lines(self._invoice(order))
        self.assertIn("Lot/serial number: SN-1, SN-2", line.name)

    def test_serial_number_that_came_back_is_not(self):
        boiler = self._create_serials("SN-1", "SN-2")
        order = self._create_order(hours=0, parts=0)
        delivery = self._use_part(order, 1, product=boiler)
        self._return_part(delivery)
        self._use_part(order, 2, product=boiler)
        delivered = order.part_ids.filtered(lambda move: move.quantity == 2).lot_ids
        line = self._product_lines(self._invoice(order))
        for name in delivered.mapped("name"):
            self.assertIn(name, line.name)

    def test_parts_without_numbers_have_no_word_of_them(self):
        order = self._create_order(hours=0)
        line = self._product_lines(self._invoice(order))
        self.assertNotIn("serial", line.name)
