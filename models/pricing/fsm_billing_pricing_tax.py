from collections import defaultdict
from dataclasses import replace

from odoo import api, models


class FsmBillingPricing(models.AbstractModel):
    """Untaxed amounts and taxes, as Odoo reckons those of an invoice."""

    _inherit = "fsm.billing.pricing"

    @api.model
    def _reckon(self, lines, terms):
        """Reckon ``lines`` of one invoice: their taxes and amounts.

        Where a company rounds per tax, the lines of an invoice add up to the rounded
        sum: the difference is on one of them.

        :return: list of BillingLine: the same, with amounts
        """
        lines = [
            replace(line)
            if line.sale_line
            else replace(line, taxes=self._get_mapped_taxes(line.product, terms))
            for line in lines
        ]
        base_lines = self._prepare_base_lines(lines, terms)
        self._add_taxes(base_lines, terms)
        for line, base_line in zip(lines, base_lines, strict=True):
            details = base_line["tax_details"]
            line.subtotal = (
                details["total_excluded_currency"]
                + details["delta_total_excluded_currency"]
            )
            line.total = line.subtotal + self._get_tax_amount(base_line)
        if lines:
            lines[-1].total += self._get_tax_reduction(lines, base_lines, terms)
        return lines

    @api.model
    def _prepare_base_lines(self, lines, terms):
        """:return: list of ``lines`` as Odoo's tax engine wants them"""
        Tax = self.env["account.tax"]
        return [
            Tax._prepare_base_line_for_taxes_computation(
                None,
                product_id=line.product,
                product_uom_id=line.unit,
                tax_ids=line.taxes,
                price_unit=line.price_unit,
                quantity=line.quantity,
                discount=line.discount,
                currency_id=terms.currency,
                partner_id=terms.partner,
                extra_tax_data=(line.vals or {}).get("extra_tax_data"),
            )
            for line in lines
        ]

    @api.model
    def _add_taxes(self, base_lines, terms):
        """Let Odoo reckon the taxes of ``base_lines``, one invoice to come."""
        Tax = self.env["account.tax"]
        Tax._add_tax_details_in_base_lines(base_lines, terms.company)
        Tax._round_base_lines_tax_details(base_lines, terms.company)

    @api.model
    def _get_tax_amount(self, base_line):
        """:return: the taxes of ``base_line`` that go to the tax lines of an invoice"""
        return sum(
            tax["tax_amount_currency"] for tax in base_line["tax_details"]["taxes_data"]
        )

    # --- discount for early payment ---
    @api.model
    def _get_tax_reduction(self, lines, base_lines, terms):
        """Tax the amounts less a discount for early payment, if payment terms say so.

        :param list base_lines: what Odoo's tax engine made of the ``lines``
        :return: how much the taxes are changed by it
        """
        term = terms.payment_term
        if not (term.early_discount and term.early_pay_discount_computation == "mixed"):
            return 0.0
        reduced_lines = self._prepare_base_lines(lines, terms)
        reduced_lines += self._prepare_discount_lines(lines, base_lines, terms)
        self._add_taxes(reduced_lines, terms)
        reduced = sum(self._get_tax_amount(base_line) for base_line in reduced_lines)
        return reduced - sum(line.total - line.subtotal for line in lines)

    @api.model
    def _prepare_discount_lines(self, lines, base_lines, terms):
        """:return: base lines of the discount, as Odoo adds them to an invoice

        The taxes of a down payment are deducted as it was invoiced.
        """
        discounts = defaultdict(float)
        share = terms.payment_term.discount_percentage / 100
        for line, base_line in zip(lines, base_lines, strict=True):
            if line.is_deduction:
                continue
            product = line.product.with_company(terms.company)
            accounts = product.product_tmpl_id.get_product_accounts(
                fiscal_pos=terms.fiscal_position
            )
            taxes = line.taxes.filtered(lambda tax: tax.amount_type != "fixed")
            untaxed = base_line["tax_details"]["total_excluded_currency"]
            discounts[accounts["income"], taxes] += terms.currency.round(
                untaxed * share
            )
        return [
            self.env["account.tax"]._prepare_base_line_for_taxes_computation(
                None,
                tax_ids=taxes,
                price_unit=-discount,
                quantity=1.0,
                currency_id=terms.currency,
                partner_id=terms.partner,
                special_mode="total_excluded",
                special_type="early_payment",
            )
            for (_account, taxes), discount in discounts.items()
            if taxes
        ]
