from odoo import models

from .printed_rows import keep_printed_rows


class IrActionsReport(models.Model):
    """Page breaks of the documents of service orders."""

    _inherit = "ir.actions.report"

    # --- print ---
    def _prepare_html(self, html, report_model=False):
        """Keep headings with their first lines, on paper."""
        if report_model == "account.move":
            html = keep_printed_rows(html)
        return super()._prepare_html(html, report_model=report_model)
