from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..credit_common import CreditedCommon


@tagged("post_install", "-at_install")
class TestCreditCorrect(CreditedCommon):
    """Correct: a credit note, and a new draft with the same lines and sources."""

    def _correct(self, choices=None, **values):
        """:return: the credit note and the new draft"""
        dialog = self._open_dialog(self.invoice, **values)
        if choices is not None:
            self._choose(dialog, choices)
        action = dialog.action_fsm_correct()
        draft = self.env["account.move"].with_user(self.clerk).browse(action["res_id"])
        return dialog.new_move_ids, draft

    def _get_billed(self):
        return [
            sum(sources.mapped("qty_billed"))
            for sources in (self.order.timesheet_ids, self.order.part_ids)
        ]

    def test_draft_has_the_same_lines_and_sources(self):
        credit, draft = self._correct()
        self.assertEqual(credit.state, "posted")
        self.assertRecordValues(
            draft,
            [
                {
                    "state": "draft",
                    "move_type": "out_invoice",
                    "amount_total": self.invoice.amount_total,
                    "invoice_origin": self.order.name,
                    "fsm_order_ids": self.order.ids,
                }
            ],
        )
        self.assertEqual(
            draft.invoice_line_ids.mapped("name"),
            self.invoice.invoice_line_ids.mapped("name"),
        )
        self.assertEqual(
            draft.sudo().line_ids.fsm_billing_entry_ids.mapped("quantity"), [8, 3]
        )
        self.assertLedgerHolds(self.order)
        self.assertEqual(self._get_billed(), [8, 3])

    def test_corrected_price_and_customer_are_posted(self):
        _credit, draft = self._correct()
        other = self.env["res.partner"].create({"name": "Right customer"})
        draft.partner_id = other
        self._line(draft, self.labor).price_unit = 50
        draft.action_post()
        self.assertEqual(draft.amount_untaxed, 700)
        self.assertEqual(draft.commercial_partner_id, other)
        self.assertEqual(self.order.billing_status, "posted")
        self.assertEqual(self._get_billed(), [8, 3])

    def test_only_the_lines_chosen_are_corrected(self):
        credit, draft = self._correct({self.labor: 2})
        self.assertEqual(credit.amount_untaxed, 120)
        self.assertRecordValues(
            self._product_lines(draft), [{"quantity": 2, "price_unit": 60}]
        )
        self.assertEqual(draft.invoice_line_ids.mapped("name")[0], "Labor")
        self.assertNotIn("Parts", draft.invoice_line_ids.mapped("name"))
        self.assertEqual(self._get_billed(), [8, 3])
        self.assertEqual(self.invoice.amount_residual, 759)

    def test_rest_of_a_partly_credited_invoice_is_corrected(self):
        self._confirm(self.invoice, {self.labor: 3})
        _credit, draft = self._correct()
        self.assertEqual(self._line(draft, self.labor).quantity, 5)
        self.assertEqual(self._get_billed(), [5, 3])
        self.assertEqual(self.invoice.payment_state, "reversed")

    def test_deleted_draft_opens_the_work(self):
        _credit, draft = self._correct({self.labor: 2})
        draft.unlink()
        self.assertEqual(self._get_billed(), [6, 3])
        self.assertEqual(self.order.billing_status, "to_invoice")

    def test_what_was_paid_is_for_the_new_invoice(self):
        self._pay(self.invoice)
        credit, draft = self._correct()
        self.assertEqual(self.invoice.payment_state, "reversed")
        self.assertEqual(credit.amount_residual, 0)
        draft.action_post()
        self.assertTrue(draft.invoice_has_outstanding)

    def test_correction_of_a_later_day_is_refused(self):
        day = fields.Date.add(fields.Date.today(), days=3)
        with self.assertRaisesRegex(UserError, "later day"):
            self._correct(date=day)
        self.assertEqual(self._get_billed(), [8, 3])

    def test_line_that_is_not_billed_again_is_refused(self):
        for work, number in (("returned", 1), ("price", 20)):
            with (
                self.subTest(work=work),
                self.assertRaisesRegex(UserError, "Pump is to be credited otherwise"),
            ):
                self._correct({self.labor: 2, self.pump: (number, work)})
        self.assertEqual(self._get_billed(), [8, 3])

    def test_corrected_twice(self):
        _credit, draft = self._correct()
        draft.action_post()
        self.invoice = draft
        _credit, third = self._correct({self.pump: 1})
        third.action_post()
        self.assertEqual(self._get_billed(), [8, 3])
        self.assertLedgerHolds(self.order)

    def test_quotation_is_invoiced_once_after_a_correction(self):
        order, self.invoice = self._post_quotation()
        sale = order._get_quotation()
        _credit, draft = self._correct({self.labor: 1})
        self.assertEqual(self._line(draft, self.labor).quantity, 1)
        self.assertEqual(sale.order_line.qty_invoiced, 4)
        draft.unlink()
        self.assertEqual(sale.order_line.qty_to_invoice, 1)
        self.assertEqual(order.billing_status, "to_invoice")
