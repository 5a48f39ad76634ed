from collections import defaultdict

from odoo import api, models
from odoo.fields import Command

from ...tools.locking import touch_rows


class SaleOrderLine(models.Model):
    """Down payments of sales with service orders: what is left to deduct.

    Odoo deducts a down payment once and whole. Here it may be deducted in parts, and
    credited before or after; so what is left of it is read from the documents: its
    invoices, less credit notes and deductions. Less than nothing is left where it was
    deducted first and credited then: that is invoiced once more.

    Other sales stay as Odoo has them.
    """

    _inherit = "sale.order.line"

    # --- compute ---
    @api.depends(
        "invoice_lines.amount_currency",
        "invoice_lines.fsm_credited_line_id",
        "invoice_lines.move_id.move_type",
    )
    def _compute_qty_invoiced(self):
        self._get_fsm_down_payments()._touch_for_billing()
        return super()._compute_qty_invoiced()

    def _prepare_qty_invoiced(self):
        """Say of a down payment whether it is to be deducted (1), or invoiced (-1).

        Odoo deducts one where a quantity is invoiced; how much is in the price. 300.00
        deducted of 400.00: 1, and 0 when the other 100.00 are.
        """
        quantities = super()._prepare_qty_invoiced()
        for line in self._get_fsm_down_payments():
            left = line._get_down_payment_untaxed()
            quantities[line] = float(line.currency_id.compare_amounts(left, 0))
        return quantities

    def _touch_for_billing(self):
        """Make whoever invoices or credits these lines at the same time start again.

        What is left is made of several documents; a line that is half deducted has the
        same quantity as before.
        """
        touch_rows(self, "qty_invoiced")

    # --- what is left ---
    def _get_fsm_down_payments(self):
        """:return: those of these lines that are down payments of our sales"""
        lines = self.filtered(
            lambda line: line.is_downpayment and not line.display_type
        )
        if not lines:
            return lines
        sales = lines.order_id._filter_with_service_orders()
        return lines.filtered(lambda line: line.order_id in sales)

    def _get_standing_invoice_lines(self):
        """:return: the lines of documents in force that invoice these lines

        A draft invoice counts, a draft credit note of an invoice does not yet.
        """
        return self.env["account.move.line"].union(
            *(
                line._get_invoice_lines().filtered(lambda line: line._is_fsm_in_force())
                for line in self
            )
        )

    def _get_down_payment_untaxed(self):
        """:return: untaxed amount left to deduct, in the currency of the sale"""
        self.ensure_one()
        return sum(
            # credit notes have the other sign
            self._convert_down_payment(-line.amount_currency, line)
            for line in self._get_standing_invoice_lines()
        )

    def _convert_down_payment(self, amount, line):
        """:return: ``amount`` of an invoice ``line`` in the currency of this sale"""
        self.ensure_one()
        if line.currency_id == self.currency_id:
            return amount
        return line.currency_id._convert(
            amount, self.currency_id, self.company_id, line.move_id.date
        )

    def _get_down_payment_figures(self):
        """Say to the cent what is left to deduct of these down payments.

        :return: dict line -> figures named as those of ``fsm.credit.amounts``, in the
            currency of the sale alone; negative where it is to be invoiced
        """
        amounts = self.env["fsm.credit.amounts"]
        standing = {line: line._get_standing_invoice_lines() for line in self}
        read = {}
        for move in self._get_standing_invoice_lines().move_id:
            read |= amounts._read(move)
        result = {}
        for sale_line, lines in standing.items():
            left = defaultdict(float, {("total_excluded_currency", None): 0.0})
            for line in lines:
                sign = -1 if line.move_id.move_type == "out_refund" else 1
                for (name, tax_id), amount in read[line].items():
                    if name.endswith("_currency"):
                        left[name, tax_id] += sign * sale_line._convert_down_payment(
                            amount, line
                        )
            currency = sale_line.currency_id
            result[sale_line] = {
                key: currency.round(amount) for key, amount in left.items()
            }
        return result

    # --- values ---
    def _prepare_invoice_line(self, **optional_values):
        # Odoo's own invoice deducts the whole price, whatever is left of it
        if (
            self.is_downpayment
            and optional_values.get("quantity") == -1.0
            and "price_unit" not in optional_values
            and self._get_fsm_down_payments()
        ):
            # sudo: who invoices sales may not read invoices
            line = self.sudo()
            figures = line._get_down_payment_figures()[line]
            optional_values.update(line._prepare_down_payment(figures))
        return super()._prepare_invoice_line(**optional_values)

    def _prepare_down_payment(self, figures):
        """:return: values of an invoice line that deducts, or invoices, ``figures``

        It comes to them exactly, tax by tax.
        """
        self.ensure_one()
        amounts = self.env["fsm.credit.amounts"]
        lines = self._get_standing_invoice_lines()
        taxes = lines.tax_ids or self.tax_ids
        total = amounts._get_untaxed(figures) + amounts._get_tax(figures)
        sign = 1.0 if total < 0 else -1.0
        included = taxes.flatten_taxes_hierarchy().filtered("price_include")
        price = amounts._get_untaxed(figures) + sum(
            figures.get(("tax_amount_currency", tax.id), 0.0) for tax in included
        )
        vals = {
            "quantity": sign,
            "price_unit": self.currency_id.round(-sign * price),
            "discount": 0.0,
        }
        return {
            **vals,
            "tax_ids": [Command.set(taxes.ids)],
            "extra_tax_data": self._prepare_exact_tax_data(
                vals, {key: -amount for key, amount in figures.items()}, taxes
            ),
        }

    def _prepare_exact_tax_data(self, vals, figures, taxes):
        """Let an invoice line come to these ``figures``, tax by tax.

        :return: value of its ``extra_tax_data``
        """
        company = self.company_id.currency_id
        rate = self.order_id.currency_rate or 1.0
        manual = {
            str(tax.id): {
                f"{name}{suffix}": 0.0
                for name in ("tax_amount", "base_amount")
                for suffix in ("", "_currency")
            }
            for tax in taxes.flatten_taxes_hierarchy()
        }
        for (name, tax_id), amount in figures.items():
            if tax_id:
                manual.setdefault(str(tax_id), {}).update(
                    {
                        name: amount,
                        name.removesuffix("_currency"): company.round(amount / rate),
                    }
                )
        untaxed = self.env["fsm.credit.amounts"]._get_untaxed(figures)
        early = figures.get(("early_currency", None), 0.0)
        flat_taxes, _groups = taxes._flatten_taxes_and_sort_them()
        return {
            **(self.extra_tax_data or {}),
            **vals,
            "currency_id": self.currency_id.id,
            "rate": rate,
            "manual_total_excluded_currency": untaxed,
            "manual_total_excluded": company.round(untaxed / rate),
            # the engine looks at the amounts above only where there is one of a tax
            "manual_tax_amounts": manual or {"0": {}},
            # its taxes are without what is off for early payment already
            "fsm_booked": {
                "taxes": sorted(flat_taxes.ids),
                "early": [early, company.round(early / rate)],
            },
        }
