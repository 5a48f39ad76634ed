from odoo import api, models

from .values import BillingLine, QuotationPage


class FsmBillingPricing(models.AbstractModel):
    """Lines of the quotation, as Odoo's own invoice of the sale order has them."""

    _inherit = "fsm.billing.pricing"

    @api.model
    def _price_quotation(self, order, terms):
        """List the lines of the quotation to bill, without its down payments.

        A heading is printed above the first line below it that is billed, a note below
        the line that it stands under.

        :return: list of BillingLine
        """
        opened = order._get_lines_quoted_open(terms.taken)
        if not opened or not order._is_order_asked(terms.asked):
            return []
        lang = terms.partner.lang or self.env.lang
        sale = order._get_quotation().with_company(terms.company)
        lines = []
        page = QuotationPage()
        for sale_line in sale.order_line.with_context(lang=lang):
            if sale_line.is_downpayment:
                continue
            if sale_line.display_type:
                page.add_text(sale_line._prepare_invoice_line())
                continue
            if sale_line not in opened:
                page.add_line(None)
                continue
            vals = sale_line._prepare_invoice_line()
            if vals["display_type"] == "product":
                line = self._get_quotation_line(sale_line, vals, page.take_headings())
                page.add_line(line)
                lines.append(line)
            else:  # a combo heads what it is made of
                page.add_heading(vals)
        return lines

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
