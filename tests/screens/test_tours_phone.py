from odoo.tests import tagged

from ..common import InvoicingCommon, TourCase


@tagged("post_install", "-at_install")
class TestToursPhone(InvoicingCommon, TourCase):
    """What a clerk does on a telephone, where lists are cards."""

    browser_size = "375x667"
    touch_enabled = True

    def test_charge_and_invoices(self):
        order = self._create_order(hours=2, parts=0)
        self._create_service("Disposal", 15.0)
        self.start_tour(
            "/odoo/action-fieldservice_invoicing.fsm_order_action_to_invoice",
            "fsm_invoicing_phone",
            login="clerk",
        )
        self.env.invalidate_all()
        self.assertRecordValues(order.charge_ids, [{"quantity": 2, "price_unit": 15}])
        self.assertRecordValues(
            order.invoice_ids, [{"state": "draft", "amount_untaxed": 150.0}]
        )
