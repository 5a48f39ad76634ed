from odoo.tests import tagged

from .common import InvoicingCommon


@tagged("post_install", "-at_install")
class TestCreateInvoice(InvoicingCommon):
    def test_done_order_becomes_draft_of_hours_and_parts(self):
        order = self._create_order(hours=2.5, parts=3)
        invoice = self._invoice(order)
        self.assertRecordValues(
            invoice.invoice_line_ids,
            [
                {"display_type": "line_section", "product_id": False, "quantity": 0},
                {
                    "display_type": "product",
                    "product_id": self.labor.id,
                    "quantity": 2.5,
                },
                {"display_type": "line_section", "product_id": False, "quantity": 0},
                {"display_type": "product", "product_id": self.pump.id, "quantity": 3},
            ],
        )
        self.assertEqual(
            invoice.invoice_line_ids.filtered(
                lambda line: line.display_type == "line_section"
            ).mapped("name"),
            ["Labor", "Parts"],
        )
        self.assertEqual(invoice.amount_untaxed, 2.5 * 60 + 3 * 100)
        self.assertEqual(invoice.state, "draft")
