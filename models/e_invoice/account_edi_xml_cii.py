from odoo import models
from odoo.tools import frozendict

from .values import AllowanceFacts


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
        vals["contract_reference"] = document.contract
        if document.first_day:
            vals["billing_start"] = document.first_day
            vals["billing_end"] = document.last_day
            if not invoice.delivery_date:
                vals["scheduled_delivery_time"] = document.last_day
        for line_vals in vals["invoice_line_vals_list"]:
            self._add_fsm_line_vals(line_vals, lines[line_vals["line"]])
        self._add_fsm_early_payment_vals(vals, invoice)
        return vals

    def _add_fsm_early_payment_vals(self, vals, invoice):
        """Say what early payment takes off the base of taxes, as UBL does.

        120.00 and 2 % off, taxes always reduced: an allowance of 2.40 at 20 %, a charge
        of 2.40 without tax, and taxes of 23.52 on 117.60.
        """
        early = invoice.line_ids.filtered(lambda line: line.display_type == "epd")
        if not early:
            return
        details = vals["tax_details"]["tax_details"]
        lines = vals["invoice_line_vals_list"]
        for key, detail in details.items():
            detail["base_amount_currency"] = sum(
                line_vals["line_total_amount"]
                for line_vals in lines
                if key in self._get_fsm_tax_keys(vals, line_vals["line"])
            )
            detail["calculated_amount"] = 0.0
        vals["fsm_allowances"] = []
        for line in early:
            key = self._get_fsm_tax_key(invoice, line.tax_ids)
            amount = invoice.direction_sign * line.amount_currency
            vals["fsm_allowances"].append(
                AllowanceFacts(amount, key["tax_category_code"], key["amount"])
            )
            self._get_fsm_tax_detail(details, key)["base_amount_currency"] += amount
        # a fixed tax, such as an eco-contribution, is in the amounts of lines
        for line in invoice.line_ids.filtered(
            lambda line: line.tax_line_id and line.tax_line_id.amount_type != "fixed"
        ):
            key = self._get_fsm_tax_key(invoice, line.tax_line_id)
            detail = self._get_fsm_tax_detail(details, key)
            detail["calculated_amount"] += invoice.direction_sign * line.amount_currency
        vals["tax_basis_total_amount"] = sum(
            line_vals["line_total_amount"] for line_vals in lines
        )
        vals["tax_total_amount"] = sum(
            detail["calculated_amount"] for detail in details.values()
        )

    def _get_fsm_tax_keys(self, vals, line):
        return vals["tax_details"]["tax_details_per_record"][line]["tax_details"]

    def _get_fsm_tax_key(self, invoice, tax):
        """:return: dict: what documents sum ``tax``, or what has none, by"""
        parties = (
            invoice.partner_id.commercial_partner_id,
            invoice.company_id.partner_id.commercial_partner_id,
        )
        taxes = tax.flatten_taxes_hierarchy()
        tax = taxes.filtered(lambda tax: tax.amount_type != "fixed")[:1]
        return {
            "tax_category_code": self._get_tax_category_code(*parties, tax),
            **self._get_tax_exemption_reason(*parties, tax),
            "amount": tax.amount,
            "amount_type": tax.amount_type or "percent",
        }

    def _get_fsm_tax_detail(self, details, key):
        """:return: dict: that of ``details`` for ``key``, else a new one"""
        names = ("tax_category_code", "amount")
        for detail in details.values():
            if all(detail[name] == key[name] for name in names):
                return detail
        amounts = dict.fromkeys(("base_amount_currency", "calculated_amount"), 0.0)
        return details.setdefault(frozendict(key), {**key, **amounts})

    def _add_fsm_line_vals(self, line_vals, facts):
        line_vals["fsm"] = facts
        if facts.first_day:
            line_vals["billing_start"] = facts.first_day
            line_vals["billing_end"] = facts.last_day
        if not line_vals["line"].product_id:
            name, description = line_vals["line"]._get_fsm_e_words()
            line_vals["fsm_name"] = name
            line_vals["fsm_description"] = description
