from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..credit_common import CreditedCommon


@tagged("post_install", "-at_install")
class TestCreditNote(CreditedCommon):
    """A credit note opens what it credits: that quantity, once, and no more."""

    @property
    def hours(self):
        return sum(self.order.timesheet_ids.mapped("qty_billed"))

    @property
    def parts(self):
        return sum(self.order.part_ids.mapped("qty_billed"))

    def assertBilled(self, hours, parts):
        self.assertLedgerHolds(self.order)
        self.assertAlmostEqual(self.hours, hours, places=6)
        self.assertAlmostEqual(self.parts, parts, places=6)

    def _bill_again(self):
        """Bill what is open once more; return the posted invoice."""
        invoice = self._post_invoice(self.order)
        return invoice

    # --- the draft ---
    def test_reversal_keeps_order_and_line_of_origin(self):
        credit = self._reverse(self.invoice)
        self.assertEqual(credit.fsm_order_ids, self.order)
        self.assertEqual(
            self._product_lines(credit).fsm_credited_line_id,
            self._product_lines(self.invoice),
        )
        self.assertEqual(credit.invoice_origin, self.order.name)

    def test_draft_credit_note_opens_nothing(self):
        self._reverse(self.invoice)
        self.assertBilled(8, 3)

    def test_deleted_draft_credit_note_opens_nothing(self):
        self._reverse(self.invoice).unlink()
        self.assertBilled(8, 3)

    # --- how much is opened ---
    def test_full_credit_opens_everything(self):
        self._credit(self.invoice)
        self.assertBilled(0, 0)
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 8)

    def test_partial_credit_opens_exactly_its_quantity(self):
        self._credit(self.invoice, {self.labor: 1})
        self.assertBilled(7, 3)
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 1)

    def test_partial_credit_entered_in_the_form(self):
        credit = self._reverse(self.invoice)
        products = [line.product_id for line in credit.invoice_line_ids]
        with Form(credit) as form:
            with form.invoice_line_ids.edit(products.index(self.labor)) as line:
                line.quantity = 2.5
            form.invoice_line_ids.remove(index=products.index(self.pump))
        credit.action_post()
        self.assertBilled(5.5, 3)

    def test_hours_credited_in_part_are_billed_in_part(self):
        self._credit(self.invoice, {self.labor: 1})
        second = self._bill_again()
        self.assertEqual(self._product_lines(second).mapped("quantity"), [1])
        self.assertBilled(8, 3)

    def test_credit_of_one_part_opens_one_part(self):
        self._credit(self.invoice, {self.pump: 1})
        self.assertBilled(8, 2)

    def test_credit_opens_the_last_timesheet_first(self):
        first = self.order.timesheet_ids
        last = self._log_hours(self.order, 2)
        self.invoice.button_draft()
        self.invoice.unlink()
        invoice = self._bill_again()
        self._credit(invoice, {self.labor: 3})
        self.assertEqual((first.qty_billed, last.qty_billed), (7, 0))

    def test_quantity_raised_by_the_clerk_opens_its_share(self):
        self.invoice.button_draft()
        self._product_lines(self.invoice)[0].quantity = 16
        self.invoice.action_post()
        self._credit(self.invoice, {self.labor: 4})
        self.assertBilled(6, 3)

    def test_rounded_line_credited_in_full_leaves_no_rest(self):
        order = self._create_order(hours=1 / 3, parts=0)
        invoice = self._post_invoice(order)
        self._credit(invoice)
        self.assertLedgerHolds(order)
        self.assertEqual(order.timesheet_ids.qty_billed, 0)

    def test_credit_in_another_unit_opens_the_hours_it_means(self):
        credit = self._reverse(self.invoice)
        labor, pump = self._product_lines(credit)
        credit.invoice_line_ids = [
            Command.update(
                labor.id,
                {
                    "product_uom_id": self.env.ref("uom.product_uom_day").id,
                    "quantity": 0.5,
                },
            ),
            Command.delete(pump.id),
        ]
        credit.action_post()
        self.assertBilled(4, 3)

    def test_used_and_returned_parts_are_opened_to_the_net(self):
        order = self._create_order(hours=0, parts=3)
        self._return_part(order.part_ids, 1)
        invoice = self._post_invoice(order)
        self._credit(invoice)
        self.assertLedgerHolds(order)
        self.assertEqual(order.part_ids.mapped("qty_billed"), [0, 0])

    # --- bill again or refund ---
    def test_refund_leaves_work_billed(self):
        self._credit(self.invoice, fsm_work="refund")
        self.assertBilled(8, 3)
        self.assertEqual(self.order.billing_status, "credited")

    def test_refunded_hour_stays_billed_when_the_rest_is_billed_again(self):
        self._credit(self.invoice, {self.labor: 1}, fsm_work="refund")
        self._credit(self.invoice, {self.labor: 7})
        self.assertBilled(1, 3)
        self.assertEqual(self.order.timesheet_ids.qty_to_bill, 7)

    def test_future_credit_note_opens_work_on_its_day(self):
        day = fields.Date.add(fields.Date.today(), days=3)
        credit = self._reverse(self.invoice, date=day)
        self._run_autopost()
        self.assertEqual(credit.state, "draft")
        self.assertBilled(8, 3)
        with freeze_time(day):
            self._run_autopost()
        self.assertEqual(credit.state, "posted")
        self.assertBilled(0, 0)

    def test_future_refund_leaves_work_billed_on_its_day(self):
        day = fields.Date.add(fields.Date.today(), days=3)
        credit = self._reverse(self.invoice, date=day, fsm_work="refund")
        with freeze_time(day):
            self._run_autopost()
        self.assertEqual(credit.state, "posted")
        self.assertBilled(8, 3)

    # --- never beyond the invoice ---
    def test_second_credit_of_everything_is_refused_naming_the_first(self):
        drafts = [self._reverse(self.invoice) for _copy in range(3)]
        drafts[0].action_post()
        for draft in drafts[1:]:
            with self.assertRaisesRegex(UserError, drafts[0].name):
                draft.action_post()
        self.assertBilled(0, 0)

    def test_two_credits_posted_at_once_are_refused(self):
        drafts = self._reverse(self.invoice) | self._reverse(self.invoice)
        with self.assertRaisesRegex(UserError, self.invoice.name):
            drafts.action_post()
        self.assertBilled(8, 3)

    def test_credits_add_up_to_the_invoice(self):
        for quantity in (3, 3, 2):
            self._credit(self.invoice, {self.labor: quantity})
        self.assertBilled(0, 3)
        with self.assertRaises(UserError):
            self._credit(self.invoice, {self.labor: 0.25})

    def test_quantity_beyond_the_invoice_is_refused(self):
        with self.assertRaisesRegex(UserError, "invoiced 8"):
            self._credit(self.invoice, {self.labor: 9})
        self.assertBilled(8, 3)

    def test_negative_quantity_on_a_credit_note_is_refused(self):
        with self.assertRaisesRegex(UserError, "invoiced 8"):
            self._credit(self.invoice, {self.labor: -1, self.pump: 3})
        self.assertBilled(8, 3)

    def test_refunds_count_against_the_invoice_too(self):
        self._credit(self.invoice, fsm_work="refund")
        with self.assertRaises(UserError):
            self._credit(self.invoice)
        self.assertBilled(8, 3)

    def test_credit_of_an_invoice_taken_back_meanwhile_is_refused(self):
        credit = self._reverse(self.invoice)
        self.invoice.button_draft()
        with self.assertRaisesRegex(UserError, "not posted"):
            credit.action_post()
        self.assertBilled(8, 3)

    def test_posting_a_posted_credit_note_opens_nothing_more(self):
        credit = self._credit(self.invoice, {self.labor: 1})
        credit.write({"state": "posted"})
        self.assertBilled(7, 3)

    def test_two_partial_credits_posted_at_once_open_their_sum(self):
        drafts = self._reverse(self.invoice) | self._reverse(self.invoice)
        for draft in drafts:
            labor, pump = self._product_lines(draft)
            draft.invoice_line_ids = [
                Command.update(labor.id, {"quantity": 4}),
                Command.delete(pump.id),
            ]
        drafts.action_post()
        self.assertBilled(0, 3)
        drafts[0].button_draft()
        self.assertBilled(4, 3)

    def test_quantity_of_posted_credit_note_is_final(self):
        credit = self._credit(self.invoice, {self.labor: 1})
        with self.assertRaisesRegex(UserError, credit.name):
            self._product_lines(credit).quantity = 8
        self.assertBilled(7, 3)

    def test_what_a_line_credits_is_not_for_people_to_say(self):
        credit = self._reverse(self.invoice)
        with self.assertRaises(AccessError):
            self._product_lines(credit).fsm_credited_line_id = False
        lines = self._product_lines(self.invoice)
        # what is only ever computed is taken from nobody
        lines.write({"fsm_qty_credited": -8})
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(set(lines.mapped("fsm_qty_credited")), {0})

    # --- the credit note taken back ---
    def test_credit_note_back_to_draft_bills_its_work_again(self):
        credit = self._credit(self.invoice, {self.labor: 1})
        credit.button_draft()
        self.assertBilled(8, 3)

    def test_cancelled_credit_note_bills_its_work_again(self):
        credit = self._credit(self.invoice)
        credit.button_cancel()
        self.assertBilled(8, 3)

    def test_credit_note_posted_again_opens_the_corrected_quantity(self):
        credit = self._credit(self.invoice, {self.labor: 1})
        credit.button_draft()
        self._product_lines(credit).quantity = 3
        credit.action_post()
        self.assertBilled(5, 3)

    def test_credit_note_stays_posted_when_work_was_billed_again(self):
        credit = self._credit(self.invoice)
        second = self._bill_again()
        for take_back in (credit.button_draft, credit.button_cancel):
            with self.assertRaisesRegex(UserError, second.name):
                take_back()
        self.assertEqual(credit.state, "posted")
        self.assertBilled(8, 3)

    def test_credit_note_is_taken_back_once_the_second_invoice_is_cancelled(self):
        credit = self._credit(self.invoice)
        self._bill_again().button_cancel()
        credit.button_cancel()
        self.assertBilled(8, 3)
        self.assertEqual(self.order.billing_status, "posted")

    def test_credited_invoice_stays_posted_naming_the_credit_note(self):
        credit = self._credit(self.invoice, {self.labor: 1})
        for take_back in (self.invoice.button_draft, self.invoice.button_cancel):
            with self.assertRaisesRegex(UserError, credit.name):
                take_back()
        self.assertEqual(self.invoice.state, "posted")

    def test_invoice_and_its_credit_note_go_back_to_draft_in_turn(self):
        self._credit(self.invoice).button_draft()
        self.invoice.button_draft()
        self.assertEqual(self.invoice.state, "draft")
        self.assertBilled(8, 3)

    def test_credit_note_is_not_reversed(self):
        credit = self._credit(self.invoice)
        with self.assertRaisesRegex(UserError, credit.name):
            self._reverse(credit)
        self.assertBilled(0, 0)

    # --- reverse and create invoice ---
    def test_reverse_and_create_moves_the_work_to_the_new_draft(self):
        draft = self._reverse(self.invoice, is_modify=True)
        self.assertEqual((draft.state, draft.move_type), ("draft", "out_invoice"))
        self.assertEqual(
            self._product_lines(draft).fsm_billing_entry_ids.mapped("quantity"), [8, 3]
        )
        self.assertBilled(8, 3)

    def test_reverse_and_create_reverses_the_first_invoice(self):
        self._reverse(self.invoice, is_modify=True)
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(self.order.billing_status, "draft")

    def test_deleted_new_draft_opens_the_work(self):
        self._reverse(self.invoice, is_modify=True).unlink()
        self.assertBilled(0, 0)
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_new_invoice_is_credited_in_its_turn(self):
        draft = self._reverse(self.invoice, is_modify=True)
        draft.action_post()
        self._credit(draft, {self.labor: 2})
        self.assertBilled(6, 3)

    def test_reverse_and_create_twice_in_a_row(self):
        second = self._reverse(self.invoice, is_modify=True)
        second.action_post()
        third = self._reverse(second, is_modify=True)
        self.assertEqual(third.state, "draft")
        self.assertBilled(8, 3)

    def test_reverse_and_create_of_partly_credited_invoice_is_refused(self):
        credit = self._credit(self.invoice, {self.labor: 1})
        with self.assertRaisesRegex(UserError, credit.name):
            self._reverse(self.invoice, is_modify=True)
        self.assertBilled(7, 3)

    def test_reverse_and_create_of_a_later_day_is_refused(self):
        day = fields.Date.add(fields.Date.today(), days=3)
        with self.assertRaisesRegex(UserError, "later day"):
            self._reverse(self.invoice, is_modify=True, date=day)
        self.assertBilled(8, 3)

    def test_reversal_of_the_first_invoice_stays_while_the_new_one_stands(self):
        draft = self._reverse(self.invoice, is_modify=True)
        draft.action_post()
        credit = self.invoice.reversal_move_ids
        with self.assertRaisesRegex(UserError, draft.name):
            credit.button_draft()

    def test_line_without_product_and_unit_is_credited(self):
        invoice = self.invoice.copy().with_user(self.clerk)
        lines = self._product_lines(invoice)
        lines[1:].unlink()
        lines[0].write({"product_id": False, "product_uom_id": False})
        lines[0].sudo().fsm_order_ids = self.order
        invoice.action_post()
        self._credit(invoice)
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertBilled(8, 3)
