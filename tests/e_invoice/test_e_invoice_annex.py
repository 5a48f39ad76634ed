import base64

from lxml import etree

from odoo.tests import tagged

from ..documents_common import DocumentsCommon
from .e_invoice_common import NAMESPACES, EInvoiceCommon

#: a supporting document (BG-24)
EMBEDDED = (
    "cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject"
)


@tagged("post_install", "-at_install")
class TestEInvoiceAnnex(DocumentsCommon, EInvoiceCommon):
    """The intervention report goes with the e-invoice, as an annex of its PDF."""

    def _send(self, move):
        wizard = (
            self.env["account.move.send.wizard"]
            .with_user(self.clerk)
            .with_context(force_report_rendering=True)
            .create({"move_id": move.id})
        )
        wizard.action_send_and_print()
        return etree.fromstring(move.ubl_cii_xml_id.raw)

    def test_file_of_the_customer_holds_the_report(self):
        self.customer.invoice_edi_format = "ubl_bis3"
        order = self._create_report_order()
        tree = self._send(self._post_invoice(order))
        [node] = tree.iterfind(EMBEDDED, NAMESPACES)
        self.assertEqual(node.get("mimeCode"), "application/pdf")
        text = " ".join(self._read_pdf(base64.b64decode(node.text)))
        self.assertIn("The pump was blocked.", text)
        self.assertIn(order.name, text)
