from odoo import models


class FsmOrder(models.Model):
    """Tells the office of drafts that somebody else created."""

    _inherit = "fsm.order"

    def _create_invoices(self, *args, **options):
        moves = super()._create_invoices(*args, **options)
        if not self.env["account.move"].has_access("read"):
            # sudo: whoever has no right to invoices leaves word on their own drafts
            moves.sudo()._fsm_ask_office()
        return moves

    def _get_invoice_action(self, moves):
        action = super()._get_invoice_action(moves)
        if len(moves) > 1 and set(moves.mapped("state")) == {"draft"}:
            # the list then has its buttons without anything ticked
            action["context"] = {
                **action["context"],
                "create": False,  # what comes next is not another one
                "fsm_drafts": True,
            }
        return action
