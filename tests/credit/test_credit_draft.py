from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..credit_common import CreditedCommon


@tagged("post_install", "-at_install")
class TestCreditDraft(CreditedCommon):
    """A draft credit note says what it will do before it is confirmed."""

    work = {"hours": 2, "parts": 1}

    def _save_draft(self, choices=None, **values):
        dialog = self._open_dialog(self.invoice, **values)
        if choices is not None:
            self._choose(dialog, choices)
        dialog.action_fsm_save_draft()
        return dialog.new_move_ids

    def test_work_that_will_be_open_is_named(self):
        credit = self._save_draft({self.labor: 1, self.pump: (1, "refund")})
        self.assertIn("open again: 1 h of Marc.", credit.fsm_credit_notice)

    def test_refund_says_nothing(self):
        self.assertFalse(self._save_draft(fsm_work="refund").fsm_credit_notice)

    def test_price_changed_is_said_before_it_is_saved(self):
        credit = self._save_draft()
        with Form(credit) as form:
            self.assertIn("2 h of Marc, 1 Pump", form.fsm_credit_notice)
            index = credit.invoice_line_ids.ids.index(self._line(credit, self.pump).id)
            with form.invoice_line_ids.edit(index) as line:
                line.price_unit = 90
            self.assertIn("Pump has another price", form.fsm_credit_notice)
            self.assertIn("open again: 2 h of Marc.", form.fsm_credit_notice)

    def test_what_is_said_is_what_happens(self):
        credit = self._save_draft()
        self._line(credit, self.pump).price_unit = 90
        self.assertIn("correction of the price only", credit.fsm_credit_notice)
        credit.action_post()
        self.assertFalse(credit.fsm_credit_notice)
        self.assertEqual(credit.fsm_credit_summary, "2 h of Marc")
        self.assertEqual(self.order.part_ids.qty_billed, 1)

    def test_price_set_back_opens_the_work(self):
        credit = self._save_draft()
        line = self._line(credit, self.pump)
        line.price_unit = 90
        line.price_unit = 100
        self.assertNotIn("another price", credit.fsm_credit_notice)
        credit.action_post()
        self.assertEqual(self.order.part_ids.qty_billed, 0)

    def test_reversal_of_odoo_says_so_too(self):
        credit = self._reverse(self.invoice)
        self._line(credit, self.labor).discount = 10
        self.assertIn("Labor has another price", credit.fsm_credit_notice)
        self.assertIn("open again: 1 Pump", credit.fsm_credit_notice)

    def test_invoice_and_plain_credit_note_say_nothing(self):
        self.assertFalse(self.invoice.fsm_credit_notice)
        plain = self.env["account.move"].create({"move_type": "out_refund"})
        self.assertFalse(plain.fsm_credit_notice)

    # --- dates ---
    def _get_day_before(self):
        return fields.Date.subtract(self.invoice.invoice_date, days=1)

    def test_dialog_says_that_the_date_is_too_early(self):
        with Form(self._open_dialog(self.invoice)) as form:
            form.date = self._get_day_before()
            self.assertIn("before its invoice", form.fsm_problem)
            form.date = self.invoice.invoice_date
            self.assertFalse(form.fsm_problem)

    def test_dialog_makes_no_credit_note_dated_before_its_invoice(self):
        dialog = self._open_dialog(self.invoice, date=self._get_day_before())
        for button in (
            dialog.action_fsm_confirm,
            dialog.action_fsm_save_draft,
            dialog.action_fsm_correct,
        ):
            with self.assertRaisesRegex(UserError, "dated before its invoice"):
                button()
        self.assertFalse(self.invoice.reversal_move_ids)

    def test_draft_dated_before_its_invoice_is_not_confirmed(self):
        credit = self._save_draft()
        credit.invoice_date = self._get_day_before()
        self.assertIn("before its invoice", credit.fsm_credit_notice)
        with self.assertRaisesRegex(UserError, self.invoice.name):
            credit.action_post()
        credit.invoice_date = self.invoice.invoice_date
        credit.action_post()

    def test_reversal_of_odoo_dated_before_its_invoice_is_not_confirmed(self):
        credit = self._reverse(self.invoice, date=self._get_day_before())
        with self.assertRaisesRegex(UserError, "dated before its invoice"):
            credit.action_post()

    def test_credit_note_of_parts_dated_before_their_invoice_is_not_confirmed(self):
        self._return_part(self.order.part_ids, 1)
        credit = self._invoice(self.order)
        credit.invoice_date = self._get_day_before()
        with self.assertRaisesRegex(UserError, "dated before its invoice"):
            credit.action_post()

    def test_credit_note_without_a_date_is_of_today(self):
        credit = self._save_draft()
        credit.invoice_date = False
        credit.action_post()
        self.assertEqual(credit.invoice_date, fields.Date.today())
