from odoo.exceptions import UserError
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditReturns(CreditCommon):
    """Parts on a credit note that came back: stock, ledger and books agree."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump.categ_id.property_valuation = "real_time"
        cls.order = cls._create_order(hours=1, parts=3)

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)

    def _get_stock(self, product=None):
        product = (product or self.pump).with_context(
            location=self.warehouse.lot_stock_id.id
        )
        return product.qty_available

    def _get_returns(self):
        return self.order.part_ids.filtered("origin_returned_move_id")

    def test_returned_part_is_in_stock_and_open_nowhere(self):
        before = self._get_stock()
        self._confirm(self.invoice, {self.pump: (1, "returned")})
        self.assertEqual(self._get_stock(), before + 1)
        self.assertRecordValues(
            self._get_returns(), [{"state": "done", "quantity": 1, "qty_recorded": -1}]
        )
        self.assertLedgerHolds(self.order)
        self.assertEqual(sum(self.order.part_ids.mapped("qty_to_bill")), 0)
        self.assertEqual(self.order.billing_status, "partial")

    def test_cost_of_what_came_back_is_given_back(self):
        self.pump.standard_price = 55
        credit = self._confirm(self.invoice, {self.pump: (1, "returned")})
        self.assertEqual(self._get_cost(credit), (0, -40))
        self.assertEqual(self._get_returns().value, 40)

    def test_draft_returns_its_parts_when_it_is_confirmed(self):
        before = self._get_stock()
        dialog = self._open_dialog(self.invoice)
        self._choose(dialog, {self.pump: (2, "returned")}).action_fsm_save_draft()
        self.assertEqual(self._get_stock(), before)
        dialog.new_move_ids.action_post()
        self.assertEqual(self._get_stock(), before + 2)

    def test_part_that_came_back_is_not_open(self):
        credit = self._confirm(
            self.invoice, {self.labor: 1, self.pump: (1, "returned")}
        )
        self.assertEqual(credit.fsm_credit_summary, "1 h of Marc")

    def test_part_comes_back_at_a_lower_price(self):
        before = self._get_stock()
        dialog = self._open_dialog(self.invoice)
        self._choose(dialog, {self.pump: (1, "returned")}).action_fsm_save_draft()
        credit = dialog.new_move_ids
        self._line(credit, self.pump).price_unit = 80
        credit.action_post()
        self.assertEqual(self._get_stock(), before + 1)
        self.assertEqual(self._get_cost(credit), (0, -40))
        self.assertLedgerHolds(self.order)
        # the fee for taking it back can still be given back, and nothing more
        rest = self._confirm(self.invoice)
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(rest.amount_untaxed, 360 - 80)

    def test_confirmed_again_takes_nothing_back_twice(self):
        before = self._get_stock()
        credit = self._confirm(self.invoice, {self.pump: (1, "returned")})
        credit.button_draft()
        self.assertEqual(self.order.billing_status, "to_invoice")
        credit.action_post()
        self.assertEqual(self._get_stock(), before + 1)
        self.assertEqual(self.order.billing_status, "partial")
        self.assertLedgerHolds(self.order)

    def test_raised_quantity_returns_the_difference(self):
        before = self._get_stock()
        credit = self._confirm(self.invoice, {self.pump: (1, "returned")})
        credit.button_draft()
        self._line(credit, self.pump).quantity = 2
        credit.action_post()
        self.assertEqual(self._get_stock(), before + 2)

    def test_all_returned_and_refunded_is_credited(self):
        self._confirm(
            self.invoice, {self.labor: (1, "refund"), self.pump: (3, "returned")}
        )
        self.assertEqual(self.order.billing_status, "credited")

    def test_parts_of_two_transfers_go_back_where_they_came_from(self):
        second = self._use_part(self.order, 2)
        self.invoice.button_draft()
        self.invoice.unlink()
        self.invoice = self._post_invoice(self.order)
        self._confirm(self.invoice, {self.pump: (5, "returned")})
        returned = self._get_returns()
        self.assertEqual(
            {move.origin_returned_move_id: move.quantity for move in returned},
            {second: 2, self.order.part_ids[0]: 3},
        )

    def test_part_returned_before_billing_is_not_returned_again(self):
        order = self._create_order(hours=0, parts=3)
        self._return_part(order.part_ids, 1)
        before = self._get_stock()
        self._confirm(self._post_invoice(order), {self.pump: (2, "returned")})
        self.assertEqual(self._get_stock(), before + 2)
        self.assertLedgerHolds(order)
        self.assertEqual(order.billing_status, "credited")

    def test_part_taken_back_in_inventory_is_not_taken_back_again(self):
        self._return_part(self.order.part_ids, 1)
        before = self._get_stock()
        self._confirm(self.invoice, {self.pump: (3, "returned")})
        self.assertEqual(self._get_stock(), before + 2)
        self.assertEqual(sum(self.order.part_ids.mapped("qty_recorded")), 0)
        self.assertLedgerHolds(self.order)

    def _use_serials(self, *names):
        """:return: an order with a boiler of each of these serial numbers"""
        boiler = self._create_part("Boiler", 900.0, 500.0, tracking="serial")
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": boiler.id} for name in names]
        )
        for lot in lots:
            self.env["stock.quant"]._update_available_quantity(
                boiler, self.warehouse.lot_stock_id, 1, lot_id=lot
            )
        order = self._create_order(hours=0, parts=0)
        self._use_part(order, len(names), product=boiler)
        return order, boiler

    def test_all_serial_numbers_come_back(self):
        order, boiler = self._use_serials("B-1", "B-2")
        self._confirm(self._post_invoice(order), {boiler: (2, "returned")})
        returned = order.part_ids.filtered("origin_returned_move_id")
        self.assertEqual(set(returned.lot_ids.mapped("name")), {"B-1", "B-2"})

    def test_one_of_two_serial_numbers_is_for_people_to_say(self):
        order, boiler = self._use_serials("B-3", "B-4")
        invoice = self._post_invoice(order)
        with self.assertRaisesRegex(UserError, "which lot or serial number"):
            self._confirm(invoice, {boiler: (1, "returned")})
        self.assertFalse(order.part_ids.filtered("origin_returned_move_id"))
