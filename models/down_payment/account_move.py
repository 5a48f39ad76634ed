from odoo import models
from odoo.fields import Command


class AccountMove(models.Model):
    """Credit notes of a down payment, whoever makes them."""

    _inherit = "account.move"

    # --- Field service ---
    def _post(self, soft=True):
        # sudo: who posts a credit note may not write sales
        self.sudo()._fsm_link_down_payments()
        return super()._post(soft)

    def _fsm_link_down_payments(self):
        """Let lines typed on the credit note of a down payment count as its credit."""
        for move in self.filtered(
            lambda move: (
                move.move_type == "out_refund"
                and move.reversed_entry_id._is_fsm_down_payment()
            )
        ):
            advances = move.reversed_entry_id.invoice_line_ids
            advances = advances.filtered("sale_line_ids")
            for line in move.invoice_line_ids:
                if line.display_type == "product" and not line.sale_line_ids:
                    alike = advances.filtered(
                        lambda other, line=line: other.tax_ids == line.tax_ids
                    )
                    sale_lines = (alike or advances)[:1].sale_line_ids
                    line.sale_line_ids = [Command.set(sale_lines.ids)]

    def _get_fsm_payment_states(self, order):
        # where down payments leave nothing to pay, it is they that are paid
        asked = (
            self
            if any(move._has_fsm_amount(order) for move in self)
            else (self._get_fsm_deducted() or self)
        )
        return super(AccountMove, asked)._get_fsm_payment_states(order)

    def _get_fsm_deducted(self):
        """:return: the posted down payments that these invoices deduct"""
        lines = self.invoice_line_ids.sale_line_ids.filtered("is_downpayment")
        return (lines.invoice_lines.move_id - self).filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move._is_fsm_down_payment()
            )
        )

    def _is_fsm_down_payment(self):
        """:return: True if this invoice is a down payment of a sale of ours"""
        lines = self.invoice_line_ids.sale_line_ids
        return bool(lines) and lines <= lines._get_fsm_down_payments()
