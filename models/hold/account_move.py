from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Drafts of orders that were put on hold after they were created."""

    _inherit = "account.move"

    def _post(self, soft=True):
        invoices = self.filtered(lambda move: move.move_type == "out_invoice")
        # sudo: whoever confirms invoices may not read service orders
        for order in invoices.sudo().fsm_order_ids:
            obstacle = order._get_hold_obstacle()
            if obstacle:
                raise UserError(obstacle)
        return super()._post(soft)
