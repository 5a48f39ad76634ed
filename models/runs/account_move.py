import logging

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .fsm_billing_run import CONCURRENCY
from .values import Sending

_logger = logging.getLogger(__name__)


class AccountMove(models.Model):
    """Invoices that are sent in the background."""

    _inherit = "account.move"

    def write(self, vals):
        res = super().write(vals)
        sending = self.env.context.get("fsm_sending")
        if vals.get("is_move_sent") and not isinstance(sending, Sending):
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

        Odoo sends ten at once or none: where one breaks, they go one by one, and of
        one of ours its run is told. What was put on hold since is not sent. Where
        somebody else was at the same customer, it is tried again at once.
        """
        cron = self.env["ir.cron"]
        while self._get_fsm_queue(job_count)._fsm_hold_back():
            cron._commit_progress()
        try:
            return super()._cron_account_move_send(job_count)
        except Exception as error:
            # what the database refused has ended the transaction
            self.env.cr.rollback()
            if not self._get_fsm_queue(1, ours=True):
                raise
            if isinstance(error, CONCURRENCY):
                self._fsm_send_soon()
                return None
            _logger.warning("Sent one by one, as one breaks", exc_info=True)
        remaining = self.search_count(self._get_fsm_queue_domain())
        is_put_off = False
        for move in self._get_fsm_queue(job_count):
            is_put_off |= not move._fsm_send_alone()
            remaining = max(remaining - 1, 0)
            if not cron._commit_progress(1, remaining=remaining):
                break
        if is_put_off:
            self._fsm_send_soon()
        return None

    @api.model
    def _fsm_send_soon(self):
        """Wake Odoo's sending once more: else what is left waits for its next day."""
        # sudo: who sends may not read scheduled actions
        self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()
        self.env["ir.cron"]._commit_progress()

    @api.model
    def _get_fsm_queue_domain(self):
        """:return: domain of what waits to be sent in the background"""
        return Domain("sending_data", "!=", False) & Domain("state", "=", "posted")

    @api.model
    def _get_fsm_queue(self, limit, ours=False):
        """:return: what Odoo sends next; or of that what bills service orders"""
        domain = self._get_fsm_queue_domain()
        if ours:
            domain &= Domain("line_ids.fsm_order_ids", "!=", False)
        order = "date, invoice_date, sequence_number, id"
        return self.search(domain, order=order, limit=limit)

    def _fsm_hold_back(self):
        """:return: those of these documents that their runs may not send any more"""
        # sudo: runs and their lines are written by the engine alone
        return self.env["fsm.billing.run.line"].sudo()._hold_back(self)

    def _fsm_send_alone(self):
        """Send this document, or say in its history why it can't be sent.

        One that bills no service order stays where it is, as Odoo leaves it.

        :return: False if it is to be tried again
        """
        move = self.try_lock_for_update().filtered_domain(self._get_fsm_queue_domain())
        try:
            if move and not move._fsm_hold_back():
                move.env["account.move.send"]._generate_and_send_invoices(
                    move, from_cron=True
                )
            return True
        except Exception as error:
            self.env.cr.rollback()
            if isinstance(error, CONCURRENCY):
                return False
            _logger.exception("Document %s could not be sent", self.id)
            problem = f"{type(error).__name__}: {error}"
        # sudo: as above
        if self.sudo().fsm_order_ids:
            self._fsm_give_up_sending(problem)
        return True

    def _fsm_give_up_sending(self, problem):
        """Take this document out of the sending, and say why to who gave it there."""
        data = self.sending_data or {}
        author = self.env["res.users"].browse(data.get("author_user_id"))
        move = self.with_context(lang=author.lang)
        send = move.env["account.move.send"]
        error = {
            "error_title": move.env._("It could not be sent."),
            "errors": [problem],
        }
        send._hook_if_errors(
            {
                move: {
                    "error": error,
                    "blocking_error": True,
                    "author_partner_id": data.get("author_partner_id"),
                    "sending_methods": send._get_default_sending_methods(move),
                }
            },
            allow_raising=False,
        )
        self.sending_data = False

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
