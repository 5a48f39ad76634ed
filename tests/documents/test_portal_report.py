import io

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
class TestPortalReport(PortalCommon):
    """Who downloads the service report of an invoice, and who does not."""

    def _is_report(self, response):
        return response.headers["Content-Type"] == "application/pdf"

    # --- reports ---
    def test_customer_downloads_the_report_of_his_invoice(self):
        page = self._open(f"/my/invoices/{self.invoice.id}")
        [url] = self._get_report_urls(page)
        response = self._open(url)
        self.assertTrue(self._is_report(response))
        self.assertIn("attachment", response.headers["Content-Disposition"])
        # tests get the page that the PDF is made of
        self.assertIn(self.order.name, response.text)
        self.assertIn(self.pump.name, response.text)
        for amount in ("100.00", "60.00", "220.00", "253.00"):
            self.assertNotIn(amount, response.text)

    def test_link_on_the_invoice_gives_a_real_pdf(self):
        # the PDF engine finds no styles while a test holds the server: none are needed
        self.env["ir.config_parameter"].sudo().set_param(
            "report.url", "http://127.0.0.1:9"
        )
        page = self._open(f"/my/invoices/{self.invoice.id}")
        [url] = self._get_report_urls(page)
        response = self._download(url)
        self.assertTrue(self._is_report(response))
        self.assertEqual(response.content[:5], b"%PDF-")
        self.assertIn(f"{self.order.name}.pdf", response.headers["Content-Disposition"])
        pages = PdfFileReader(io.BytesIO(response.content)).pages
        text = " ".join(" ".join(page.extract_text().split()) for page in pages)
        for words in (self.order.name, "Boiler room", self.pump.name):
            self.assertIn(words, text)
        # the same link in the hands of another customer
        response = self._download(url.split("?")[0], "stranger")
        self.assertNotEqual(response.content[:5], b"%PDF-")
        self.assertNotIn(self.order.name, response.text)

    def test_picture_with_an_endless_number_closes_no_page(self):
        order = self._create_order(
            resolution=f'<p>Done<img src="/web/image/{"1" * 5_000}"></p>'
        )
        invoice = self._post_invoice(order)
        url = f"/my/invoices/{invoice.id}"
        page = self._open(url)
        self.assertEqual(page.status_code, 200)
        [report] = self._get_report_urls(page)
        for path in (report, f"{url}?report_type=pdf&download=true"):
            response = self._open(path)
            self.assertEqual(response.status_code, 200)
            self.assertTrue(self._is_report(response))
            self.assertIn("Done", response.text)
        self.assertEqual(self._open(f"{url}?report_type=html").status_code, 200)

    def test_invoice_of_another_customer_gives_no_report(self):
        for invoice, order in (
            (self.strange_invoice, self.strange_order),
            (self.strange_invoice, self.order),
            # the invoice is his own, the order is not on it
            (self.invoice, self.strange_order),
        ):
            for token in ("", "wrong", self.invoice._portal_ensure_token()):
                response = self._open(self._get_service_url(invoice, order, token))
                self.assertFalse(self._is_report(response))

    def test_who_has_no_login_needs_the_token_of_the_invoice(self):
        token = self.invoice._portal_ensure_token()
        strange = self.strange_invoice._portal_ensure_token()
        url = self._get_service_url(self.invoice, self.order, token)
        self.assertTrue(self._is_report(self._open(url, None)))
        for wrong in ("", "wrong", strange):
            url = self._get_service_url(self.invoice, self.order, wrong)
            self.assertFalse(self._is_report(self._open(url, None)))

    def test_technician_gets_no_report_through_an_invoice(self):
        url = self._get_service_url(self.invoice, self.order)
        self.assertFalse(self._is_report(self._open(url, "technician")))

    def test_no_report_of_a_draft(self):
        token = self.invoice._portal_ensure_token()
        url = self._get_service_url(self.invoice, self.order, token)
        self.invoice.button_draft()
        self.assertFalse(self._is_report(self._open(url, None)))
        self.invoice.button_cancel()
        self.assertFalse(self._is_report(self._open(url, None)))

    def test_policy_without_annex_shows_no_report(self):
        self.policy.is_report_printed = False
        order = self._create_order()
        invoice = self._post_invoice(order)
        page = self._open(f"/my/invoices/{invoice.id}")
        self.assertEqual(self._get_report_urls(page), [])
        url = self._get_service_url(invoice, order)
        self.assertFalse(self._is_report(self._open(url)))

    def test_report_is_that_of_the_invoice_when_the_order_went_to_a_stranger(self):
        self.strange_site.partner_id.street = "Oven street 9"
        self.stranger.street = "Bread street 1"
        credit = self._confirm(self.invoice)
        self.order.location_id = self.strange_site
        self._log_hours(self.order, 3, self.lea, name="Secret recipe")
        self.order.resolution = "<p>The oven is hot.</p>"
        self.assertEqual(self.order.bill_to_id, self.stranger)
        for document in (self.invoice, credit):
            page = self._open(f"/my/invoices/{document.id}")
            [url] = self._get_report_urls(page)
            response = self._open(url)
            self.assertTrue(self._is_report(response))
            for words in (
                self.customer.name,
                "Liège",
                self.marc.name,
                self.pump.name,
            ):
                self.assertIn(words, response.text)
            for words in ("Oven", "oven", "Bakery", "Bread street", "Secret recipe"):
                self.assertNotIn(words, response.text)

    # --- RPC ---
    def test_customer_reads_no_records_behind_his_invoice(self):
        entries = self.order.billing_entry_ids
        for records, name in (
            (self.order, "name"),
            (self.order, "amount_billed"),
            (self.order.timesheet_ids, "employee_id"),
            (entries, "quantity"),
            (self.env["fsm.billing.work"].search([], limit=1), "qty_recorded"),
            (self.env["fsm.billing.report"].search([], limit=1), "revenue"),
        ):
            self.assertTrue(records)
            with (
                self.subTest(model=records._name, field=name),
                self.assertRaises(AccessError),
            ):
                records.with_user(self.portal_user).read([name])
