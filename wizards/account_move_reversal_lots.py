from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _prepare_fsm_replaced_lines(self, commands, credit):
        """Name the lots on the new draft that the credit note names."""
        lines = super()._prepare_fsm_replaced_lines(commands, credit)
        credited = {
            line.fsm_credited_line_id.id: line for line in credit.invoice_line_ids
        }
        for vals in lines:
            line = credited.get(vals.get("fsm_replaced_line_id"))
            # sudo: who credits invoices may not read parts
            if line and line.fsm_credited_line_id.sudo()._has_fsm_lots():
                vals["name"] = line.name
        return lines


class FsmCreditLine(models.TransientModel):
    _inherit = "fsm.credit.line"

    def _prepare_credit_line(self):
        """Name the lots alone that are opened, where only some are."""
        vals = super()._prepare_credit_line()
        line = self.move_line_id
        quantity = vals.get("quantity", line.quantity)
        if self.work == "bill_again" and line._compare_fsm_quantities(
            quantity, line.quantity
        ):
            # sudo: who credits invoices may not read the ledger
            name = line.sudo()._get_fsm_name_of(quantity)
            if name:
                vals["name"] = name
        return vals
