from odoo import models


class AccountMoveLine(models.Model):
    """Which documents of a down payment count."""

    _inherit = "account.move.line"

    # --- Field service ---
    def _is_fsm_in_force(self):
        """:return: True if this line of an invoice or credit note counts by now

        A draft invoice bills already, a draft credit note of it credits nothing yet.
        """
        self.ensure_one()
        move = self.move_id
        if move.move_type not in ("out_invoice", "out_refund"):
            return False
        if move.state == "draft":
            return move.move_type == "out_invoice" or not self.fsm_credited_line_id
        return move.state == "posted" or move.payment_state == "invoicing_legacy"
