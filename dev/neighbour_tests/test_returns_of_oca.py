"""Returns refunded by OCA's ``rma``; ``dev/neighbours`` installs it."""

from odoo.tests import tagged

from odoo.addons.fieldservice_invoicing.tests.common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestReturnsOfOca(InvoicingCommon):
    def test_return_that_was_refunded_is_not_credited_twice(self):
        order = self._create_order(hours=0, parts=1)
        self._invoice(order).action_post()
        back = self._return_part(order.part_ids)
        self.assertEqual(order.billing_status, "to_invoice")
        self.env.ref("rma.rma_group_manager").sudo().user_ids |= self.env.user
        rma = self.env["rma"].create(
            {
                "partner_id": self.customer.id,
                "product_id": self.pump.id,
                "product_uom_qty": 1,
                "operation_id": self.env["rma.operation"]
                .create(
                    {
                        "name": "Refund of service orders",
                        "action_create_refund": "manual_after_receipt",
                    }
                )
                .id,
                "reception_move_id": back.id,
                "state": "received",
            }
        )
        rma.action_refund()
        self.assertEqual(rma.refund_id.move_type, "out_refund")
        self.assertEqual(back.qty_to_bill, 0)
        self.assertEqual(order.billing_status, "posted")
