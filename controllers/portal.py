from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, MissingError
from odoo.http import content_disposition, request, route

from odoo.addons.account.controllers.portal import PortalAccount

#: service orders that a list of invoices names one by one
LISTED = 2


class PortalInvoicing(PortalAccount):
    """What a customer reads of the service orders on his invoices."""

    def _prepare_my_invoices_values(self, *args, **kwargs):
        values = super()._prepare_my_invoices_values(*args, **kwargs)
        get_rows = values["invoices"]
        return {
            **values,
            "invoices": lambda offset: self._add_services(get_rows(offset)),
        }

    def _add_services(self, rows):
        """:return: ``rows`` of a list of invoices, with their service orders"""
        moves = request.env["account.move"].union(*(row["invoice"] for row in rows))
        told = moves._get_fsm_services_told(LISTED)
        for row in rows:
            services = told.get(row["invoice"])
            if services:
                row["fsm_services"] = services.services
                row["fsm_services_more"] = moves._get_fsm_services_more(services.more)
        return rows

    def _invoice_get_page_view_values(self, invoice, access_token, **kwargs):
        values = super()._invoice_get_page_view_values(invoice, access_token, **kwargs)
        return {
            **values,
            "fsm_services": invoice._get_fsm_services(),
            "fsm_e_invoice": invoice._get_fsm_e_attachment(),
        }

    @route(
        ["/my/invoices/<int:invoice_id>/e-invoice"],
        type="http",
        auth="public",
        website=True,
    )
    def portal_my_invoice_xml(self, invoice_id, access_token=None, **kw):
        """Give the e-invoice that was made of an invoice to who may read it."""
        try:
            invoice_sudo = self._document_check_access(
                "account.move", invoice_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        attachment = invoice_sudo._get_fsm_e_attachment()
        if not attachment:
            return request.redirect(invoice_sudo.get_portal_url())
        headers = [
            ("Content-Type", "application/xml"),
            ("Content-Disposition", content_disposition(attachment.name)),
        ]
        return request.make_response(attachment.raw, headers=headers)

    @route(
        ["/my/invoices/<int:invoice_id>/service/<int:order_id>"],
        type="http",
        auth="public",
        website=True,
    )
    def portal_my_invoice_service(
        self, invoice_id, order_id, access_token=None, download=False, **kw
    ):
        """Give the service report of an order to who may read its invoice.

        It says what the invoice was posted with, wherever the order went since.
        """
        try:
            invoice_sudo = self._document_check_access(
                "account.move", invoice_id, access_token
            )
        except (AccessError, MissingError):
            return request.redirect("/my")
        for order_sudo, facts in invoice_sudo._get_fsm_portal_facts().items():
            if order_sudo.id == order_id and facts["report"]:
                return self._show_service_report(invoice_sudo, order_sudo, download)
        # whoever is here may read the invoice
        return request.redirect(invoice_sudo.get_portal_url())

    def _show_service_report(self, invoice_sudo, order_sudo, download):
        """:return: response with the service report, which has no amounts"""
        # The customer may not read service orders, and the report asks who prints it.
        # Whether they may read the invoice was checked.
        reports = request.env["ir.actions.report"].with_user(SUPERUSER_ID)
        report, _type = reports.with_company(order_sudo.company_id)._render_qweb_pdf(
            "fieldservice_invoicing.report_service",
            order_sudo.ids,
            data={"report_type": "pdf", "document_id": invoice_sudo.id},
        )
        headers = self._get_http_headers(order_sudo, "pdf", report, download)
        return request.make_response(report, headers=list(headers.items()))
