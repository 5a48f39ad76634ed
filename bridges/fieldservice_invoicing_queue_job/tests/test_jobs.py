from odoo.tests import tagged

from odoo.addons.fieldservice_invoicing.tests.runs.runs_common import RunsCommon
from odoo.addons.queue_job.tests.common import trap_jobs


@tagged("post_install", "-at_install")
class TestJobs(RunsCommon):
    """Billing runs on the job queue."""

    def test_run_is_done_by_jobs(self):
        orders = self._create_orders(3)
        with trap_jobs() as trap:
            run = self._start(orders)
            while trap.enqueued_jobs:
                trap.perform_enqueued_jobs()
        self.assertEqual(run.state, "done")
        self.assertEqual(len(orders.invoice_ids), 3)
        self.assertEqual(orders.invoice_ids.create_uid, self.clerk)

    def test_job_of_a_deleted_run_does_nothing(self):
        with trap_jobs() as trap:
            run = self._start(self._create_orders(1))
            run.action_stop()
            run.sudo().unlink()
            trap.perform_enqueued_jobs()
        self.assertFalse(run.exists())

    def test_jobs_are_on_a_channel_of_their_own(self):
        with trap_jobs() as trap:
            run = self._start(self._create_orders(1))
        [job] = trap.enqueued_jobs
        self.assertEqual(job.channel, "root.fsm_billing")
        self.assertEqual(job.recordset, run)
