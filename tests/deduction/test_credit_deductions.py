from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..credit_common import CreditCommon


@tagged("post_install", "-at_install")
class TestCreditDeductions(CreditCommon):
    """Parts that came back, deducted on the invoice of other work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls._create_order(hours=1, parts=3)

    def setUp(self):
        super().setUp()
        self.invoice = self._post_invoice(self.order)
        self.pumps = self._line(self.invoice, self.pump)

    def _deduct(self, quantity=1, hours=4):
        """Take pumps back in Inventory, work on, and invoice both.

        :return: the draft invoice
        """
        self._return_part(self.order.part_ids[0], quantity)
        self._log_hours(self.order, hours)
        return self._invoice(self.order)

    def _get_pumps_left(self):
        """:return: (quantity, amount) of pumps that the dialog offers to credit"""
        line = self._line(self._open_dialog(self.invoice), self.pump)
        return line.qty_left, line.amount_left

    def test_deduction_counts_as_credited_once_it_is_posted(self):
        second = self._deduct()
        self.assertEqual(second.move_type, "out_invoice")
        self.assertEqual(self._line(second, self.pump).quantity, -1)
        self.assertEqual(self._get_pumps_left(), (3, 300))
        second.action_post()
        self.assertEqual(self._get_pumps_left(), (2, 200))
        second.button_draft()
        self.assertEqual(self._get_pumps_left(), (3, 300))

    def test_part_is_not_given_back_twice(self):
        self._deduct().action_post()
        with self.assertRaisesRegex(UserError, "left to credit"):
            self._confirm(self.invoice, {self.pump: 3})
        self._reverse(self.invoice)
        credit = self.invoice.reversal_move_ids
        with self.assertRaisesRegex(UserError, "would credit 4 of Pump"):
            credit.action_post()

    def test_deduction_of_what_was_credited_is_refused(self):
        self._confirm(self.invoice, {self.pump: (3, "refund")})
        second = self._deduct()
        with self.assertRaisesRegex(UserError, "set them to Not billed"):
            second.action_post()

    def test_all_but_the_deduction_is_credited_to_the_cent(self):
        second = self._deduct()
        second.action_post()
        credit = self._confirm(self.invoice)
        deducted = -self._line(second, self.pump).price_total
        self.assertAlmostEqual(
            credit.amount_total + deducted, self.invoice.amount_total, 2
        )
        self.assertFalse(self.invoice._is_fsm_creditable())
        self.assertLedgerHolds(self.order)

    def test_lines_typed_by_hand_leave_room_for_the_deduction(self):
        self._deduct().action_post()
        credit = self._reverse(self.invoice)
        with Form(credit) as form:
            while len(form.invoice_line_ids):
                form.invoice_line_ids.remove(0)
            with form.invoice_line_ids.new() as line:
                line.name = "All of it"
                line.price_unit = self.invoice.amount_untaxed
        with self.assertRaisesRegex(UserError, "61.00 less"):
            credit.action_post()

    def test_credit_note_of_the_deduction_takes_it_back(self):
        second = self._deduct()
        second.action_post()
        credit = self._confirm(second)
        self.assertEqual(self._get_pumps_left(), (3, 300))
        # the part is still back in stock: it is deducted from the next invoice again
        third = self._post_invoice(self.order)
        self.assertEqual(self._line(third, self.pump).fsm_deducted_line_id, self.pumps)
        self.assertEqual(self._get_pumps_left(), (2, 200))
        with self.assertRaisesRegex(UserError, "in the meantime"):
            credit.button_cancel()
        self.assertLedgerHolds(self.order)

    def test_deduction_refunded_stays_open_to_credit_until_the_refund_goes(self):
        second = self._deduct()
        second.action_post()
        refund = self._confirm(second, fsm_work="refund")
        self._confirm(self.invoice, {self.pump: (3, "refund")})
        with self.assertRaisesRegex(UserError, "would credit 4 of Pump"):
            refund.button_draft()

    def test_price_of_the_deduction_corrected_leaves_more_to_credit(self):
        second = self._deduct()
        second.action_post()
        self._confirm(second, {self.labor: (60, "price"), self.pump: (-40, "price")})
        self.assertEqual(self._get_pumps_left(), (2, 240))

    def test_correction_of_the_invoice_keeps_the_deduction(self):
        second = self._deduct()
        second.action_post()
        action = self._open_dialog(second).action_fsm_correct()
        again = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(self._line(again, self.pump).fsm_deducted_line_id, self.pumps)
        self.assertEqual(self._get_pumps_left(), (3, 300))
        again.with_user(self.clerk).action_post()
        self.assertEqual(self._get_pumps_left(), (2, 200))

    def test_correction_of_the_first_invoice_leaves_the_deduction_out(self):
        self._deduct().action_post()
        action = self._open_dialog(self.invoice).action_fsm_correct()
        again = self.env["account.move"].browse(action["res_id"])
        self.assertEqual(self._line(again, self.pump).quantity, 2)
        self.assertLedgerHolds(self.order)

    def test_invoice_stays_as_long_as_something_is_deducted_from_it(self):
        second = self._deduct()
        second.action_post()
        with self.assertRaisesRegex(UserError, "is credited by"):
            self.invoice.button_draft()
        second.button_cancel()
        self.invoice.button_draft()

    def test_draft_invoice_is_confirmed_before_the_deduction(self):
        self.invoice.button_draft()
        second = self._deduct() - self.invoice
        with self.assertRaisesRegex(UserError, "is not posted"), self.cr.savepoint():
            second.action_post()
        self.invoice.action_post()
        second.action_post()
        self.assertEqual(self._get_pumps_left(), (2, 200))

    def test_draft_line_stays_as_long_as_a_draft_deducts_from_it(self):
        order = self._create_order(hours=0, parts=2)
        first = self._invoice(order)
        self._return_part(order.part_ids[0], 1)
        self._log_hours(order, 4)
        order.with_user(self.clerk).action_create_invoice()
        second = order.invoice_lines.move_id - first
        with self.assertRaisesRegex(UserError, "takes parts that came back off"):
            first.with_user(self.clerk).unlink()
        second.with_user(self.clerk).unlink()
        first.with_user(self.clerk).unlink()

    def test_deduction_turned_into_a_charge_is_refused(self):
        second = self._deduct()
        self._line(second, self.pump).quantity = 1
        with self.assertRaisesRegex(UserError, "would credit -1 of Pump"):
            second.action_post()

    def test_dialog_names_the_draft_that_deducts(self):
        second = self._deduct()
        amount = second.currency_id.format(second.amount_total)
        self.assertIn(amount, self._open_dialog(self.invoice).fsm_draft_names)
        second.action_post()
        self.assertFalse(self._open_dialog(self.invoice).fsm_draft_names)

    def test_dialog_names_the_draft_credit_note_of_parts_of_several_invoices(self):
        self._use_part(self.order, 1)
        second = self._post_invoice(self.order)
        for part in self.order.part_ids[:2]:
            self._return_part(part, part.product_uom_qty)
        credit = self._invoice(self.order)
        self.assertEqual(credit.move_type, "out_refund")
        amount = credit.currency_id.format(credit.amount_total)
        for invoice in self.invoice, second:
            self.assertIn(amount, self._open_dialog(invoice).fsm_draft_names or "")

    def test_deduction_alone_is_refused_at_once(self):
        second = self._deduct()
        second.action_post()
        dialog = self._choose(self._open_dialog(second), {self.pump: -1})
        self.assertIn("choose more lines", dialog.fsm_problem)
        dialog.action_fsm_choose_all()
        self.assertFalse(dialog.fsm_problem)

    def test_deduction_beyond_what_the_part_was_invoiced_at_is_refused(self):
        second = self._deduct(hours=10)
        self._line(second, self.pump).price_unit = 350
        with self.assertRaisesRegex(UserError, r"would credit 1 of Pump \(\$.350"):
            second.action_post()

    def test_deduction_in_another_currency_counts_at_its_rate(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 2)])
        second = self._deduct(hours=10)
        second.currency_id = euro
        line = self._line(second, self.pump)
        line.price_unit = 500
        second.action_post()
        self.assertEqual(line.balance, 250)
        self.assertEqual(self._get_pumps_left(), (2, 50))
        self.assertEqual(self.invoice._get_fsm_total_credited(), 287.5)

    def test_part_invoiced_in_another_currency_is_given_back_once(self):
        euro = self.setup_other_currency("EUR", rates=[("2000-01-01", 2)])
        order = self._create_order(hours=1, parts=3)
        first = self._invoice(order)
        first.currency_id = euro
        self._line(first, self.pump).price_unit = 90
        first.action_post()
        self._return_part(order.part_ids[0], 1)
        self._log_hours(order, 4)
        second = self._invoice(order)
        line = self._line(second, self.pump)
        self.assertEqual(line.fsm_deducted_line_id, self._line(first, self.pump))
        self.assertEqual((line.currency_id.name, line.price_unit), ("USD", 45))
        second.action_post()
        rest = self._line(self._open_dialog(first), self.pump)
        self.assertEqual((rest.qty_left, rest.amount_left), (2, 180))
        self._confirm(first)
        self.assertFalse(first._is_fsm_creditable())

    def test_swapped_part_leaves_the_others_to_their_own_invoices(self):
        order = self._create_order(hours=1, parts=1)
        invoices = self._post_invoice(order)
        for _visit in range(2):
            self._use_part(order, 1)
            invoices |= self._post_invoice(order)
        for part in order.part_ids:
            self._return_part(part, 1)
        self._use_part(order, 1)
        self._log_hours(order, 10)
        second = self._invoice(order)
        lines = self._line(second, self.pump)
        self.assertEqual(lines.mapped("quantity"), [-1, -1])
        self.assertEqual(len(lines.fsm_deducted_line_id), 2)
        second.action_post()
        self.assertLedgerHolds(order)

    def test_draft_deducts_from_the_invoice_that_replaces_the_first(self):
        second = self._deduct()
        action = self._open_dialog(self.invoice).action_fsm_correct()
        again = self.env["account.move"].browse(action["res_id"]).with_user(self.clerk)
        pumps = self._line(again, self.pump)
        self.assertEqual(self._line(second, self.pump).fsm_deducted_line_id, pumps)
        again.action_post()
        second.action_post()
        self.assertEqual(pumps.fsm_qty_credited, 1)

    def test_two_drafts_deduct_what_the_other_leaves(self):
        self._confirm(self.invoice, {self.pump: 2})
        second = self._post_invoice(self.order)
        more = self._line(second, self.pump)
        deducted = [
            self._line(self._deduct(), self.pump)[-1:].fsm_deducted_line_id
            for _return in range(3)
        ]
        self.assertEqual(deducted, [more, more, self.pumps])

    def test_customer_gets_back_the_price_that_he_paid(self):
        self.invoice.button_draft()
        self.pumps.write({"price_unit": 80, "discount": 10, "tax_ids": False})
        self.invoice.action_post()
        line = self._line(self._deduct(), self.pump)
        self.assertEqual(
            (line.price_unit, line.discount, line.price_total), (80, 10, -72)
        )
        self.assertFalse(line.tax_ids)

    def test_price_lowered_by_a_credit_note_is_given_back_lowered(self):
        self._confirm(self.invoice, {self.pump: (30, "price")})
        second = self._deduct()
        self.assertEqual(self._line(second, self.pump).price_subtotal, -90)
        second.action_post()
        self.assertEqual(self._get_pumps_left(), (2, 180))

    def test_account_chosen_on_the_invoice_gets_the_deduction(self):
        account = self.company_data["default_account_revenue"].copy()
        self.invoice.button_draft()
        self.pumps.account_id = account
        self.invoice.action_post()
        line = self._line(self._deduct(), self.pump)
        self.assertEqual(line.account_id, account)

    def test_people_do_not_say_what_a_line_is_deducted_from(self):
        line = self._line(self._deduct(), self.pump)
        with self.assertRaises(AccessError):
            line.with_user(self.clerk).fsm_deducted_line_id = False

    # --- what is beside the deduction ---
    def test_hours_beside_a_deduction_are_refunded_in_full(self):
        second = self._deduct()
        self.assertEqual(second.amount_total, 161)
        second.action_post()
        credit = self._confirm(second, {self.labor: (4, "refund")})
        self.assertEqual((credit.amount_total, credit.amount_residual), (276, 115))
        self.assertEqual(self._get_pumps_left(), (2, 200))
        self.assertFalse(second._is_fsm_creditable())
        self.assertFalse(self._open_dialog(second).fsm_credit_line_ids)
        self.assertLedgerHolds(self.order)

    def test_hours_beside_a_deduction_are_refunded_once(self):
        second = self._deduct()
        second.action_post()
        self._confirm(second, {self.labor: (3, "refund")})
        credit = self._reverse(second)
        credit.invoice_line_ids = [
            Command.clear(),
            Command.create({"name": "Complaint", "price_unit": 69.01}),
        ]
        with self.assertRaisesRegex(UserError, "0.01 less"), self.cr.savepoint():
            credit.action_post()
        credit.invoice_line_ids.price_unit = 69
        credit.action_post()
        self.assertFalse(self._open_dialog(second).fsm_amount_total)

    def test_deduction_taken_back_leaves_no_more_of_the_hours(self):
        second = self._deduct()
        second.action_post()
        self._confirm(second)
        with self.assertRaisesRegex(UserError, "60.00 less"):
            credit = self._reverse(second)
            credit.invoice_line_ids = [
                Command.clear(),
                Command.create({"name": "Complaint", "price_unit": 60}),
            ]
            credit.action_post()

    def test_hours_beside_a_deduction_come_to_the_cent(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        self.invoice.button_draft()
        self.pumps.price_unit = 99.97
        self.invoice.action_post()
        for price in (60.01, 60.03, 60.07):
            self._log_hours(self.order, 1, self.lea)
            second = self._deduct(hours=1)
            # the cent of rounding is on the deduction, the largest line
            self._line(second, self.labor).price_unit = price
            second.action_post()
            for hours in (0.5, 0.25, 0.25):
                self._confirm(second, {self.labor: (hours, "refund")})
            self.assertFalse(second._is_fsm_creditable())
