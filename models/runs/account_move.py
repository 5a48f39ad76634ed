from odoo import models


class AccountMove(models.Model):
    """Invoices that are sent in the background."""

    _inherit = "account.move"

    def _get_fsm_unreachable(self):
        """:return: customers whom these documents go to by e-mail, without address"""
        send = self.env["account.move.send"]
        return self.filtered(
            lambda move: (
                "email" in send._get_default_sending_methods(move)
                and not move.partner_id.email
            )
        ).partner_id
