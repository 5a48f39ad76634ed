from odoo import models


class SaleOrderLine(models.Model):
    """Lines of quotations that are billed again: in the end they come to the line."""

    _inherit = "sale.order.line"

    def _prepare_tax_data_again(self, vals):
        """Let what is billed again of a credited line come to what is left of it.

        33.50 are credited, and billed again, in quarters: 8.375 are printed as 8.38,
        and four of them are two cents too much. What differs by more than cents was
        changed by a person, and stays so.

        :param dict vals: of the next invoice line
        :return: value of its ``extra_tax_data``, or nothing
        """
        self.ensure_one()
        if self.is_downpayment or self.currency_id != self.company_id.currency_id:
            return {}
        quantity = vals["quantity"]
        standing = self._get_standing_invoice_lines()
        until = self.qty_invoiced + quantity
        if (
            "out_refund" not in standing.move_id.mapped("move_type")
            or self.product_uom_id.compare(until, self.product_uom_qty) != 0
        ):
            return {}
        stands = self._get_down_payment_figures()[self]
        usual = self._get_figures_of(vals, quantity)
        left = {
            key: self.currency_id.round(amount - stands.get(key, 0.0))
            for key, amount in self._get_figures_of(vals, self.product_uom_qty).items()
        }
        cents = self.currency_id.rounding * len(standing)
        if not stands.keys() <= left.keys() or any(
            self.currency_id.compare_amounts(abs(left[key] - usual[key]), cents) > 0
            for key in left
        ):
            return {}
        data = self._prepare_exact_tax_data(
            {name: vals[name] for name in ("price_unit", "quantity", "discount")},
            left,
            self.tax_ids,
        )
        # a discount for early payment is that of the new invoice
        del data["fsm_booked"]["early"]
        return data

    def _get_figures_of(self, vals, quantity):
        """:return: figures of a ``quantity`` of this line, as invoices reckon them"""
        Tax = self.env["account.tax"]
        base_line = self._prepare_base_line_for_taxes_computation(
            quantity=quantity, price_unit=vals["price_unit"], discount=vals["discount"]
        )
        Tax._add_tax_details_in_base_line(base_line, self.company_id)
        Tax._round_base_lines_tax_details([base_line], self.company_id)
        details = base_line["tax_details"]
        figures = self.env["fsm.credit.amounts"]._get_tax_figures(details)
        return {
            ("total_excluded_currency", None): details["total_excluded_currency"]
            + details["delta_total_excluded_currency"],
            **{
                (name, tax_id): amount
                for (name, tax_id), amount in figures.items()
                if name.endswith("_currency")
            },
        }
