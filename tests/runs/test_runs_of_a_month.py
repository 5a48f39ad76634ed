from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..common import TourCase
from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRunsOfAMonth(RunsCommon, TourCase):
    """A clerk lets the orders of a policy be invoiced by themselves, each month."""

    def _act(self, name):
        # the server of this test shares the transaction already
        xmlid = f"fieldservice_invoicing.{name}"
        self.env.ref(xmlid).sudo().method_direct_trigger()
        self.env.invalidate_all()

    def test_month_that_is_invoiced_by_itself(self):
        self.env.ref("fieldservice.group_fsm_manager").sudo().user_ids |= self.clerk
        # as with a policy that came with the addon
        self.policy.run_user_id = self.env.ref("base.user_root")
        with freeze_time(fields.Datetime.now() - timedelta(days=2)):
            orders = self._create_orders(2)
        self.start_tour("/odoo", "fsm_invoicing_schedule", login="clerk")
        self.env.invalidate_all()
        self.assertRecordValues(
            self.policy,
            [{"moment": "month", "after": "post", "run_user_id": self.clerk.id}],
        )
        # the last day of the month is over
        self.policy.next_date = fields.Date.today() - timedelta(days=1)
        self._act("fsm_billing_schedule_cron")
        self._act("fsm_billing_run_cron")
        self.assertEqual(orders.mapped("billing_status"), ["posted"] * 2)
        self.start_tour("/odoo", "fsm_invoicing_schedule_done", login="clerk")
