from odoo.tests import tagged

from ..documents.portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestEInvoicePortal(PortalCommon):
    """The e-invoice of an invoice of service orders, as customers find it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._keep_xml(cls.invoice, "mine")
        cls._keep_xml(cls.strange_invoice, "strange")

    @classmethod
    def _keep_xml(cls, move, text):
        """Keep an e-invoice with ``move``, as sending does."""
        cls.env["ir.attachment"].sudo().create(
            {
                "name": f"{text}.xml",
                "raw": f"<Invoice>{text}</Invoice>".encode(),
                "mimetype": "application/xml",
                "res_model": move._name,
                "res_id": move.id,
                "res_field": "ubl_cii_xml_file",
            }
        )
        cls.env.invalidate_all()

    def _get_path(self, move):
        return f"/my/invoices/{move.id}/e-invoice"

    def test_page_of_the_invoice_offers_it(self):
        page = self._open(f"/my/invoices/{self.invoice.id}")
        self.assertIn(self._get_path(self.invoice), page.text)
        response = self._open(self._get_path(self.invoice))
        self.assertEqual(response.content, b"<Invoice>mine</Invoice>")
        self.assertIn("mine.xml", response.headers["Content-Disposition"])
        self.assertEqual(response.headers["Content-Type"], "application/xml")

    def test_page_of_an_invoice_without_one_offers_none(self):
        bare = self._post_invoice(self._create_order())
        page = self._open(f"/my/invoices/{bare.id}")
        self.assertNotIn("e-invoice", page.text)
        response = self._open(self._get_path(bare))
        self.assertIn(f"/my/invoices/{bare.id}", response.url)
        self.assertIn("text/html", response.headers["Content-Type"])

    def test_nobody_gets_the_one_of_another_customer(self):
        for login in ("reader", None):
            response = self._open(self._get_path(self.strange_invoice), login)
            self.assertNotIn("<Invoice>", response.text)

    def test_token_of_the_invoice_opens_it_to_who_has_no_login(self):
        token = self.invoice._portal_ensure_token()
        path = self._get_path(self.invoice)
        response = self._open(f"{path}?access_token={token}", None)
        self.assertEqual(response.content, b"<Invoice>mine</Invoice>")
        response = self._open(f"{path}?access_token=wrong", None)
        self.assertNotIn("<Invoice>", response.text)
