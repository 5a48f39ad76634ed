from lxml import html as lxml_html

from odoo import api, models
from odoo.exceptions import UserError

from ...tools.pdf_engine import limited
from ...tools.printed_limits import limit_cells
from ...tools.printed_rows import keep_printed_rows

#: stands in the documents of service orders
MARKS = ("o_fsm_orders", "o_fsm_report")


def _is_of_orders(content):
    """:return: True if the HTML, text or bytes, is a document of service orders"""
    if isinstance(content, bytes):
        return any(mark.encode() in content for mark in MARKS)
    return any(mark in content for mark in MARKS)


class IrActionsReport(models.Model):
    """Page breaks of the documents of service orders, and bounds on what they take."""

    _inherit = "ir.actions.report"

    # --- print ---
    def _prepare_html(self, html, report_model=False):
        """Keep headings with their first lines, and texts within bounds, on paper."""
        if _is_of_orders(html):
            html = self._limit_printed_cells(html)
        if report_model == "account.move":
            html = keep_printed_rows(html)
        return super()._prepare_html(html, report_model=report_model)

    @api.model
    def _limit_printed_cells(self, html):
        """:return: ``html`` without what is too long for a cell or a paragraph"""
        if isinstance(html, str):
            html = html.encode()
        root = lxml_html.fromstring(html, parser=lxml_html.HTMLParser(encoding="utf-8"))
        limit_cells(root, self.env._("(too long to print in full)"))
        return lxml_html.tostring(root, encoding="utf-8", doctype="<!DOCTYPE html>")

    @api.model
    def _run_wkhtmltopdf(self, bodies, *args, **kwargs):
        """Bound the time and the memory that documents of service orders take.

        :raise UserError: if they take more, saying what to do
        """
        bodies = list(bodies)
        if not any(map(_is_of_orders, bodies)):
            return super()._run_wkhtmltopdf(bodies, *args, **kwargs)
        try:
            with limited(len(bodies)):
                return super()._run_wkhtmltopdf(bodies, *args, **kwargs)
        except UserError as error:
            raise UserError(
                self.env._(
                    "%(reason)s\n\nIf it took too long, or too much memory: print "
                    "fewer documents at once, or shorten the texts and remove pictures "
                    "of the service order.",
                    reason=error,
                )
            ) from error
