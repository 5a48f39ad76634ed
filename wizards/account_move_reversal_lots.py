from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _prepare_fsm_replaced_lines(self, commands, credit):
        """Name the lots on the new draft that the credit note names."""
        lines = super()._prepare_fsm_replaced_lines(commands, credit)
        credited = {
            line.fsm_origin_line_id.id: line for line in credit.invoice_line_ids
        }
        for vals in lines:
            line = credited.get(vals.get("fsm_origin_line_id"))
            # sudo: who credits invoices may not read parts
            if line and line.fsm_origin_line_id.sudo()._has_fsm_lots():
                vals["name"] = line.name
        return lines
