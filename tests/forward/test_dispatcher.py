from odoo.tests import tagged

from ..common import TourCase
from ..ready_common import ReadyCommon


@tagged("post_install", "-at_install")
class TestDispatcherTour(ReadyCommon, TourCase):
    """A dispatcher creates drafts; the office has the task to go on with them."""

    def test_dispatcher_leaves_drafts_to_the_office(self):
        self.company.fsm_review_user_id = self.clerk
        orders = self._create_complete_order() | self._create_complete_order()
        self.start_tour("/odoo", "fsm_invoicing_dispatcher", login="dispatcher")
        self.env.invalidate_all()
        drafts = orders.invoice_ids
        self.assertEqual(drafts.mapped("state"), ["draft"] * 2)
        self.assertEqual(drafts.create_uid, self.dispatcher)
        self.assertEqual(drafts.activity_ids.user_id, self.clerk)
