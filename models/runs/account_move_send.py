from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    """What could not be sent in the background is told to its run."""

    _inherit = "account.move.send"

    @api.model
    def _generate_and_send_invoices(self, moves, from_cron=False, **options):
        """Call nothing sent that nobody got.

        Odoo marks as sent what it made a PDF of. In the background nobody sees the PDF:
        what goes on paper, or to a customer without an address, is not sent.
        """
        if not from_cron:
            return super()._generate_and_send_invoices(moves, from_cron, **options)
        before = moves.filtered("is_move_sent")
        res = super(
            AccountMoveSend, self.with_context(fsm_is_sending=True)
        )._generate_and_send_invoices(
            moves.with_context(fsm_is_sending=True), from_cron, **options
        )
        # sudo: who sends may not read service orders
        ours = (moves - before).sudo().filtered("fsm_order_ids").sudo(moves.env.su)
        unsent = ours._get_fsm_to_print() | ours._get_fsm_unreachable()
        unsent.filtered("is_move_sent").is_move_sent = False
        moves._fsm_after_sent()
        return res

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
