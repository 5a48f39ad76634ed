from odoo import api, models


class ReportService(models.AbstractModel):
    """The service report: what was found, done and used, without a price."""

    _name = "report.fieldservice_invoicing.report_service"
    _description = "Service Report"

    _with_prices = False

    @api.model
    def _get_report_values(self, docids, data=None):
        orders = self.env["fsm.order"].browse(docids)
        orders._check_report_access(self._with_prices)
        return {
            "doc_ids": docids,
            "doc_model": orders._name,
            # sudo: the report names times, parts and photos of an order that the user
            # may read, which was checked above, as was the right to see amounts
            "docs": orders.sudo(),
            "with_prices": self._with_prices,
            "document": self._get_document(data or {}),
        }

    @api.model
    def _get_document(self, data):
        """:return: the invoice, if any, whose customer reads what it was posted with"""
        document = self.env["account.move"].browse(int(data.get("document_id") or 0))
        if document:  # whoever prints none may read no invoices at all
            document.check_access("read")
        # sudo: who may read a document may read what it says of its service orders
        return document.sudo()


class ReportServicePriced(models.AbstractModel):
    """The service report with prices, for those who may see them."""

    _name = "report.fieldservice_invoicing.report_service_priced"
    _inherit = "report.fieldservice_invoicing.report_service"
    _description = "Service Report with Prices"

    _with_prices = True


class ReportProforma(models.AbstractModel):
    """The pro-forma of a service order, for those who may see amounts."""

    _name = "report.fieldservice_invoicing.report_proforma"
    _inherit = "report.fieldservice_invoicing.report_service"
    _description = "Pro-forma Invoice of a Service Order"

    _with_prices = True

    @api.model
    def _get_report_values(self, docids, data=None):
        values = super()._get_report_values(docids, data)
        values["docs"]._check_proforma()
        return values
