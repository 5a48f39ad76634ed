from odoo.tests import tagged

from ..common import TourCase
from .runs_common import RunsCommon


@tagged("post_install", "-at_install")
class TestRunsOfAMorning(RunsCommon, TourCase):
    """A clerk's morning: from the queue to sent in four presses."""

    def _work(self):
        # the server of this test shares the transaction already
        self.env.ref(
            "fieldservice_invoicing.fsm_billing_run_cron"
        ).sudo().method_direct_trigger()
        self.env.invalidate_all()

    def test_from_the_queue_to_sent(self):
        self.customer.email = "office@customer.example"
        self.policy.is_reference_required = True
        orders = self._create_orders(30, customer_reference="PO 4711")
        held, unnumbered, clean = orders[0], orders[1], orders[2:]
        held.sudo()._set_hold(self.complaint, "a complaint")
        unnumbered.customer_reference = False
        self._examine(orders)
        self.start_tour("/odoo", "fsm_invoicing_office_morning", login="clerk")
        self.assertEqual(clean.mapped("billing_status"), ["posted"] * 28)
        self.assertTrue(all(move.sending_data for move in clean.invoice_ids))
        self.assertFalse((held | unnumbered).invoice_ids)
