from odoo import api, models

from .values import Sending


class AccountMoveSend(models.AbstractModel):
    """What was sent, and what not, as the runs that gave it to sending see it."""

    _inherit = "account.move.send"

    @api.model
    def _generate_and_send_invoices(
        self,
        moves,
        from_cron=False,
        allow_raising=True,
        allow_fallback_pdf=False,
        **custom_settings,
    ):
        options = {
            "from_cron": from_cron,
            "allow_raising": allow_raising,
            "allow_fallback_pdf": allow_fallback_pdf,
            **custom_settings,
        }
        if not from_cron:
            return super()._generate_and_send_invoices(moves, **options)
        sending = Sending(moves.filtered("is_move_sent"))
        moves = moves.with_context(fsm_sending=sending)
        res = super(
            AccountMoveSend, self.with_context(fsm_sending=sending)
        )._generate_and_send_invoices(moves, **options)
        moves._fsm_after_sent()
        return res

    @api.model
    def _hook_if_success(self, moves_data, from_cron=False):
        """Call sent what somebody got, and nothing else.

        Odoo marks as sent what it has just made a PDF of. In the background nobody sees
        the PDF of what goes on paper, or to a customer without an address; and where
        there is a PDF already, nothing is marked when it goes by mail later.
        """
        # sudo: who sends may not read service orders
        ours = [move for move in moves_data if move.sudo().fsm_order_ids]
        none = self.env["account.move"]
        reached = none.union(
            *(
                move
                for move in ours
                if self._is_fsm_reached(move, moves_data[move], from_cron)
            )
        )
        reached.filtered(lambda move: not move.is_move_sent).is_move_sent = True
        sending = self.env.context.get("fsm_sending")
        if from_cron and isinstance(sending, Sending):
            unsent = none.union(*ours) - reached - sending.sent_before
            unsent.filtered("is_move_sent").is_move_sent = False
            # sudo: runs and their lines are written by the engine alone
            self.env["fsm.billing.run.line"].sudo()._leave_unsent(unsent)
        return super()._hook_if_success(moves_data, from_cron=from_cron)

    @api.model
    def _is_fsm_reached(self, move, data, from_cron):
        """:return: True if somebody gets ``move``, as it is sent now

        :param dict data: how it is sent
        """
        methods = set(data["sending_methods"] or ())
        if methods - {"email", "manual"}:
            return True  # by a network; what it refused is no success
        if "manual" in methods and not from_cron:
            return True  # whoever presses the button has the PDF
        recipients = move.partner_id.email or data.get("mail_partner_ids")
        return "email" in methods and bool(recipients)

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
