from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def write(self, vals):
        res = super().write(vals)
        if "state" in vals and self.env["stock.move"]._has_other_roads():
            # sudo: who confirms invoices may not read the ledger
            self.sudo().line_ids.fsm_billing_entry_ids._tell_other_roads()
        return res
