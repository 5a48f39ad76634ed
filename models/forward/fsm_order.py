from odoo import models

from ...tools.groups import CLERK_GROUP
from .values import IN_RUN


class FsmOrder(models.Model):
    """Tells the office of drafts that somebody else created."""

    _inherit = "fsm.order"

    def _create_invoices(self, *args, **options):
        moves = super()._create_invoices(*args, **options)
        self._tell_office(moves)
        return moves

    def _create_invoices_apart(self, **choices):
        result = super()._create_invoices_apart(**choices)
        self._tell_office(result.moves)
        return result

    def _tell_office(self, moves):
        """Ask somebody in the office to go on with drafts of those who may not.

        A run asks them once, when it ends.
        """
        is_of_run = self.env.context.get("fsm_run") is IN_RUN
        if not (self.env.su or is_of_run or self.env.user.has_group(CLERK_GROUP)):
            # sudo: whoever has no right to invoices leaves word on their own drafts
            moves.sudo()._fsm_ask_office()

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
