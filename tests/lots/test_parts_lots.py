from odoo.tests import tagged

from ..credit_common import CreditCommon
from ..parts_common import PartsCommon


@tagged("post_install", "-at_install")
class TestPartsLots(CreditCommon, PartsCommon):
    """Lots and serial numbers go by quantities, on invoices and on reports."""

    def _create_tracked(self, tracking, **quantities):
        """:return: a part that is in stock with these quantities of its lots"""
        part = self._create_part("Boiler", 900.0, 500.0, tracking=tracking)
        self.lots = self.env["stock.lot"].create(
            [
                {"name": name.replace("_", "-"), "product_id": part.id}
                for name in quantities
            ]
        )
        for lot, quantity in zip(self.lots, quantities.values(), strict=True):
            self.env["stock.quant"]._update_available_quantity(
                part, self.stock, quantity, lot_id=lot
            )
        return part

    def _create_order_of(self, part, quantity):
        order = self._create_order(hours=0, parts=0)
        return order, self._use_part(order, quantity, product=part)

    def _return_lots(self, move, *lots):
        """Return a piece of each of these lots."""
        dialog = self._open_return(move.picking_id, quantity=len(lots))
        action = dialog.action_create_returns()
        back = self.env["stock.picking"].browse(action["res_id"]).move_ids
        back.lot_ids = self.env["stock.lot"].union(*lots)
        back.picked = True
        back.picking_id._action_done()
        return back

    def _get_named(self, lines):
        """:return: the lots that the texts of ``lines`` name"""
        text = "\n".join(lines.mapped("name"))
        return [lot.name for lot in self.lots if lot.name in text]

    def _get_reported(self, order):
        return [
            lot
            for part in order.sudo()._get_report_parts()
            for lot in part["lots"].split(", ")
        ]

    # --- what belongs together ---
    def test_lots_of_one_transfer_belong_together(self):
        part = self._create_tracked("lot", LOT_A=2, LOT_B=2, LOT_C=1)
        order = self._create_order(hours=0, parts=0)
        a, both, b, c = (
            self._use_part(order, quantity, product=part) for quantity in (1, 2, 1, 1)
        )
        self.assertEqual(both.lot_ids, a.lot_ids | b.lot_ids)
        alike = [move._get_sources_alike() for move in (a, both, b, c)]
        self.assertEqual(alike, [*[a | both | b] * 3, c])

    # --- quantities ---
    def test_lot_of_which_a_part_came_back_is_named(self):
        part = self._create_tracked("lot", LOT_A=10)
        order, move = self._create_order_of(part, 5)
        self._return(move, 2)
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 3)
        self.assertIn("Lot/serial number: LOT-A", line.name)
        self.assertEqual(self._get_reported(order), ["LOT-A"])

    def test_lot_that_came_back_is_not_named(self):
        part = self._create_tracked("lot", LOT_A=2, LOT_B=3)
        order, move = self._create_order_of(part, 5)
        self.assertEqual(len(move.lot_ids), 2)
        back = self._return(move, 2)
        back.move_line_ids.lot_id = self.lots[0]
        line = self._product_lines(self._invoice(order))
        self.assertEqual(self._get_named(line), ["LOT-B"])
        self.assertEqual(self._get_reported(order), ["LOT-B"])

    def test_steps_inside_the_warehouse_take_no_lot_away(self):
        part = self._create_tracked("lot", LOT_A=10)
        order, move = self._create_order_of(part, 2)
        van = self.stock.copy({"name": "Van"})
        inside = move.copy(
            {"location_dest_id": van.id, "fsm_order_id": order.id, "picking_id": False}
        )
        inside._action_confirm()
        inside._action_assign()
        inside.write({"quantity": 2, "picked": True})
        inside._action_done()
        self.assertEqual(inside.qty_recorded, 0)
        self.assertEqual(inside.lot_ids, self.lots)
        self.assertEqual(self._get_reported(order), ["LOT-A"])

    # --- credited and billed again ---
    def _bill_serials(self):
        part = self._create_tracked("serial", SN_1=1, SN_2=1)
        order, move = self._create_order_of(part, 2)
        self.assertEqual(move.lot_ids, self.lots)
        return part, order, move, self._post_invoice(order)

    def test_serial_credited_is_billed_again_by_its_number(self):
        part, order, _move, invoice = self._bill_serials()
        self._confirm(invoice, {part: (1, "bill_again")})
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 1)
        self.assertEqual(self._get_named(line), ["SN-2"])

    def test_serial_billed_again_is_not_the_one_on_another_invoice(self):
        part, order, _move, invoice = self._bill_serials()
        self._confirm(invoice, {part: (1, "bill_again")})
        self._post_invoice(order)
        self._confirm(invoice, {part: (1, "bill_again")})
        line = self._product_lines(self._invoice(order))
        self.assertEqual(self._get_named(line), ["SN-1"])

    def test_serial_that_the_credit_note_names_is_opened(self):
        part, order, _move, invoice = self._bill_serials()
        dialog = self._open_dialog(invoice)
        self._choose(dialog, {part: (1, "bill_again")}).action_fsm_save_draft()
        credit = dialog.new_move_ids
        self._line(credit, part).name = "Boiler SN-1"
        credit.action_post()
        line = self._product_lines(self._invoice(order))
        self.assertEqual(self._get_named(line), ["SN-1"])

    def test_serial_that_came_back_is_not_billed_again(self):
        part, order, move, invoice = self._bill_serials()
        self._return_lots(move, self.lots[0])
        self._confirm(invoice, {part: (2, "bill_again")})
        line = self._product_lines(self._invoice(order))
        self.assertEqual(line.quantity, 1)
        self.assertEqual(self._get_named(line), ["SN-2"])

    def test_serial_that_was_credited_when_it_came_back_is_not_billed_again(self):
        part, order, move, invoice = self._bill_serials()
        self._return_lots(move, self.lots[1])
        credit = self._invoice(order)
        self.assertEqual(self._get_named(self._product_lines(credit)), ["SN-2"])
        credit.action_post()
        self._confirm(invoice, {part: (1, "bill_again")})
        line = self._product_lines(self._invoice(order))
        self.assertEqual(self._get_named(line), ["SN-1"])

    # --- one in place of another ---
    def _swap(self, lot):
        """:return: what follows when SN-1 came back and ``lot`` went out: drafts"""
        part = self._create_tracked("serial", SN_1=1, SN_2=1)
        order = self._create_order(hours=0, parts=0)
        first = self._use_part(order, 1, product=part, validate=False)
        first.lot_ids = self.lots[0]
        first.picking_id.button_validate()
        invoice = self._post_invoice(order)
        self.assertEqual(self._get_named(self._product_lines(invoice)), ["SN-1"])
        self._return_lots(first, self.lots[0])
        second = self._use_part(order, 1, product=part, validate=False)
        second.lot_ids = self.lots.filtered(lambda other: other.name == lot)
        second.picking_id.button_validate()
        return order, invoice

    def test_serial_in_place_of_another_is_said(self):
        order, invoice = self._swap("SN-2")
        order.with_user(self.clerk).action_create_invoice()
        drafts = order.billing_entry_ids.move_id - invoice
        named = {
            move.move_type: self._get_named(self._product_lines(move))
            for move in drafts
        }
        self.assertEqual(named, {"out_invoice": ["SN-2"], "out_refund": ["SN-1"]})
        self.assertEqual(set(drafts.mapped("amount_untaxed")), {900})
        drafts.action_post()
        self._assert_nothing_open(order)
        self.assertEqual(self._get_reported(order), ["SN-2"])
        self.assertLedgerHolds(order)

    def test_serial_that_goes_out_again_is_nothing_to_say(self):
        order, _invoice = self._swap("SN-1")
        self._assert_nothing_open(order)
        self.assertEqual(self._get_reported(order), ["SN-1"])

    def test_lots_are_billed_again_by_quantity(self):
        part = self._create_tracked("lot", LOT_A=3, LOT_B=2)
        order, _move = self._create_order_of(part, 5)
        invoice = self._post_invoice(order)
        self._confirm(invoice, {part: (2, "bill_again")})
        line = self._product_lines(self._invoice(order))
        self.assertEqual(self._get_named(line), ["LOT-B"])

    def test_credit_note_of_one_serial_names_it(self):
        part, order, _move, invoice = self._bill_serials()
        credit = self._confirm(invoice, {part: (1, "bill_again")})
        self.assertEqual(self._get_named(self._product_lines(credit)), ["SN-2"])

    def test_correction_of_one_serial_names_it(self):
        part, order, _move, invoice = self._bill_serials()
        dialog = self._open_dialog(invoice)
        self._choose(dialog, {part: (1, "bill_again")})
        action = dialog.action_fsm_correct()
        draft = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(self._get_named(self._product_lines(draft)), ["SN-2"])
        self.assertLedgerHolds(order)
