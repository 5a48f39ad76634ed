from odoo import SUPERUSER_ID, models

from odoo.addons.fieldservice_invoicing.models.runs.fsm_billing_run import CHUNK_SIZE

#: jobs of one run that wait at the same time; how many work is up to the channel
MAX_JOBS = 16


class FsmBillingRun(models.Model):
    """Runs that the workers of the job queue share, on one machine or on several.

    Each job takes one step with one chunk of lines and is followed by another, so that
    runs take turns. The lines that nobody has locked are all that a job needs to know:
    a job that is lost, repeated or one too many does no harm, and Odoo's scheduled
    action still looks for runs that nobody works on.
    """

    _inherit = "fsm.billing.run"

    def _trigger(self):
        for run in self:
            chunks = -(-run.steps_left // CHUNK_SIZE) or 1
            for _job in range(min(chunks, MAX_JOBS)):
                run._delay_step()

    def _delay_step(self):
        # the run acts with the rights of whoever started it, its jobs with none
        run = self.with_user(SUPERUSER_ID)
        run.with_delay(description=f"Billing run {self.name}")._do_job()

    def _do_job(self):
        """Take one step; the queue commits it, or repeats it after a conflict."""
        if self.exists() and self._take_step():
            self._delay_step()
