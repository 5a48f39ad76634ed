from odoo import api, models

from .billing_lines import BillingLine


class FsmBillingPricing(models.AbstractModel):
    """Lines of the quotation, as Odoo's own invoice of the sale order has them."""

    _inherit = "fsm.billing.pricing"

    @api.model
    def _get_quotation_lines(self, order, terms):
        """:return: list of BillingLine, one for each line of the quotation to bill"""
        lang = terms.partner.lang or self.env.lang
        sale = order._get_quotation().with_company(terms.company)
        lines = []
        headings = []
        for sale_line in order._get_lines_quoted_open(terms.taken).with_context(
            lang=lang
        ):
            if sale_line.is_downpayment and not any(
                line.is_deduction for line in lines
            ):
                # sections and notes that lead to no line are not printed
                headings = [sale._prepare_down_payment_section_line()]
            vals = self._prepare_quotation_line(sale_line)
            if vals["display_type"] != "product":
                headings.append(vals)
                continue
            lines.append(self._get_quotation_line(sale_line, vals, headings))
            headings = []
        return lines

    @api.model
    def _prepare_quotation_line(self, sale_line):
        """:return: values of the invoice line of ``sale_line``, by Odoo's own hooks"""
        if not sale_line.is_downpayment:
            return sale_line._prepare_invoice_line()
        tax_data = self.env["account.tax"]._reverse_quantity_base_line_extra_tax_data(
            sale_line.extra_tax_data
        )
        return sale_line._prepare_invoice_line(quantity=-1.0, extra_tax_data=tax_data)

    @api.model
    def _get_quotation_line(self, sale_line, vals, headings):
        return BillingLine(
            section="quotation",
            product=sale_line.product_id,
            name=vals["name"],
            price_unit=vals["price_unit"],
            discount=vals["discount"],
            quantity=vals["quantity"],
            taxes=sale_line.tax_ids,
            sale_line=sale_line,
            vals=vals,
            headings=headings,
        )
