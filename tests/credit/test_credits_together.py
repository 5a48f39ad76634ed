from odoo.tests import tagged

from ..taken_back_common import TakenBackCommon


@tagged("post_install", "-at_install")
class TestCreditsTogether(TakenBackCommon):
    """Credit notes that are confirmed together are each set off on their invoice."""

    def test_two_credit_notes_of_one_invoice_and_one_of_another(self):
        owner = self.env["res.partner"].create({"name": "Other customer"})
        site = self._create_site("Far away", owner)
        shared, other = (
            self._create_order(hours=4, parts=0, **values)
            for values in ({}, {"location_id": site.id})
        )
        first, second = map(self._post_invoice, (shared, other))
        credits = self.env["account.move"].with_user(self.clerk)
        for invoice in (first, first, second):
            dialog = self._choose(self._open_dialog(invoice), {self.labor: 1})
            dialog.action_fsm_save_draft()
            credits += dialog.new_move_ids
        credits.action_post()
        self.assertEqual(set(credits.mapped("amount_residual")), {0})
        self.assertEqual((first | second).mapped("amount_residual"), [138, 207])
        for credit in credits:
            partials = credit._get_reconciled_invoices_partials()[0]
            lines = [line.move_id for _partial, _amount, line in partials]
            self.assertEqual(lines, [credit.reversed_entry_id])
