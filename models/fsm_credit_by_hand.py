from odoo import api, models


class FsmCreditAmounts(models.AbstractModel):
    """What credit notes typed by hand leave of the lines of their invoice.

    They credit the invoice, and no line of it. So they count as a reduction of price:
    of the lines with the same product and taxes, as far as there is something left of
    them, else of those with the same taxes, else of all.
    """

    _inherit = "fsm.credit.amounts"

    @api.model
    def _convert(self, figures, credit, move):
        """:return: figures of a line of ``credit`` in the currency of the invoice"""
        if credit.currency_id == move.currency_id:
            return figures
        rate = move.invoice_currency_rate
        return {
            (name, tax_id): (
                figures[name.removesuffix("_currency"), tax_id] * rate
                if name.endswith("_currency")
                else amount
            )
            for (name, tax_id), amount in figures.items()
        }

    @api.model
    def _take_off(self, left, figures):
        """Take these ``figures`` off what is ``left`` of a line.

        A tax that the line does not have is taken off its untaxed amount: the customer
        got both back.
        """
        for (name, tax_id), amount in figures.items():
            if (name, tax_id) in left:
                left[name, tax_id] -= amount
            elif name.startswith("tax_amount") and self._is_paid(tax_id):
                left[name.replace("tax_amount", "total_excluded"), None] -= amount

    @api.model
    def _is_paid(self, tax_id):
        """:return: True for a tax that customers pay, and do not reckon themselves"""
        return not self.env["account.tax"].browse(tax_id).has_negative_factor

    @api.model
    def _take_off_surplus(self, move, left):
        """Take off other lines what was credited beyond one line of an invoice.

        :param dict left: see :meth:`_get_left`; changed in place
        """
        for line, figures in left.items():
            compare = move.currency_id.compare_amounts
            untaxed = self._get_untaxed(figures)
            if compare(untaxed, 0) < 0 < compare(line.price_subtotal, 0):
                left[line] = dict.fromkeys(figures, 0.0)
                surplus = {key: -amount for key, amount in figures.items()}
                self._take_off_by_hand(move, left, line, surplus)

    @api.model
    def _take_off_by_hand(self, move, left, line, figures):
        """Take the ``figures`` of a credit line without origin off the invoice lines.

        :param dict left: see :meth:`_get_left`; changed in place
        """
        rest = dict(figures)
        for lines in self._get_alike(left, line):
            amount = self._get_untaxed(rest)
            amounts = {
                other: max(self._get_untaxed(left[other]), 0.0) for other in lines
            }
            part = min(amount, sum(amounts.values()))
            # less than nothing adds to its credit note: that credits no invoice
            if move.currency_id.compare_amounts(part, 0) > 0:
                share = self._get_share(move, rest, part / amount)
                self._take_off_lines(move, left, amounts, share)
                rest = {key: rest[key] - share[key] for key in rest}
        if move.currency_id.compare_amounts(self._get_untaxed(rest), 0) > 0:
            self._take_off_taxes(move, left, rest)

    @api.model
    def _get_alike(self, left, line):
        """:return: lists of invoice lines, those most like the credit ``line`` first"""
        same_taxes = [other for other in left if other.tax_ids == line.tax_ids]
        same_product = [
            other
            for other in same_taxes
            if line.product_id and other.product_id == line.product_id
        ]
        return [same_product, same_taxes, list(left)]

    @api.model
    def _take_off_lines(self, move, left, amounts, figures):
        """Take these ``figures`` off lines, each its share of the ``amounts``.

        :param dict amounts: invoice line -> what is left of it
        """
        weight = sum(amounts.values())
        for line, amount in amounts.items():
            if not move.currency_id.is_zero(amount):
                part = self._get_share(move, figures, amount / weight)
                self._take_off(left[line], part)
                figures = {key: figures[key] - part[key] for key in figures}
                weight -= amount

    @api.model
    def _take_off_taxes(self, move, left, figures):
        """Take what goes beyond all untaxed amounts off the taxes of the lines.

        Somebody typed the total, and no tax.
        """
        for suffix in ("_currency", ""):
            rest = sum(
                amount
                for (name, tax_id), amount in figures.items()
                if name == f"total_excluded{suffix}"
                or (name == f"tax_amount{suffix}" and self._is_paid(tax_id))
            )
            taxes = [
                (line_figures, key)
                for line_figures in left.values()
                for key, amount in line_figures.items()
                if key[0] == f"tax_amount{suffix}" and amount > 0
            ]
            for line_figures, key in taxes:
                part = min(rest, line_figures[key])
                line_figures[key] -= part
                rest -= part
