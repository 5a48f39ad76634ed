from odoo.exceptions import UserError
from odoo.tests import tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditReturnedInInventory(CreditCommon):
    """Parts taken back in Inventory, and credited by Create invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump.categ_id.property_valuation = "real_time"
        cls.order = cls._create_order(hours=1, parts=3)

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)
        self.part = self.order.part_ids

    def _take_back(self, quantity=1, order=None):
        """Take pumps back in Inventory; return the posted credit note of them."""
        self._return_part((order or self.order).part_ids[0], quantity)
        return self._post_invoice(order or self.order)

    def test_credit_note_names_the_line_that_billed_the_part(self):
        credit = self._take_back()
        line = self._line(self.invoice, self.pump)
        self.assertEqual(self._line(credit, self.pump).fsm_credited_line_id, line)
        self.assertEqual(line.fsm_qty_credited, 1)
        self.assertEqual(credit.reversed_entry_id, self.invoice)

    def test_dialog_offers_what_did_not_come_back(self):
        self._take_back()
        line = self._line(self._open_dialog(self.invoice), self.pump)
        self.assertEqual((line.qty_left, line.amount_left), (2, 200))

    def test_rest_comes_to_the_invoice(self):
        first = self._take_back()
        rest = self._confirm(self.invoice)
        self.assertEqual(
            first.amount_total + rest.amount_total, self.invoice.amount_total
        )
        self.assertEqual(self.invoice.payment_state, "reversed")

    def test_part_that_came_back_is_not_billed_again_with_the_rest(self):
        self._take_back()
        self._confirm(self.invoice, {self.pump: 2})
        self.assertEqual(sum(self.order.part_ids.mapped("qty_to_bill")), 2)
        again = self._post_invoice(self.order)
        self.assertEqual(self._line(again, self.pump).quantity, 2)
        self.assertLedgerHolds(self.order)

    def test_rest_returned_from_the_dialog(self):
        self._take_back()
        self._confirm(self.invoice, {self.pump: (2, "returned")})
        self.assertEqual(sum(self.order.part_ids.mapped("qty_recorded")), 0)
        self.assertEqual(sum(self.order.part_ids.mapped("qty_to_bill")), 0)
        self.assertLedgerHolds(self.order)

    def test_cost_is_taken_back_once(self):
        first = self._take_back()
        self.assertEqual(self._get_cost(first), (0, -40))
        rest = self._confirm(self.invoice)
        self.assertEqual(self._get_cost(rest), (0, -80))

    def test_all_parts_returned_and_hours_refunded_is_credited(self):
        self._take_back(3)
        self._confirm(self.invoice, {self.labor: (1, "refund")})
        self.assertEqual(self.order.billing_status, "credited")
        self.assertFalse(self._open_dialog(self.invoice).fsm_credit_line_ids)

    def _create_returned_order(self):
        """:return: an order of which every pump came back, and was credited"""
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        self._take_back(2, order)
        return order

    def _create_other_site(self):
        owner = self.env["res.partner"].create({"name": "Other customer"})
        return self._create_site("Attic", owner)

    def test_order_of_which_all_came_back_goes_to_another_customer(self):
        order = self._create_returned_order()
        self.assertEqual(order.billing_status, "credited")
        other = self._create_site(
            "Attic", self.env["res.partner"].create({"name": "O"})
        )
        order.with_user(self.dispatcher).location_id = other
        self.assertEqual(order.bill_to_id, other.owner_id)

    def test_order_of_which_all_came_back_gets_another_policy(self):
        order = self._create_returned_order()
        other = self.policy.copy({"name": "Other"})
        order.with_user(self.dispatcher).billing_policy_id = other
        self.assertEqual(order.billing_policy_id, other)

    def test_order_of_which_all_came_back_is_cancelled(self):
        order = self._create_returned_order()
        self._use_part(order)
        self.assertEqual(order.billing_status, "to_invoice")
        order.with_user(self.dispatcher).action_cancel()
        self.assertEqual(
            order.stage_id, self.env.ref("fieldservice.fsm_stage_cancelled")
        )

    def test_order_of_which_all_came_back_stays_while_its_credit_note_is_a_draft(self):
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        self._return_part(order.part_ids, 2)
        self._invoice(order)
        other = self._create_site(
            "Attic", self.env["res.partner"].create({"name": "O"})
        )
        with self.assertRaisesRegex(UserError, "can't be moved to another site"):
            order.with_user(self.dispatcher).location_id = other

    def test_order_of_which_a_part_stayed_is_not_moved(self):
        order = self._create_order(hours=0, parts=2)
        self._post_invoice(order)
        self._take_back(1, order)
        other = self._create_site(
            "Attic", self.env["res.partner"].create({"name": "O"})
        )
        with self.assertRaisesRegex(UserError, "can't be moved to another site"):
            order.with_user(self.dispatcher).location_id = other

    def test_part_is_not_given_back_twice(self):
        self._confirm(self.invoice, {self.pump: (3, "refund")})
        self._return_part(self.part, 1)
        self.assertEqual(self.order.billing_status, "partial")
        with self.assertRaisesRegex(UserError, "Everything on"):
            self._invoice(self.order)

    def test_credit_note_reset_to_draft_gives_its_part_free(self):
        self._take_back().button_draft()
        line = self._line(self._open_dialog(self.invoice), self.pump)
        self.assertEqual(line.qty_left, 3)

    def test_invoice_stays_as_long_as_its_part_is_credited(self):
        credit = self._take_back()
        with self.assertRaisesRegex(UserError, "is credited by"):
            self.invoice.button_draft()
        credit.button_cancel()
        self.invoice.button_draft()

    def test_price_corrected_on_the_credit_note_is_credited(self):
        self._return_part(self.part, 1)
        credit = self._invoice(self.order)
        self._line(credit, self.pump).price_unit = 80
        credit.action_post()
        line = self._line(self._open_dialog(self.invoice), self.pump)
        self.assertEqual((line.qty_left, line.amount_left), (2, 220))
        self.assertLedgerHolds(self.order)

    def test_parts_of_two_invoices_are_taken_off_both(self):
        self._confirm(self.invoice, {self.pump: 1})
        second = self._post_invoice(self.order)
        credits = self._take_back(3)
        self.assertEqual(
            {
                move.reversed_entry_id: self._line(move, self.pump).quantity
                for move in credits
            },
            {self.invoice: 2, second: 1},
        )
        self.assertEqual(sum(credits.mapped("amount_untaxed")), 300)
        self.assertLedgerHolds(self.order)
        # of each invoice, only its own part is credited
        self._confirm(self.invoice)
        self.assertFalse(second._is_fsm_creditable())

    def test_two_returns_share_what_is_left(self):
        self._confirm(self.invoice, {self.pump: 1})
        second = self._post_invoice(self.order)
        self._return_part(self.part, 1)
        lines = self._line(self._take_back(1), self.pump)
        self.assertEqual(
            {line.fsm_credited_line_id: line.quantity for line in lines},
            {self._line(self.invoice, self.pump): 1, self._line(second, self.pump): 1},
        )

    def test_two_drafts_take_off_what_the_other_leaves(self):
        self._confirm(self.invoice, {self.pump: 2})
        second = self._post_invoice(self.order)
        part = self.part
        origins = self.env["account.move.line"]
        for _return in range(3):
            self._return_part(part, 1)
            origins += self._line(self._invoice(self.order), self.pump)[
                -1:
            ].fsm_credited_line_id
        pump = self._line(second, self.pump)
        self.assertEqual(
            list(origins), [pump, pump, self._line(self.invoice, self.pump)]
        )

    def test_part_that_took_the_place_of_another_is_netted(self):
        self._return_part(self.part, 2)
        self.pump.standard_price = 55
        self._use_part(self.order, 1)
        credit = self._post_invoice(self.order)
        line = self._line(credit, self.pump)
        self.assertEqual((line.quantity, credit.amount_untaxed), (1, 100))
        self.assertEqual(line.fsm_credited_line_id, self._line(self.invoice, self.pump))
        # each part at the value at which it moved: -2 * 40 + 55, and then 2 * 40
        self.assertEqual(self._get_cost(credit), (0, -25))
        self.assertEqual(self._get_cost(self._confirm(self.invoice)), (0, -80))
        self.assertLedgerHolds(self.order)
        self.assertEqual(sum(self.order.part_ids.mapped("qty_to_bill")), 2)

    def test_part_of_a_draft_is_credited_once_that_is_confirmed(self):
        order = self._create_order(hours=0, parts=2)
        invoice = self._invoice(order)
        self._return_part(order.part_ids, 1)
        self.assertEqual(order.billing_status, "draft")
        with self.assertRaisesRegex(UserError, "Everything on"):
            order.with_user(self.clerk).action_create_invoice()
        invoice.action_post()
        self.assertEqual(order.billing_status, "to_invoice")
        self._post_invoice(order)
        self.assertEqual(self._line(self._open_dialog(invoice), self.pump).qty_left, 1)
