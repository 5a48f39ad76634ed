from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..companies_common import CompaniesCommon
from ..parts_common import PartsCommon


class PartsDescentCommon(PartsCommon):
    """Transfers that Odoo makes itself."""

    def _exchange(self, move, quantity=1):
        """Press *Return for Exchange*; validate the return and the replacement.

        :return: moves of the return and of the replacement
        """
        before = self.env["stock.move"].search([])
        dialog = self._open_return(move.picking_id, quantity=quantity)
        dialog.action_create_exchanges()
        made = self.env["stock.move"].search([]) - before
        back = made.filtered("origin_returned_move_id")
        self._validate(back.picking_id)
        self._validate((made - back).picking_id)
        return back, made - back

    def _procure(self, order, quantity=2, **values):
        """Ask for pumps at the customer's, by the rules of the warehouse."""
        self.env["stock.rule"].run(
            [
                self.env["stock.rule"].Procurement(
                    self.pump,
                    quantity,
                    self.pump.uom_id,
                    self.customers,
                    self.pump.name,
                    order.name or "/",
                    self.company,
                    {
                        "warehouse_id": self.warehouse,
                        "fsm_order_id": order.id,
                        "date_planned": "2026-01-01 00:00:00",
                        **values,
                    },
                )
            ]
        )
        return order.picking_ids


@tagged("post_install", "-at_install")
class TestPartsDescent(PartsDescentCommon):
    # --- exchange ---
    def test_exchange_after_billing_leaves_nothing_to_bill(self):
        order, move = self._deliver_and_bill()
        back, replacement = self._exchange(move)
        self.assertEqual((back | replacement).fsm_order_id, order)
        self.assertEqual(replacement.picking_id.fsm_order_id, order)
        self.assertEqual((order.delivery_count, order.return_count), (2, 1))
        self._assert_nothing_open(order)

    def test_exchange_before_billing_bills_what_the_customer_has(self):
        order = self._create_order(hours=0, parts=0)
        self._exchange(self._use_part(order, 2))
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 2)

    def test_replacement_has_the_price_of_what_it_replaces(self):
        self.policy.parts_pricing = "cost"
        order, move = self._deliver_and_bill()
        self.pump.standard_price = 55
        self._exchange(move)
        self._assert_nothing_open(order)

    def test_replacement_of_a_part_under_warranty_is_under_warranty(self):
        order = self._create_order(hours=1, parts=0)
        move = self._use_part(order, 1)
        move.billing_mode = "warranty"
        self._invoice(order).action_post()
        _back, replacement = self._exchange(move)
        self.assertEqual(replacement.billing_mode, "warranty")
        self._assert_nothing_open(order)

    def test_part_of_another_order_can_not_be_said_to_be_replaced(self):
        _order, move = self._deliver_and_bill()
        other = self._create_order(hours=0, parts=1)
        with self.assertRaisesRegex(AccessError, "In exchange for"):
            self.env["stock.move"].create(
                {
                    "product_id": self.pump.id,
                    "product_uom_qty": 1,
                    "product_uom": self.pump.uom_id.id,
                    "location_id": self.stock.id,
                    "location_dest_id": self.customers.id,
                    "fsm_order_id": other.id,
                    "fsm_exchanged_move_id": move.id,
                }
            )

    def test_replacement_that_comes_back_is_credited_to_its_invoice(self):
        order, move = self._deliver_and_bill()
        _back, replacement = self._exchange(move)
        self._return(replacement)
        credit = self._invoice(order)
        self.assertEqual(credit.amount_untaxed, 100)
        self.assertEqual(
            self._product_lines(credit).fsm_credited_line_id.move_id,
            order.invoice_ids.filtered(lambda invoice: invoice.state == "posted"),
        )

    def test_replacement_that_is_exchanged_again_leaves_nothing_to_bill(self):
        order, move = self._deliver_and_bill()
        _back, replacement = self._exchange(move)
        self._exchange(replacement)
        self._assert_nothing_open(order)

    def test_backorder_of_a_replacement_is_one(self):
        order, move = self._deliver_and_bill()
        before = order.picking_ids
        dialog = self._open_return(move.picking_id, quantity=2)
        dialog.action_create_exchanges()
        sent = (order.picking_ids - before).filtered(
            lambda picking: picking.picking_type_code == "outgoing"
        )
        sent.move_ids.write({"quantity": 1, "picked": True})
        sent._action_done()
        [backorder] = sent.backorder_ids
        self.assertEqual(backorder.fsm_order_id, order)
        self.assertEqual(backorder.move_ids.fsm_exchanged_move_id, move)

    # --- several steps ---
    def test_next_step_of_a_delivery_is_of_the_order(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        order = self._create_order(hours=0, parts=0)
        waiting = self._procure(order)
        for _step in range(3):
            self.assertEqual(len(waiting), 1)
            self._validate(waiting)
            waiting = order.picking_ids.filtered(
                lambda picking: picking.state != "done"
            )
        self.assertEqual(len(order.picking_ids), 3)
        self.assertFalse(waiting)
        self.assertEqual(order.part_ids.mapped("qty_recorded"), [0, 0, 2])
        self.assertEqual(order.delivery_count, 1)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 200)

    def test_part_added_at_the_second_step_is_of_the_order(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._create_order(hours=0, parts=0)
        pick = self._procure(order)
        self._validate(pick)
        ship = order.picking_ids - pick
        ship.move_ids = [
            Command.create(
                {
                    "product_id": self.pump.id,
                    "product_uom_qty": 3,
                    "product_uom": self.pump.uom_id.id,
                    "location_id": ship.location_id.id,
                    "location_dest_id": ship.location_dest_id.id,
                }
            )
        ]
        self._validate(ship)
        self.assertEqual(sum(order.part_ids.mapped("qty_recorded")), 5)

    def test_backorder_of_the_second_step_is_of_the_order(self):
        self.warehouse.delivery_steps = "pick_ship"
        order = self._create_order(hours=0, parts=0)
        pick = self._procure(order)
        self._validate(pick)
        ship = order.picking_ids - pick
        ship.move_ids.write({"quantity": 1, "picked": True})
        ship._action_done()
        self.assertEqual(ship.backorder_ids.fsm_order_id, order)
        self.assertEqual(ship.backorder_ids.move_ids.fsm_order_id, order)
        self.assertEqual(order.delivery_count, 2)

    def test_pulled_step_is_of_the_order(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.warehouse.delivery_route_id.rule_ids.write({"action": "pull"})
        order = self._create_order(hours=0, parts=0, done=False)
        source = self.warehouse.wh_output_stock_loc_id
        ship = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "fsm_order_id": order.id,
                "location_id": source.id,
                "location_dest_id": self.customers.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.pump.id,
                            "product_uom_qty": 2,
                            "product_uom": self.pump.uom_id.id,
                            "location_id": source.id,
                            "location_dest_id": self.customers.id,
                            "procure_method": "make_to_order",
                        }
                    )
                ],
            }
        )
        self._allow_pull_into(source)
        ship.action_confirm()
        pick = ship.move_ids.move_orig_ids
        self.assertEqual(pick.fsm_order_id, order)
        self.assertEqual(pick.picking_id.fsm_order_id, order)

    def _allow_pull_into(self, location):
        route = self.env["stock.route"].create(
            {
                "name": "Bring to the gate",
                "product_selectable": True,
                "rule_ids": [
                    Command.create(
                        {
                            "name": "Bring to the gate",
                            "action": "pull",
                            "picking_type_id": self.warehouse.pick_type_id.id,
                            "location_src_id": self.stock.id,
                            "location_dest_id": location.id,
                            "procure_method": "make_to_stock",
                        }
                    )
                ],
            }
        )
        self.pump.route_ids = route

    def test_order_given_to_the_first_step_is_given_to_the_next(self):
        order = self._create_order(hours=0, parts=0, done=False)
        first, second = (
            self.env["stock.picking"].create(
                {
                    "picking_type_id": picking_type.id,
                    "location_id": source.id,
                    "location_dest_id": destination.id,
                    "move_ids": [
                        Command.create(
                            {
                                "product_id": self.pump.id,
                                "product_uom_qty": 1,
                                "product_uom": self.pump.uom_id.id,
                                "location_id": source.id,
                                "location_dest_id": destination.id,
                            }
                        )
                    ],
                }
            )
            for picking_type, source, destination in (
                (self.warehouse.int_type_id, self.stock, self.stock),
                (self.warehouse.out_type_id, self.stock, self.customers),
            )
        )
        first.move_ids.move_dest_ids = second.move_ids
        first.fsm_order_id = order
        self.assertEqual(second.move_ids.fsm_order_id, order)
        self.assertEqual(order.picking_ids, first | second)

    def test_order_given_to_a_delivery_is_given_to_its_return(self):
        order = self._create_order(hours=0, parts=0)
        move = self._use_part(self.env["fsm.order"], 2)
        back = self._return(move)
        again = self._return(back)
        self.assertFalse((move | back | again).fsm_order_id)
        move.picking_id.fsm_order_id = order
        self.assertEqual((move | back | again).fsm_order_id, order)
        self.assertEqual(order.part_ids.mapped("qty_recorded"), [2, -1, 1])
        self.assertEqual(order.picking_ids, order.part_ids.picking_id)

    def test_transfer_follows_the_order_of_its_part_that_is_billed(self):
        seal = self._create_part("Seal", 5.0, 2.0)
        self._stock_up(seal)
        places = {
            "location_id": self.stock.id,
            "location_dest_id": self.customers.id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                **places,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": 1,
                            "product_uom": product.uom_id.id,
                            **places,
                        }
                    )
                    for product in (self.pump, seal)
                ],
            }
        )
        self._validate(picking)
        first, second = picking.move_ids
        order = self._create_order(hours=0, parts=0)
        first.fsm_order_id = order
        self._invoice(order).action_post()
        with self.assertRaises(UserError):
            picking.fsm_order_id = self._create_order(hours=0, parts=0)
        picking.fsm_order_id = order
        self.assertEqual((first | second).fsm_order_id, order)
        self.assertEqual(order.part_ids.mapped("qty_billed"), [1, 0])

    def test_orders_share_no_transfer(self):
        orders = [self._create_order(hours=0, parts=0) for _number in range(2)]
        for order in orders:
            self._procure(order)
        for order in orders:
            self.assertEqual(len(order.picking_ids), 1)
            self.assertEqual(order.picking_ids.move_ids.fsm_order_id, order)
            self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 2)

    def test_what_is_of_no_order_joins_no_transfer_of_one(self):
        order = self._create_order(hours=0, parts=0)
        transfer = self._procure(order)
        self._procure(self.env["fsm.order"])
        self.assertEqual(order.picking_ids, transfer)
        self.assertEqual(transfer.move_ids.product_uom_qty, 2)

    def test_less_of_a_quotation_makes_no_return(self):
        sale = self._create_sale(self.pump, quantity=3)
        sale.action_confirm()
        order = self._create_order(hours=0, parts=0, done=False, sale_id=sale.id)
        sale.picking_ids.fsm_order_id = order
        sale.order_line.product_uom_qty = 1
        self.assertEqual(sale.picking_ids.move_ids.product_uom_qty, 1)

    def test_what_a_sale_sends_later_is_of_the_order(self):
        sale = self._create_sale(self.pump)
        sale.action_confirm()
        order = self._create_order(hours=0, parts=0, done=False, sale_id=sale.id)
        sale.picking_ids.fsm_order_id = order
        self._validate(sale.picking_ids)
        sale.order_line.product_uom_qty = 3
        self.assertEqual(len(sale.picking_ids), 2)
        self.assertEqual(sale.picking_ids.fsm_order_id, order)
        self.assertEqual(sale.picking_ids, order.picking_ids)

    def test_moves_that_follow_each_other_end_no_loop(self):
        order = self._create_order(hours=0, parts=1)
        move = order.part_ids
        self.env.cr.execute(
            "INSERT INTO stock_move_move_rel (move_orig_id, move_dest_id) "
            "VALUES (%s, %s)",
            [move.id, move.id],
        )
        self.env.invalidate_all()
        self.assertFalse(move._get_later_moves())

    # --- speed ---
    def test_moves_of_no_order_cost_no_query_each(self):
        def count(number):
            picking = self.env["stock.picking"].create(
                {
                    "picking_type_id": self.warehouse.out_type_id.id,
                    "location_id": self.stock.id,
                    "location_dest_id": self.customers.id,
                }
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            moves = self.env["stock.move"].create(
                [
                    {
                        "product_id": self.pump.id,
                        "product_uom_qty": 1,
                        "product_uom": self.pump.uom_id.id,
                        "location_id": self.stock.id,
                        "location_dest_id": self.customers.id,
                        "picking_id": picking.id,
                    }
                    for _number in range(number)
                ]
            )
            self.env.flush_all()
            moves.invalidate_recordset()
            moves._get_new_picking_values()
            moves.mapped("qty_recorded")
            return self.env.cr.sql_log_count - before

        count(1)
        self.assertEqual(count(20), count(2))


@tagged("post_install", "-at_install")
class TestPartsDescentCompanies(CompaniesCommon):
    def test_what_another_company_moves_on_is_its_own(self):
        order = self._create_order(hours=0, parts=1)
        move = order.part_ids
        next_step = self.env["stock.move"].create(
            {
                "company_id": self.other.id,
                "product_id": self.pump.id,
                "product_uom_qty": 1,
                "product_uom": self.pump.uom_id.id,
                "location_id": move.location_dest_id.id,
                "location_dest_id": self.other_warehouse.lot_stock_id.id,
                "move_orig_ids": [Command.link(move.id)],
            }
        )
        self.assertFalse(next_step.fsm_order_id)
