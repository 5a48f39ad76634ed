import logging

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    """Invoices that are sent in the background."""

    _inherit = "account.move"

    def write(self, vals):
        res = super().write(vals)
        if vals.get("is_move_sent") and not self.env.context.get("fsm_is_sending"):
            self._fsm_after_sent()
        return res

    def _fsm_after_sent(self):
        """Close lines of runs that could not send these documents."""
        # sudo: who sends may not read service orders; runs and their lines are written
        # by the engine alone
        ours = self.sudo().filtered(lambda move: move.is_move_sent)
        ours = ours.filtered("fsm_order_ids")
        if ours:
            ours.env["fsm.billing.run.line"]._close_sent(ours)

    def _fsm_after_state(self, posting):
        res = super()._fsm_after_state(posting)
        if posting:
            # sudo: as above
            self.env["fsm.billing.run.line"].sudo()._close_confirmed(posting)
        return res

    # --- Odoo's sending in the background ---
    @api.model
    def _cron_account_move_send(self, job_count=10):
        """Let one invoice that can't be sent keep no others from it.

        Odoo sends ten at once or none: where one breaks, they go one by one, and the
        one is told of. What was put on hold since its run gave it away is not sent.
        """
        queue = self._get_fsm_queue(job_count)
        if not queue:
            return super()._cron_account_move_send(job_count)
        # sudo: as above
        self.env["fsm.billing.run.line"].sudo()._hold_back(queue)
        try:
            return super()._cron_account_move_send(job_count)
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            raise
        except Exception:
            _logger.warning("Sent one by one, as one breaks", exc_info=True)
            self.env.cr.rollback()
        for move in self._get_fsm_queue(job_count, is_ours=False):
            move._fsm_send_alone()

    @api.model
    def _get_fsm_queue(self, limit, is_ours=True):
        """:return: what Odoo sends next; none if nothing of it bills service orders"""
        queue = self.search(
            [("sending_data", "!=", False), ("state", "=", "posted")],
            order="date, invoice_date, sequence_number, id",
            limit=limit,
        )
        # sudo: as above
        return queue if not is_ours or queue.sudo().fsm_order_ids else self.browse()

    def _fsm_send_alone(self):
        """Send this document, or say in its history why it can't be sent."""
        send = self.env["account.move.send"]
        try:
            send._generate_and_send_invoices(self, from_cron=True)
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            raise
        except Exception as error:
            _logger.exception("Document %s could not be sent", self.id)
            self.env.cr.rollback()
            problem = {
                "error_title": self.env._("It could not be sent."),
                "errors": [f"{type(error).__name__}: {error}"],
            }
            author = (self.sending_data or {}).get("author_partner_id")
            send._hook_if_errors(
                {self: {"error": problem, "author_partner_id": author}},
                allow_raising=False,
            )
            self.sending_data = False
        self.env["ir.cron"]._commit_progress(1)

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
