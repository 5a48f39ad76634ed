from odoo import api, models


class FsmBillingPricing(models.AbstractModel):
    """Down payments: deducted as far as they fit, the rest on the next invoice."""

    _inherit = "fsm.billing.pricing"

    @api.model
    def _deduct_down_payments(self, order, lines, terms):
        """Deduct down payments as far as they fit.

        An invoice never comes to less than nothing by it. What was credited after it
        had been deducted is billed. They wait for the quotation where that is not on
        this invoice, but is still to come.
        """
        lines = super()._deduct_down_payments(order, lines, terms)
        if not order._is_order_asked(terms.asked) and (
            not order.is_invoiceable or order._get_lines_quoted_open(terms.taken)
        ):
            return lines
        left = self._get_down_payments_left(order, terms)
        if not left:
            return lines
        billed = [
            self._get_down_payment_line(sale_line, figures)
            for sale_line, figures in left.items()
            if self._get_figures_total(figures) < 0
        ]
        credits = [line for line in lines if line.credited]
        lines = [line for line in lines if not line.credited]
        if billed:
            lines = self._add_down_payments(order, lines, billed)
            lines = self._reckon(lines, terms)
        deducted = self._get_fitting(order, lines, left, terms)
        if deducted:
            lines = self._add_down_payments(order, lines, deducted)
            lines = self._reckon(lines, terms)
        return lines + credits

    @api.model
    def _get_down_payments_left(self, order, terms):
        """:return: dict line of the quotation -> what is left to deduct of it"""
        advances = order._get_down_payments_open(terms.taken)
        left = {
            line: terms.advances[line.id]
            for line in advances
            if line.id in terms.advances
        }
        others = advances.filtered(lambda line: line.id not in terms.advances)
        return left | others._get_down_payment_figures()

    @api.model
    def _get_fitting(self, order, lines, left, terms):
        """Deduct as much as ``lines`` come to; of the same taxes first.

        Where they are the rest of the quotation, all of it, also a cent too much: three
        times a third of 10.50 are 12.09 with 15 % tax, and the quotation is 12.08.

        :param dict left: line of the quotation -> figures
        :return: list of BillingLine
        """
        room = terms.currency.round(sum(line.total for line in lines))
        totals = [self._get_figures_total(figures) for figures in left.values()]
        surplus = sum(total for total in totals if total > 0) - room
        if order._is_by_rounding(surplus) and order._is_quotation_billed(lines, terms):
            room += surplus
        taxes = {line.taxes for line in lines}
        deducted = {}
        for sale_line in sorted(left, key=lambda line: line.tax_ids not in taxes):
            total = self._get_figures_total(left[sale_line])
            if total <= 0 or terms.currency.compare_amounts(room, 0) <= 0:
                continue
            part = left[sale_line]
            if terms.currency.compare_amounts(total, room) > 0:
                part = self._get_figures_part(part, room, terms.currency)
            room -= self._get_figures_total(part)
            deducted[sale_line] = self._get_down_payment_line(
                sale_line,
                part,
                {
                    key: terms.currency.round(amount - part[key])
                    for key, amount in left[sale_line].items()
                },
            )
        return [deducted[sale_line] for sale_line in left if sale_line in deducted]

    @api.model
    def _get_figures_total(self, figures):
        """:return: what ``figures`` come to, taxes included"""
        amounts = self.env["fsm.credit.amounts"]
        return amounts._get_untaxed(figures) + amounts._get_tax(figures)

    @api.model
    def _get_figures_part(self, figures, total, currency):
        """:return: a share of ``figures`` that comes to ``total``, to the cent

        What rounding the taxes leaves is in the untaxed amount.
        """
        factor = total / self._get_figures_total(figures)
        part = {key: currency.round(amount * factor) for key, amount in figures.items()}
        rest = currency.round(total - self._get_figures_total(part))
        untaxed = self.env["fsm.credit.amounts"]._get_untaxed(figures)
        for (name, tax_id), amount in figures.items():
            if name != "tax_amount_currency" and amount == untaxed:
                part[name, tax_id] += rest
        return part

    @api.model
    def _get_down_payment_line(self, sale_line, figures, left=None):
        """:return: BillingLine that deducts ``figures``, or bills what is negative

        :param dict left: what is left to deduct afterwards
        """
        vals = sale_line._prepare_invoice_line(
            **sale_line._prepare_down_payment(figures)
        )
        line = self._get_quotation_line(sale_line, vals, headings=[])
        line.left = left
        line.taxes = self.env["account.tax"].browse(
            tax_id for _command, _id, ids in vals["tax_ids"] for tax_id in ids
        )
        return line

    @api.model
    def _add_down_payments(self, order, lines, advances):
        """:return: ``lines`` with ``advances`` after those of the quotation"""
        place = sum(line.section == "quotation" for line in lines)
        if not any(line.is_deduction for line in lines):
            sale = order._get_quotation().with_company(order.company_id)
            advances[0].headings = [sale._prepare_down_payment_section_line()]
        return [*lines[:place], *advances, *lines[place:]]
