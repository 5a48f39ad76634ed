from odoo import api, models


class FsmBillingPricing(models.AbstractModel):
    """Amounts in the currency of the company, as the next document will book them."""

    _inherit = "fsm.billing.pricing"

    @api.model
    def _get_company_amounts(self, lines, terms, rate):
        """Convert each line by itself, as the document does.

        :param rate: see :meth:`_get_document_rate`
        :return: list of the untaxed amounts of ``lines`` in company currency
        """
        amounts = {}
        for move in dict.fromkeys(line.credited for line in lines if not line.origin):
            same = [line for line in lines if not line.origin and line.credited == move]
            own = move.invoice_currency_rate if move else rate
            converted = self._convert_amounts(same, terms, own)
            amounts |= dict(zip(map(id, same), converted, strict=True))
        return [amounts.get(id(line), line.company_subtotal) for line in lines]

    @api.model
    def _convert_amounts(self, lines, terms, rate):
        """Do that for lines that are on no invoice yet."""
        if terms.currency == terms.company.currency_id:
            return [line.subtotal for line in lines]
        base_lines = [
            {**base_line, "rate": rate}
            for base_line in self._prepare_base_lines(lines, terms)
        ]
        self._add_taxes(base_lines, terms)
        company = terms.company.currency_id
        return [
            # a deduction was reckoned in its own currency, and is booked at the rate
            # of the document like the rest
            company.round(line.subtotal / rate)
            if line.is_deduction
            else base_line["tax_details"]["total_excluded"]
            + base_line["tax_details"]["delta_total_excluded"]
            for line, base_line in zip(lines, base_lines, strict=True)
        ]

    @api.model
    def _get_document_rate(self, order, lines, terms):
        """Say at which rate the next invoice of ``order`` will be booked.

        :return: units of its currency for one of the company's
        """
        if terms.currency == terms.company.currency_id:
            return 1.0
        billed = [line for line in lines if not line.credited]
        values = order._prepare_rate_values(billed, terms)
        key = tuple(sorted(values.items()))
        if key not in terms.rates:
            move = self.env["account.move"].new(values)
            terms.rates[key] = move.invoice_currency_rate
        return terms.rates[key]
