from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import SQL

from ..parts_common import PartsCommon


@tagged("post_install", "-at_install")
class TestPartsDirections(PartsCommon):
    """What counts as used by the customer, what as returned, and what as neither."""

    # --- scrap, losses and production ---
    def test_scrap_of_a_delivered_part_is_no_return(self):
        order, move = self._deliver_and_bill()
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.pump.id,
                "picking_id": move.picking_id.id,
                "location_id": self.customers.id,
                "scrap_location_id": self.scrap.id,
                "scrap_qty": 1,
            }
        )
        scrap.action_validate()
        self.assertEqual(scrap.move_ids.fsm_order_id, order)
        self.assertEqual(scrap.move_ids.qty_recorded, 0)
        self._assert_nothing_open(order)

    def test_part_scrapped_before_billing_is_billed(self):
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, 2)
        self._move(order, self.customers, self.scrap)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 2)

    def test_part_lost_at_the_site_is_no_return(self):
        shelf = self.stock.copy({"name": "Shelf at the customer's"})
        self.site.inventory_location_id = shelf
        order = self._create_order(hours=0, parts=0)
        self._move(order, self.stock, shelf, 2)
        self._invoice(order).action_post()
        self._move(order, shelf, self.scrap, is_inventory=True)
        self._assert_nothing_open(order)

    # --- the stock location of a site, changed later ---
    def _deliver_and_move_shelf(self):
        """:return: an order of 2 parts, billed; where they are, and new ones will be"""
        shelves = [self.stock.copy({"name": f"Shelf {index}"}) for index in range(2)]
        self.site.inventory_location_id = shelves[0]
        order = self._create_order(hours=0, parts=0)
        self._move(order, self.stock, shelves[0], 2)
        self._invoice(order).action_post()
        self.site.inventory_location_id = shelves[1]
        return order, *shelves

    def test_part_returned_from_where_the_stock_of_the_site_was_is_credited(self):
        for is_linked in (True, False):
            with self.subTest(is_linked=is_linked):
                order, before, _now = self._deliver_and_move_shelf()
                origin = order.part_ids.id if is_linked else False
                self._move(order, before, self.stock, origin_returned_move_id=origin)
                self.assertEqual(order.with_user(self.clerk).amount_to_bill, -100)

    def test_part_moved_to_the_new_stock_of_the_site_is_not_billed_again(self):
        order, before, now = self._deliver_and_move_shelf()
        self._move(order, before, now)
        self._assert_nothing_open(order)

    def test_part_scrapped_where_the_stock_of_the_site_was_is_no_return(self):
        order, before, _now = self._deliver_and_move_shelf()
        self._move(order, before, self.scrap, is_inventory=True)
        self._assert_nothing_open(order)

    def test_part_sent_to_where_the_stock_of_the_site_was_is_not_used(self):
        order, before, _now = self._deliver_and_move_shelf()
        self._move(order, self.stock, before)
        self._assert_nothing_open(order)

    def test_stock_that_was_the_stock_of_a_site_by_mistake_delivers_again(self):
        order, _move = self._deliver_and_bill(1)
        shelf = self.stock.copy({"name": "Shelf of ours"})
        self.site.inventory_location_id = shelf
        mistaken = self._create_order(hours=0, parts=0)
        self._move(mistaken, self.stock, shelf, 2)
        self.site.inventory_location_id = self.customers
        # those two were used when they came there, and all others come later
        self._move(mistaken, shelf, self.customers, 2)
        later = self._create_order(hours=0, parts=0)
        moves = [self._move(later, shelf, self.customers) for _number in range(2)]
        self.assertEqual([move.qty_recorded for move in moves], [1, 1])
        self.assertEqual(sum(mistaken.part_ids.mapped("qty_recorded")), 2)
        valve = self._create_part("Valve", 18, 9)
        self._stock_up(valve)
        other = self._move(order, shelf, self.customers, product_id=valve.id)
        self.assertEqual(other.qty_recorded, 1)
        # nor is it a return where parts are moved on among places of ours
        self.assertEqual(self._move(later, shelf, self.stock).qty_recorded, 0)

    def test_part_corrected_after_the_stock_of_the_site_changed_is_used(self):
        shelf = self.stock.copy({"name": "Shelf"})
        self.site.inventory_location_id = shelf
        order = self._create_order(hours=0, parts=0)
        move = self._move(order, self.stock, shelf, 2)
        self.site.inventory_location_id = self.customers
        move.quantity = 1
        self.assertEqual(move.qty_recorded, 1)

    def test_part_found_at_the_customer_was_not_delivered_again(self):
        order, _move = self._deliver_and_bill()
        self._move(order, self.customers, self.scrap)
        self._move(order, self.scrap, self.customers)
        self._assert_nothing_open(order)

    def test_part_consumed_at_the_customer_is_no_return(self):
        order, _move = self._deliver_and_bill()
        self._move(order, self.customers, self.production)
        self._assert_nothing_open(order)

    def test_part_made_by_us_is_no_return(self):
        order, _move = self._deliver_and_bill()
        self._move(order, self.production, self.stock)
        self._assert_nothing_open(order)

    def test_part_bought_from_another_company_of_ours_is_no_return(self):
        transit = self.env.ref("stock.stock_location_inter_company")
        order, _move = self._deliver_and_bill()
        self._move(order, transit, self.stock)
        self._assert_nothing_open(order)

    def test_part_sold_to_another_company_of_ours_is_used(self):
        transit = self.env.ref("stock.stock_location_inter_company")
        order = self._create_order(hours=0, parts=0)
        self._move(order, self.stock, transit, 2)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 2)

    # --- update quantities ---
    def test_return_not_to_update_quantities_is_not_credited(self):
        order, move = self._deliver_and_bill()
        back = self._return(move, update_quantities=False)
        self.assertEqual(back.qty_recorded, 0)
        self._assert_nothing_open(order)

    def test_return_not_to_update_quantities_before_billing_is_billed(self):
        order = self._create_order(hours=0, parts=0)
        self._return(self._use_part(order, 2), update_quantities=False)
        self.assertEqual(self._product_lines(self._invoice(order)).quantity, 2)

    def test_return_updates_quantities_by_default(self):
        order, move = self._deliver_and_bill()
        self._return(move)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, -100)

    def test_what_was_not_credited_is_not_billed_when_it_goes_out_again(self):
        order, move = self._deliver_and_bill()
        back = self._return(move, update_quantities=False)
        self._return(back)
        self._assert_nothing_open(order)

    def test_part_taken_back_without_the_button_is_a_return(self):
        order, _move = self._deliver_and_bill()
        self._move(order, self.customers, self.stock)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, -100)

    def test_update_quantities_of_a_credited_return_stays(self):
        order, move = self._deliver_and_bill()
        back = self._return(move)
        self._invoice(order).action_post()
        with self.assertRaisesRegex(UserError, "can't be changed"):
            back.to_refund = False

    def test_parts_back_for_no_credit_are_not_taken_back_again(self):
        order, move = self._deliver_and_bill()
        self._return(move, 1, update_quantities=False)
        self.assertEqual(move._get_fsm_quantities_at_customer(), {move: 1})

    def test_button_of_the_host_says_the_same_of_quoted_parts(self):
        sale_form = Form(self.env["sale.order"])
        sale_form.partner_id = self.customer
        with sale_form.order_line.new() as line:
            line.product_id = self.pump
            line.product_uom_qty = 2
        sale = sale_form.save()
        self.pump.invoice_policy = "delivery"
        sale.action_confirm()
        order = self._create_order(hours=0, parts=0, sale_id=sale.id)
        self._validate(sale.picking_ids)
        order.with_user(self.clerk).action_create_invoice()
        order.invoice_ids.with_user(self.clerk).action_post()
        self._return(sale.picking_ids.move_ids, update_quantities=False)
        self._assert_nothing_open(order)

    # --- circles ---
    def _link(self, *moves, name="origin_returned_move_id"):
        """Let each move take back the next one, and the last one the first.

        :param name: the field by which it does; it may also take the other's place
        """
        for move, other in zip(moves, moves[1:] + moves[:1], strict=True):
            self.env.cr.execute(
                SQL(
                    "UPDATE stock_move SET %s = %s WHERE id = %s",
                    SQL.identifier(name),
                    other.id,
                    move.id,
                )
            )
        self.env.invalidate_all()

    def _read_all(self, order):
        """Ask whatever looks at what was returned, in Python and in SQL."""
        as_clerk = order.with_user(self.clerk)
        parts = order.part_ids
        parts.mapped(lambda part: part._get_first_delivery())
        parts._get_fsm_quantities_at_customer()
        parts.mapped(lambda part: part._get_billing_entries_returned())
        parts.mapped(lambda part: part._get_billing_returns())
        as_clerk.read(["amount_to_bill", "billing_preview", "part_work_ids"])
        as_clerk.part_work_ids.read([])
        unbilled = parts.filtered(lambda part: not part.qty_billed)
        unbilled.billing_mode = "warranty"
        unbilled.billing_mode = "billable"
        self.env.flush_all()

    def test_move_that_takes_back_itself_ends_no_loop(self):
        order = self._create_order(hours=0, parts=2)
        self._link(order.part_ids)
        self._read_all(order)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, 200)
        self.assertEqual(order.part_work_ids.qty_recorded, 2)

    def test_moves_that_take_back_each_other_end_no_loop(self):
        order = self._create_order(hours=0, parts=2)
        self._return_part(order.part_ids)
        self._link(*order.part_ids)
        self._read_all(order)

    # --- circles of parts that take each other's place ---
    def _bill_circle(self, order, amount):
        """Bill what is open, credit it and bill it again: nothing goes in circles."""
        self._read_all(order)
        self.assertEqual(order.with_user(self.clerk).amount_to_bill, amount)
        invoice = self._post_invoice(order)
        self.assertEqual(invoice.amount_untaxed, amount)
        self._read_all(order)
        self._credit(invoice)
        self.assertEqual(self._post_invoice(order).amount_untaxed, amount)
        self._assert_nothing_open(order)
        self.assertLedgerHolds(order)

    def test_move_that_takes_its_own_place_ends_no_loop(self):
        order = self._create_order(hours=0, parts=2)
        self._link(order.part_ids, name="fsm_exchanged_move_id")
        self._bill_circle(order, 200)

    def test_moves_that_take_each_others_place_end_no_loop(self):
        order = self._create_order(hours=0, parts=2)
        self._use_part(order, 3)
        self._link(*order.part_ids, name="fsm_exchanged_move_id")
        self._bill_circle(order, 500)

    def test_move_that_takes_the_place_of_what_takes_it_back_ends_no_loop(self):
        order = self._create_order(hours=0, parts=2)
        other = self._use_part(order, 3)
        move = order.part_ids - other
        back = self._return_part(move)
        self._link(move, back)
        self._link(move, other, name="fsm_exchanged_move_id")
        self._read_all(order)
        self._post_invoice(order)
        self._read_all(order)
        self.assertLedgerHolds(order)

    def test_place_taken_in_circles_is_written_and_ends_no_loop(self):
        order = self._create_order(hours=0, parts=2)
        other = self._use_part(order, 3)
        move = order.part_ids - other
        for first, second in ((move, move), (move, other), (other, move)):
            # the engine itself: from outside it is refused
            first.sudo().fsm_exchanged_move_id = second
            self.env.flush_all()
        self._bill_circle(order, 500)
