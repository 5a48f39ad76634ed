from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.account.controllers.portal import PortalAccount


class PortalInvoicing(PortalAccount):
    """What a customer reads of the service orders on his invoices."""

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
