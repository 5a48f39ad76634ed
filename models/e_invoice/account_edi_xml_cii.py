from odoo import models


class AccountEdiXmlCii(models.AbstractModel):
    """Factur-X: the template prints what is said here of service orders."""

    _inherit = "account.edi.xml.cii"

    def _export_invoice_vals(self, invoice):
        vals = super()._export_invoice_vals(invoice)
        if not invoice._is_fsm_e_invoice():
            return vals
        document, lines = invoice._get_fsm_e_facts()
        vals["fsm_document"] = document
        if not invoice._fields.get("purchase_order_reference") or (
            not invoice.purchase_order_reference
        ):
            vals["purchase_order_reference"] = document.reference
        if document.first_day:
            vals["billing_start"] = document.first_day
            vals["billing_end"] = document.last_day
            if not invoice.delivery_date:
                vals["scheduled_delivery_time"] = document.last_day
        for line_vals in vals["invoice_line_vals_list"]:
            self._add_fsm_line_vals(line_vals, lines[line_vals["line"]])
        return vals

    def _add_fsm_line_vals(self, line_vals, facts):
        line_vals["fsm"] = facts
        if facts.first_day:
            line_vals["billing_start"] = facts.first_day
            line_vals["billing_end"] = facts.last_day
        if not line_vals["line"].product_id:
            name, description = line_vals["line"]._get_fsm_e_words()
            line_vals["fsm_name"] = name
            line_vals["fsm_description"] = description
