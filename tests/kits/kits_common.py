from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command

from ..credit_common import CreditCommon
from ..parts_common import PartsCommon


class KitsCommon(CreditCommon, PartsCommon):
    """A kit at 500.00 of two valves and a hose, which cost 10.00 and 20.00."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.valve = cls._create_part("Valve", 15.0, 10.0)
        cls.hose = cls._create_part("Hose", 30.0, 20.0)
        for part in (cls.valve, cls.hose):
            cls._stock_up(part)
            part.categ_id.property_valuation = "real_time"
        cls.kit = cls._create_product(name="Pump kit", type="consu", lst_price=500.0)

    def _use_kit(self, order, quantity=1):
        """:return: the moves of the components of kits, to deliver"""
        places = {
            "location_id": self.stock.id,
            "location_dest_id": self.customers.id,
        }
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "fsm_order_id": order.id,
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.kit.id,
                            "product_uom_qty": quantity,
                            "product_uom": self.kit.uom_id.id,
                            **places,
                        }
                    )
                ],
                **places,
            }
        )
        self._explode(picking.move_ids)
        picking.action_confirm()
        return picking.move_ids

    def _explode(self, move):
        """Put components in the place of a kit; Odoo's manufacturing does, if it is
        there.
        """

    def _deliver(self, moves, **quantities):
        """Deliver these moves, or ``quantities`` by the name of the part."""
        for move in moves:
            name = move.product_id.name.lower()
            move.quantity = quantities.get(name, move.product_uom_qty)
            move.picked = bool(move.quantity)
        moves.picking_id._action_done()
        return moves

    def _take_back(self, moves, **quantities):
        """Return ``quantities`` by the name of the part."""
        dialog = self._open_return(moves.picking_id)
        for line in dialog.product_return_moves:
            line.quantity = quantities.get(line.product_id.name.lower(), 0)
        action = dialog.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"])
        self._validate(back)
        return back.move_ids

    def _deliver_order(self, quantity=1):
        """:return: a done order, and the moves of the components of its kits"""
        order = self._create_order(hours=0, parts=0)
        return order, self._deliver(self._use_kit(order, quantity))

    def _get_lines(self, document):
        return [
            (line.product_id.name, line.quantity, line.price_unit)
            for line in self._product_lines(document)
        ]

    def _get_open(self, order):
        """:return: what the next document of ``order`` comes to"""
        self.env.flush_all()
        self.env.invalidate_all()
        return order.with_user(self.clerk).amount_to_bill


class KitScenarios:
    """What holds for kits, however they came to be components."""

    def test_kit_is_billed_as_a_kit(self):
        order, moves = self._deliver_order(2)
        self.assertEqual(
            {move.product_id: move.quantity for move in moves},
            {self.valve: 4, self.hose: 2},
        )
        self.assertEqual(self._get_open(order), 1000)
        invoice = self._post_invoice(order)
        self.assertEqual(self._get_lines(invoice), [("Pump kit", 2, 500)])
        self.assertLedgerHolds(order)
        self.assertEqual(sum(moves.mapped("qty_to_bill")), 0)
        self.assertEqual(order.billing_status, "posted")

    def test_cost_of_a_kit_is_that_of_its_components(self):
        order, _moves = self._deliver_order(2)
        self.assertEqual(self._get_cost(self._post_invoice(order)), (0, 80))

    def test_cost_price_of_a_kit_is_that_of_its_components(self):
        self.policy.write({"parts_pricing": "cost", "parts_markup": 50})
        order, _moves = self._deliver_order(2)
        self.assertEqual(self._get_lines(self._invoice(order)), [("Pump kit", 2, 60)])

    def test_kit_waits_for_its_components(self):
        order = self._create_order(hours=0, parts=0)
        moves = self._deliver(self._use_kit(order), hose=0)
        self.assertEqual(self._get_open(order), 0)
        self.assertEqual(order.billing_status, "nothing")
        self._validate(moves.picking_id.backorder_ids)
        self.assertEqual(self._get_open(order), 500)
        self.assertEqual(order.billing_status, "to_invoice")

    def test_kit_delivered_on_two_days_is_billed_once_it_is_whole(self):
        order, moves = self._deliver_order()
        hose = moves.filtered(lambda move: move.product_id == self.hose)
        (moves - hose).sudo().date = "2026-03-02 10:00:00"
        hose.sudo().date = "2026-03-03 10:00:00"
        by_clerk = order.with_user(self.clerk)
        with self.assertRaisesRegex(UserError, "done after"):
            by_clerk._create_invoices(until=date(2026, 3, 2))
        with self.assertRaises(UserError):
            by_clerk._create_invoices(visits=frozenset({(order.id, date(2026, 3, 2))}))
        invoice = by_clerk._create_invoices()
        self.assertEqual(self._get_lines(invoice), [("Pump kit", 1, 500)])

    def test_kit_that_is_never_whole_is_billed_as_its_components(self):
        order = self._create_order(hours=0, parts=0)
        moves = self._deliver(self._use_kit(order), hose=0)
        moves.picking_id.backorder_ids.action_cancel()
        self.assertEqual(order.billing_status, "to_invoice")
        self.assertEqual(self._get_lines(self._invoice(order)), [("Valve", 2, 15)])

    def test_component_beyond_the_kit_is_billed_by_itself(self):
        order = self._create_order(hours=0, parts=0)
        self._deliver(self._use_kit(order), valve=3)
        self.assertEqual(self._get_open(order), 515)
        invoice = self._post_invoice(order)
        self.assertEqual(
            sorted(self._get_lines(invoice)), [("Pump kit", 1, 500), ("Valve", 1, 15)]
        )
        self.assertEqual(order.billing_status, "posted")
        self.assertLedgerHolds(order)

    def test_kit_returned_before_billing_is_not_billed(self):
        order, moves = self._deliver_order(2)
        self._take_back(moves, valve=2, hose=1)
        self.assertEqual(self._get_lines(self._invoice(order)), [("Pump kit", 1, 500)])

    def test_kit_returned_after_billing_is_credited(self):
        order, moves = self._deliver_order(2)
        self._post_invoice(order)
        self._take_back(moves, valve=2, hose=1)
        credit = self._invoice(order)
        self.assertEqual(self._get_lines(credit), [("Pump kit", 1, 500)])
        self.assertTrue(self._product_lines(credit).fsm_credited_line_id)
        credit.action_post()
        self.assertLedgerHolds(order)
        self.assertEqual(self._get_open(order), 0)

    def test_kit_of_which_a_component_came_back_is_credited_once(self):
        order, moves = self._deliver_order(1)
        self._post_invoice(order)
        self._take_back(moves, hose=1)
        credit = self._invoice(order)
        self.assertEqual(self._get_lines(credit), [("Pump kit", 1, 500)])
        credit.action_post()
        self._take_back(moves, valve=2)
        self.assertEqual(self._get_open(order), 0)
        self.assertEqual(order.billing_status, "credited")

    def test_components_left_of_a_kit_that_was_credited_are_billed(self):
        order, moves = self._deliver_order(2)
        self._post_invoice(order)
        self._take_back(moves, hose=1, valve=1)
        credit = self._post_invoice(order)
        self.assertEqual(self._get_lines(credit), [("Pump kit", 1, 500)])
        self.assertEqual(self._get_open(order), 15)
        self.assertEqual(order.billing_status, "to_invoice")
        credit.button_draft()
        self.assertEqual(self._get_open(order), 0)
        credit.action_post()
        invoice = self._post_invoice(order)
        self.assertEqual(self._get_lines(invoice), [("Valve", 1, 15)])
        self.assertLedgerHolds(order)
        self.assertEqual(self._get_open(order), 0)
        with self.assertRaisesRegex(UserError, "billed in the meantime"):
            credit.button_draft()
        # all that is left comes back: the valve, and the other kit
        self._take_back(moves, valve=3, hose=1)
        self.assertEqual(self._get_open(order), -515)
        self._post_invoice(order)
        self.assertEqual(self._get_open(order), 0)
        self.assertEqual(order.billing_status, "credited")

    def test_kit_credited_is_billed_again_as_a_kit(self):
        order, moves = self._deliver_order(2)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.kit: (1, "bill_again")})
        self.assertEqual(
            {move.product_id: move.qty_billed for move in moves},
            {self.valve: 2, self.hose: 1},
        )
        again = self._post_invoice(order)
        self.assertEqual(self._get_lines(again), [("Pump kit", 1, 500)])
        self.assertLedgerHolds(order)

    def test_kit_credited_as_returned_comes_back_whole(self):
        order, moves = self._deliver_order(2)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {self.kit: (1, "returned")})
        back = order.part_ids - moves
        self.assertEqual(
            {move.product_id: move.qty_recorded for move in back},
            {self.valve: -2, self.hose: -1},
        )
        self.assertLedgerHolds(order)
        self.assertEqual(self._get_open(order), 0)
        self.assertEqual(order.billing_status, "partial")

    def test_component_exchanged_leaves_nothing_to_bill(self):
        order, moves = self._deliver_order(1)
        self._post_invoice(order)
        valve = moves.filtered(lambda move: move.product_id == self.valve)
        before = order.picking_ids
        dialog = self._open_return(valve.picking_id)
        dialog.product_return_moves.filtered(
            lambda line: line.product_id == self.valve
        ).quantity = 1
        dialog.action_create_exchanges()
        for picking in order.picking_ids - before:
            self._validate(picking)
        self.assertEqual(len(order.picking_ids - before), 2)
        self.assertEqual(self._get_open(order), 0)
        self.assertEqual(order.billing_status, "posted")

    def test_kit_under_warranty_is_printed_as_one(self):
        order, moves = self._deliver_order(1)
        moves.billing_mode = "warranty"
        line = self._product_lines(self._invoice(order))
        self.assertRecordValues(
            line, [{"product_id": self.kit.id, "quantity": 1, "discount": 100}]
        )
