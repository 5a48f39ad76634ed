from odoo.exceptions import UserError
from odoo.tests import tagged

from .old_deductions_common import OldDeductionsCommon


@tagged("post_install", "-at_install")
class TestOldDeductions(OldDeductionsCommon):
    """What an invoice of an earlier version deducts counts as credited."""

    def setUp(self):
        super().setUp()
        self.first, self.second = self._post_deduction()
        self.order = self.first.sudo().fsm_order_ids

    def _get_pumps_left(self):
        """:return: (quantity, amount) of pumps that the dialog offers to credit"""
        line = self._line(self._open_dialog(self.first), self.pump)
        return line.qty_left, line.amount_left

    def test_deduction_counts_as_credited(self):
        self.assertEqual(self._get_pumps_left(), (2, 200))
        self.second.button_draft()
        self.assertEqual(self._get_pumps_left(), (3, 300))

    def test_all_but_the_deduction_is_credited_to_the_cent(self):
        credit = self._confirm(self.first)
        deducted = -self._line(self.second, self.pump).price_total
        self.assertAlmostEqual(
            credit.amount_total + deducted, self.first.amount_total, 2
        )
        self.assertFalse(self.first._is_fsm_creditable())
        self.assertLedgerHolds(self.order)

    def test_part_is_not_given_back_twice(self):
        self._reverse(self.first)
        credit = self.first.reversal_move_ids
        with self.assertRaisesRegex(UserError, "would credit 4 of Pump"):
            credit.action_post()

    def test_credit_note_of_the_deduction_takes_it_back(self):
        self._confirm(self.second)
        self.assertEqual(self._get_pumps_left(), (3, 300))
        # the part is still back in stock: it is credited on its own invoice now
        _invoice, credit = self._post_invoice(self.order).sorted("move_type")
        self.assertEqual(credit.reversed_entry_id, self.first)
        self.assertEqual(self._get_pumps_left(), (2, 200))
        self.assertLedgerHolds(self.order)

    def test_invoice_stays_as_long_as_something_is_deducted_from_it(self):
        with self.assertRaisesRegex(UserError, "is credited by"):
            self.first.button_draft()
        self.second.button_cancel()
        self.first.button_draft()

    def test_hours_beside_a_deduction_are_refunded_in_full(self):
        credit = self._confirm(self.second, {self.labor: (4, "refund")})
        self.assertEqual(credit.amount_untaxed, 240)
