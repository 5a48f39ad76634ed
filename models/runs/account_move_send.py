from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    """What could not be sent in the background is told to its run."""

    _inherit = "account.move.send"

    @api.model
    def _hook_if_errors(self, moves_data, allow_raising=True):
        res = super()._hook_if_errors(moves_data, allow_raising)
        # what is tried again is still being sent
        unsent = self.env["account.move"].union(
            *(
                move
                for move, data in moves_data.items()
                if not data["error"].get("retry")
            )
        )
        # sudo: runs and their lines are written by the engine alone
        self.env["fsm.billing.run.line"].sudo()._fail_unsent(unsent)
        return res
