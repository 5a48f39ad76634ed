from odoo import models


class AccountMoveLine(models.Model):
    """What is left of an invoice when credit notes have taken their part back."""

    _inherit = "account.move.line"

    def _is_fsm_standing(self):
        """:return: True if this line bills something that no credit note took back

        A line that was typed, or that a quotation is billed by, is in no ledger.
        """
        self.ensure_one()
        if self.fsm_billing_entry_ids:
            return any(entry._is_standing() for entry in self.fsm_billing_entry_ids)
        move = self.move_id
        return (
            self.display_type == "product"
            and move.move_type == "out_invoice"
            and move.state != "cancel"
            and move.payment_state != "reversed"
            and (
                self._compare_fsm_quantities(self.fsm_qty_credited, self.quantity) != 0
                or not self._get_fsm_posted_credits()
            )
        )
