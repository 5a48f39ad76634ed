from odoo import api, fields, models

from ...tools.groups import CLERK_GROUP
from .values import IN_RUN


class FsmBillingRun(models.Model):
    """Runs that begin with drafts, and what the office is told of drafts of others."""

    _inherit = "fsm.billing.run"

    is_of_drafts = fields.Boolean(
        readonly=True, help="It confirms drafts that were there before."
    )

    # --- many drafts ---
    @api.model
    def _start_with_drafts(self, moves, after):
        """Confirm drafts in the background.

        :param moves: drafts; to be sent, also what is confirmed
        :param after: what happens: post or send
        :return: the runs, one for each company
        """
        moves.check_access("write")
        self._check_after(after)
        # sudo: runs and their lines are written by the engine alone; access to the
        # documents was checked above
        runs = self.sudo()
        for company, members in moves.grouped("company_id").items():
            runs += runs.create(
                {
                    "name": runs._get_next_name(company, None),
                    "company_id": company.id,
                    "user_id": self.env.uid,
                    "after": after,
                    "is_of_drafts": True,
                    "line_ids": members._prepare_fsm_run_lines(after),
                }
            )
        runs._resume()
        return runs.with_env(self.env)

    def _check_may_steer(self):
        of_drafts = self.filtered("is_of_drafts")
        if of_drafts and not self.env.su:
            of_drafts.check_access("read")
            of_drafts.line_ids.move_ids.check_access("write")
        return super(FsmBillingRun, self - of_drafts)._check_may_steer()

    def _get_created_text(self):
        if not self.is_of_drafts:
            return super()._get_created_text()
        return self.env._("%(count)s documents to go on with.", count=self.line_count)

    # --- who is told ---
    def _get_told(self):
        # nobody reads what is said to whom has left, or to the system
        return super()._get_told() or self.company_id._get_fsm_reviewer()

    # --- drafts of people without a right to invoices ---
    def _as_starter(self, records):
        return super()._as_starter(records).with_context(fsm_run=IN_RUN)

    def _end(self, state):
        res = super()._end(state)
        for run in self:
            run._tell_office()
        return res

    def _tell_office(self):
        """Ask somebody in the office to go on with the drafts of this run, once."""
        user = self.user_id
        if user._is_superuser() or user.has_group(CLERK_GROUP):
            return
        drafts = self.line_ids.move_ids.filtered(lambda move: move.state == "draft")
        if not drafts._get_fsm_reviews():
            # the activity is theirs, on what they may not read
            drafts.with_user(user).sudo()._fsm_ask_office()
