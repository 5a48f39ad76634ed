from odoo import api, models

#: documents that are named one by one
NAMED = 5


class AccountMoveSend(models.AbstractModel):
    """Says what was sent in the background, and what nobody got."""

    _inherit = "account.move.send"

    @api.model
    def _send_notifications_to_partners(
        self, moves_grouped_by_author_partner_id, is_success=True
    ):
        others = {}
        for partner_id, move_ids in moves_grouped_by_author_partner_id.items():
            moves = self.env["account.move"].browse(move_ids)
            # sudo: whoever sends may not read service orders
            if moves.sudo().fsm_order_ids:
                partner = self.env["res.partner"].browse(partner_id)
                partner._bus_send(
                    "account_notification",
                    self.with_context(lang=partner.lang)._prepare_fsm_notification(
                        moves, is_success
                    ),
                )
            else:
                others[partner_id] = move_ids
        return super()._send_notifications_to_partners(others, is_success)

    @api.model
    def _prepare_fsm_notification(self, moves, is_success):
        """:return: dict: what the web client shows to whoever pressed Send"""
        return {
            "type": "success" if is_success else "warning",
            "sticky": not is_success,
            "title": self.env._("Sent") if is_success else self.env._("Not sent"),
            "message": self._get_fsm_sent_text(moves)
            if is_success
            else self.env._(
                "%(documents)s could not be sent. The history there says why.",
                documents=self._get_fsm_few_names(moves),
            ),
            "action_button": {
                "name": self.env._("Open"),
                "action_name": self.env._("Sent")
                if is_success
                else self.env._("Not sent"),
                "model": "account.move",
                "res_ids": moves.ids,
            },
        }

    @api.model
    def _get_fsm_sent_text(self, moves):
        """:return: sentence: what of ``moves`` was sent, and what is to be printed"""
        sent = moves.filtered("is_move_sent")
        to_print = (moves - sent)._get_fsm_to_print()
        without = moves - sent - to_print
        texts = []
        if sent:
            texts.append(
                self.env._(
                    "%(count)s sent: %(documents)s.",
                    count=len(sent),
                    documents=self._get_fsm_few_names(sent),
                )
            )
        if to_print:
            texts.append(
                self.env._(
                    "To be printed: %(documents)s.",
                    documents=self._get_fsm_few_names(to_print),
                )
            )
        if without:
            texts.append(
                self.env._(
                    "No e-mail address for %(documents)s: print them instead.",
                    documents=self._get_fsm_few_names(without),
                )
            )
        return " ".join(texts)

    @api.model
    def _get_fsm_few_names(self, moves):
        names = moves[:NAMED]._get_fsm_names()
        if len(moves) <= NAMED:
            return names
        return self.env._(
            "%(documents)s and %(count)s more",
            documents=names,
            count=len(moves) - NAMED,
        )
