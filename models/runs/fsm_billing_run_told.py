from odoo import api, models


class FsmBillingRun(models.Model):
    """What people are told of a run: what it came to, and what needs a person."""

    _inherit = "fsm.billing.run"

    @api.model
    def _record_refusal(self, policy, company, problem):
        """Say to whom a schedule acts for why it could not start a run, once."""
        last = self.search(
            [("policy_id", "=", policy.id), ("company_id", "=", company.id)], limit=1
        )
        if last.left_out == problem and not last.line_ids:
            return
        run = self.create(
            {
                "name": self._get_next_name(company, policy),
                "company_id": company.id,
                "user_id": policy.run_user_id.id,
                "policy_id": policy.id,
                "after": policy.after,
                "state": "done",
                "left_out": problem,
            }
        )
        run._tell(problem)

    def _summarize(self):
        """Tell whoever started this run what it came to, and what needs a person."""
        summary = self._get_summary()
        # of orders that are invoiced one by one, only what went wrong is worth a word;
        # who waited for it sees the run itself
        is_worth_it = self.policy_id.moment != "done" or self.failed_count
        is_watched = self.env.context.get("fsm_is_watched")
        self._tell(summary, is_worth_it and not is_watched)

    def _tell_unsent(self):
        """Tell whoever started these runs that something was not sent after all."""
        for run in self._by_told():
            text = run.env._(
                "Invoices could not be sent: see why on the lines that failed."
            )
            if text not in run.activity_ids.mapped("summary"):
                run._tell(text)

    def _by_told(self):
        """:return: list of these runs, each in the language of who is told of it"""
        return [run.with_context(lang=run._get_told().lang) for run in self]

    def _get_told(self):
        """:return: the user who is told what this run came to, or nobody

        Whoever started it; else whoever the office is, in a room above.
        """
        self.ensure_one()
        user = self.user_id
        return user if user.active and not user._is_superuser() else user.browse()

    def _tell(self, text, is_worth_it=True):
        """Say something in the history of this run, and to a person by an activity."""
        self.message_post(body=text)
        user = self._get_told()
        if is_worth_it and user:
            self.activity_schedule(
                "mail.mail_activity_data_todo", summary=text, user_id=user.id
            )

    def _get_summary(self):
        """:return: one sentence for each thing that is worth one"""
        self.ensure_one()
        parts = [self._get_created_text()]
        if self.after != "draft":
            parts.append(self.env._("%(count)s confirmed.", count=self.confirmed_count))
        if self.after == "send":
            parts.append(
                self.env._("%(count)s sent or being sent.", count=self.sent_count)
            )
        if self.to_print_count:
            parts.append(
                self.env._(
                    "%(count)s to print, for customers who get their invoices on "
                    "paper.",
                    count=self.to_print_count,
                )
            )
        if self.left_out:
            parts.append(self.left_out)
        if self.failed_count == 1:
            parts.append(
                self.env._(
                    "1 failed: see why on its line, mend it and press Retry what "
                    "failed."
                )
            )
        elif self.failed_count:
            parts.append(
                self.env._(
                    "%(count)s failed: see why on their lines, mend it and press "
                    "Retry what failed.",
                    count=self.failed_count,
                )
            )
        return " ".join(parts)

    def _get_created_text(self):
        """:return: sentence: what this run had to do, and how much of it is there"""
        if self.line_count == 1:
            return self.env._(
                "%(created)s of 1 invoice created.", created=self.created_count
            )
        return self.env._(
            "%(created)s of %(count)s invoices created.",
            created=self.created_count,
            count=self.line_count,
        )
