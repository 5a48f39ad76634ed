from lxml import html

from odoo.http import root

from ..common import TourCase
from ..credit_common import CreditCommon


class PortalCommon(CreditCommon, TourCase):
    """The invoices of service orders as their customer finds them on the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.site.partner_id.city = "Liège"
        cls.portal_user = cls._create_portal_user("reader", cls.customer)
        cls.stranger = cls.env["res.partner"].create({"name": "Bakery"})
        cls.strange_site = cls._create_site("Oven", cls.stranger)
        cls._create_portal_user("stranger", cls.stranger)
        cls.order = cls._create_order(hours=2, parts=1)
        cls.strange_order = cls._create_order(location_id=cls.strange_site.id)
        cls.invoice = cls._post_invoice(cls.order)
        cls.strange_invoice = cls._post_invoice(cls.strange_order)

    @classmethod
    def _create_portal_user(cls, login, customer):
        contact = cls.env["res.partner"].create(
            {"name": login, "parent_id": customer.id, "email": f"{login}@example.com"}
        )
        return cls._create_role(login, "base.group_portal", partner_id=contact.id)

    # --- pages ---
    def _open(self, path, login="reader"):
        """:return: the page at ``path`` as ``login`` gets it, None: without logging in

        ``page.url`` is where the request ended.
        """
        self.authenticate(login, login)
        response = self.url_open(path)
        response.raise_for_status()
        return response

    def _download(self, path, login="reader"):
        """:return: what ``login`` gets at ``path``; a report as the real PDF"""
        session = self.authenticate(login, login)
        session.context["force_report_rendering"] = True
        root.session_store.save(session)
        response = self.url_open(path)
        response.raise_for_status()
        return response

    def _get_services(self, response):
        """:return: list of the texts on a page that tell of service orders"""
        page = html.fromstring(response.text)
        return [
            " ".join(node.text_content().split())
            for node in page.xpath("//*[contains(@class, 'o_fsm_service')]")
        ]

    def _get_service_url(self, invoice, order, token=""):
        return f"/my/invoices/{invoice.id}/service/{order.id}?access_token={token}"

    def _get_report_urls(self, response):
        """:return: the links on a page to service reports"""
        page = html.fromstring(response.text)
        return page.xpath("//a[contains(@class, 'o_fsm_report')]/@href")
