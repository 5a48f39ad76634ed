"""Part of a quotation is delivered while it is invoiced: real transactions."""

from odoo.tests import tagged

from .race_sale_common import RaceSaleCommon


@tagged("post_install", "-at_install")
class TestConcurrentDeliveries(RaceSaleCommon):
    """A repair, and three parts that are invoiced as they are delivered."""

    def setUp(self):
        super().setUp()
        self._sell((self.repair, 1), (self.sold_part, 3))
        self.assertEqual(self.sale.picking_ids.fsm_order_id, self.order)

    def _deliver(self, quantity):
        """Validate the transfer with ``quantity``; the rest is a backorder."""
        [picking] = self.sale.picking_ids.filtered(lambda p: p.state != "done")

        def deliver(env):
            transfer = env["stock.picking"].browse(picking.id)
            transfer.move_ids.write({"quantity": quantity, "picked": True})
            transfer.with_context(skip_backorder=True).button_validate()
            return transfer.state

        return deliver

    def _assert_delivered(self, *quantities):
        done = self.sale.picking_ids.move_ids.filtered(lambda m: m.state == "done")
        self.assertEqual(sorted(done.mapped("quantity")), sorted(quantities))

    # --- our button ---
    def test_part_delivered_first_is_billed_with_the_order(self):
        results = self._race(
            (self.storekeeper.id, self._deliver(1)),
            (self.clerk.id, self._press_create_invoice()),
        )
        self._assert_done(*results)
        self._assert_delivered(1)
        self._assert_sold("draft", 1, 1)
        self.assertEqual(self._get_amounts(), [260])

    def test_part_delivered_while_billing_is_left_to_invoice(self):
        results = self._race(
            (self.clerk.id, self._press_create_invoice()),
            (self.storekeeper.id, self._deliver(1)),
        )
        self._assert_done(*results)
        self._assert_delivered(1)
        self._assert_sold("to_invoice", 1, 0)
        self.assertEqual(self._get_amounts(), [250])

    def test_rest_delivered_while_the_first_part_is_billed(self):
        self._deliver(1)(self.committed)
        self.committed.cr.commit()
        results = self._race(
            (self.clerk.id, self._press_create_invoice()),
            (self.storekeeper.id, self._deliver(2)),
        )
        self._assert_done(*results)
        self._assert_delivered(1, 2)
        self._assert_sold("to_invoice", 1, 1)
        self.assertEqual(self._get_amounts(), [260])

    def test_rest_delivered_before_all_is_billed(self):
        self._deliver(1)(self.committed)
        self.committed.cr.commit()
        results = self._race(
            (self.storekeeper.id, self._deliver(2)),
            (self.clerk.id, self._press_create_invoice()),
        )
        self._assert_done(*results)
        self._assert_delivered(1, 2)
        self._assert_sold("draft", 1, 3)
        self.assertEqual(self._get_amounts(), [280])

    # --- Odoo's button ---
    def test_part_delivered_first_is_invoiced_by_odoo(self):
        results = self._race(
            (self.storekeeper.id, self._deliver(1)),
            (self.salesman.id, self._press_in_sale()),
        )
        self._assert_done(*results)
        self._assert_sold("draft", 1, 1)
        self.assertEqual(self._get_amounts(), [260])

    def test_part_delivered_while_odoo_invoices_is_left_to_invoice(self):
        results = self._race(
            (self.salesman.id, self._press_in_sale()),
            (self.storekeeper.id, self._deliver(1)),
        )
        self._assert_done(*results)
        self._assert_sold("to_invoice", 1, 0)
        self.assertEqual(self._get_amounts(), [250])

    # --- both buttons, part of it delivered ---
    def test_part_delivered_is_invoiced_once_here_first(self):
        self._deliver(1)(self.committed)
        self.committed.cr.commit()
        first, second = self._race_clerk(
            self._press_create_invoice(), self._press_in_sale()
        )
        self._assert_done(first)
        self._assert_refused(second, "(?i)no items are available to invoice|nothing")
        self._assert_sold("draft", 1, 1)
        self.assertEqual(self._get_amounts(), [260])

    def test_part_delivered_is_invoiced_once_by_odoo_first(self):
        self._deliver(1)(self.committed)
        self.committed.cr.commit()
        first, second = self._race_salesman(
            self._press_in_sale(), self._press_create_invoice()
        )
        self._assert_done(first)
        self._assert_refused(second, "of which nothing is to be invoiced now")
        self._assert_sold("draft", 1, 1)
        self.assertEqual(self._get_amounts(), [260])
