from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices that are sent in the background."""

    _inherit = "account.move"

    def write(self, vals):
        res = super().write(vals)
        if vals.get("is_move_sent"):
            # sudo: who sends may not read service orders; runs and their lines are
            # written by the engine alone
            ours = self.sudo().filtered("fsm_order_ids")
            if ours:
                ours.env["fsm.billing.run.line"]._close_sent(ours)
        return res

    def _fsm_after_state(self, posting):
        res = super()._fsm_after_state(posting)
        if posting:
            # sudo: as above
            self.env["fsm.billing.run.line"].sudo()._close_confirmed(posting)
        return res

    def _fsm_send_in_background(self):
        """Hand these invoices to Odoo's own scheduled action that sends them.

        As its dialog for several invoices does, which fails where there is only one.

        :raise UserError: if they can't be sent
        """
        if not self:
            return
        cron = self.env.ref("account.ir_cron_account_move_send").sudo()
        if not cron.active:
            raise UserError(
                self.env._(
                    "Nothing is sent in the background: the scheduled action "
                    "“%(action)s” is switched off. Ask an administrator to switch it "
                    "on.",
                    action=cron.name,
                )
            )
        self.env["account.move.send"]._check_move_constraints(self)
        user = self.env.user
        self.sending_data = {
            "author_user_id": user.id,
            "author_partner_id": user.partner_id.id,
        }
        cron._trigger()

    def _get_fsm_to_print(self):
        """:return: those of these documents whose customers want them on paper"""
        send = self.env["account.move.send"]
        return self.filtered(
            lambda move: "manual" in send._get_default_sending_methods(move)
        )

    def _get_fsm_unreachable(self):
        """:return: those that go by e-mail, to a customer without an address"""
        send = self.env["account.move.send"]
        return self.filtered(
            lambda move: (
                "email" in send._get_default_sending_methods(move)
                and not move.partner_id.email
            )
        )
