from collections import defaultdict

from odoo import api, models
from odoo.fields import Command


class FsmCreditAmounts(models.AbstractModel):
    """What is left to credit of an invoice, figure by figure, and shares of it.

    A credit note in parts must come to the invoice, to the cent: untaxed amount and
    each tax, in the currency of the document and in that of the company. So each part
    takes its share of what is left, and the last one takes the rest.

    Figures of a line are a dict (name, tax id or None) -> amount, named like those of
    Odoo's tax engine.
    """

    _name = "fsm.credit.amounts"
    _description = "Amounts of Credit Notes"

    # --- reading ---
    @api.model
    def _get_left(self, move):
        """:return: dict invoice line -> figures that no posted credit note credits"""
        left = self._read(move)
        by_hand = []
        for credit in move._get_fsm_credit_notes():
            for line, figures in self._read(credit).items():
                figures = self._convert(figures, credit, move)
                if line.fsm_credited_line_id in left:
                    self._take_off(left[line.fsm_credited_line_id], figures)
                elif not line.fsm_credited_line_id and credit.reversed_entry_id == move:
                    by_hand.append((line, figures))
        self._take_off_deductions(move, left)
        self._take_off_surplus(move, left)
        for line, figures in by_hand:
            self._take_off_by_hand(move, left, line, figures)
        return {
            line: {
                key: self._get_currency(move, key).round(amount)
                for key, amount in figures.items()
            }
            for line, figures in left.items()
        }

    @api.model
    def _take_off_deductions(self, move, left):
        """Take off what later invoices deduct, see ``_get_fsm_signed_credits``.

        :param dict left: see :meth:`_get_left`; changed in place
        """
        for line in left:
            for credit, sign in line._get_fsm_signed_credits():
                other = credit.move_id
                if credit.fsm_credited_line_id == line and sign > 0:
                    continue  # by a credit note
                figures = self._convert(self._read(other)[credit], other, move)
                self._take_off(
                    left[line],
                    {key: amount * sign for key, amount in figures.items()},
                )

    @api.model
    def _read(self, move):
        """:return: dict product line of ``move`` -> its figures, as they are booked

        Odoo's tax engine knows the taxes as they are today. So it only says how the
        lines share what is booked of each tax.
        """
        base_lines, _tax_lines = move._get_rounded_base_and_tax_lines()
        figures = {
            base_line["record"]: {
                **self._get_base_figures(base_line),
                **self._get_tax_figures(base_line["tax_details"]),
            }
            for base_line in base_lines
            if not base_line["special_type"]
            and base_line["record"].display_type == "product"
        }
        self._set_booked(move, figures)
        return figures

    @api.model
    def _set_booked(self, move, figures):
        """Bring the figures of taxes to what is booked, in place.

        :param dict figures: product line -> its figures, as Odoo reckons them today
        """

    @api.model
    def _prepare_booked(self, line, figures):
        """:return: dict: what goes with the figures of a credit line, beside Odoo's"""
        return {}

    @api.model
    def _get_base_figures(self, base_line):
        """:return: the untaxed figures of a line of a document"""
        line, sign = base_line["record"], base_line["sign"]
        return {
            ("total_excluded_currency", None): sign * line.amount_currency,
            ("total_excluded", None): sign * line.balance,
        }

    @api.model
    def _get_tax_figures(self, details):
        """:return: the figures of the taxes among the ``tax_details`` of Odoo"""
        return {
            (name, tax_data["tax"].id): tax_data[name]
            for tax_data in details["taxes_data"]
            # the engine derives a reverse charge from the tax itself
            if not tax_data["is_reverse_charge"]
            for name in (
                "tax_amount_currency",
                "tax_amount",
                "base_amount_currency",
                "base_amount",
            )
        }

    @api.model
    def _get_currency(self, move, key):
        """:return: the currency of the figure ``key``"""
        name, _tax_id = key
        is_foreign = name.endswith("_currency")
        return move.currency_id if is_foreign else move.company_currency_id

    # --- shares ---
    @api.model
    def _get_share(self, move, figures, factor):
        """:return: ``factor`` of these ``figures``, rounded one by one"""
        return {
            key: self._get_currency(move, key).round(amount * factor)
            for key, amount in figures.items()
        }

    @api.model
    def _get_share_of_line(self, line, figures, quantity):
        """:return: what ``quantity`` makes of the ``figures`` left of an invoice line;
        all of them where nothing is left then
        """
        left = line._get_fsm_open_quantity()
        if line._compare_fsm_quantities(quantity, left) == 0:
            return figures
        factor = quantity / left if left else 0.0
        return self._get_share(line.move_id, figures, factor)

    @api.model
    def _get_untaxed(self, figures):
        """:return: the untaxed amount, in the currency of the document"""
        return figures["total_excluded_currency", None]

    @api.model
    def _get_tax(self, figures):
        """:return: the taxes that the customer pays, in the currency of the document"""
        amounts = {
            tax_id: amount
            for (name, tax_id), amount in figures.items()
            if name == "tax_amount_currency"
        }
        taxes = self.env["account.tax"].browse(amounts)
        # the customer reckons a reverse charge himself
        return sum(amounts[tax.id] for tax in taxes if not tax.has_negative_factor)

    # --- values of credit lines ---
    @api.model
    def _prepare_credit_line(self, line, share, quantity, work=False):
        """Prepare a line that credits ``share`` of an invoice line.

        :param dict share: figures, see above
        :param quantity: in the unit of the invoice line; of no use for a price
        :param work: see ``fsm_credit_work`` of lines
        :return: values of the line of the credit note
        """
        vals = {
            "fsm_credit_work": work,
            **self._prepare_price(line, share, quantity, work),
        }
        if work == "price":
            vals.update(self._prepare_price_line(line))
        sale_lines = line._get_fsm_sale_lines_credited(work)
        vals["sale_line_ids"] = [Command.set(sale_lines.ids)]
        vals["extra_tax_data"] = self._prepare_tax_data(line, vals, share)
        return vals

    @api.model
    def _prepare_price(self, line, share, quantity, work):
        """:return: quantity, price and discount that come to ``share``"""
        untaxed = self._get_untaxed(share)
        if work == "price":
            net = line.price_unit * (1 - line.discount / 100) * line.quantity
            ratio = untaxed / line.price_subtotal if line.price_subtotal else 0.0
            return {"quantity": 1.0, "price_unit": net * ratio, "discount": 0.0}
        usual = line.price_subtotal * quantity / line.quantity if line.quantity else 0.0
        price = line.price_unit
        # cents of rounding are told to the tax engine, and not printed in the price
        currency = line.currency_id
        is_usual = (
            currency.compare_amounts(abs(usual - untaxed), currency.rounding) <= 0
        )
        if usual and not is_usual:
            price *= untaxed / usual
        return {"quantity": quantity, "price_unit": price, "discount": line.discount}

    @api.model
    def _prepare_price_line(self, line):
        """:return: values of a line that corrects a price, and has no quantity

        It has no product either, which would count as one sold less.
        """
        lang = line.partner_id.lang or self.env.lang
        return {
            "name": self.with_context(lang=lang).env._(
                "Price reduction: %(line)s", line=line.name or ""
            ),
            "product_id": False,
            "product_uom_id": False,
            "account_id": line.account_id.id,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "analytic_distribution": line.analytic_distribution,
        }

    @api.model
    def _prepare_tax_data(self, line, vals, figures):
        """Tell Odoo's tax engine that a line comes to exactly these ``figures``.

        It forgets them when somebody changes quantity, price, discount or taxes of the
        line.

        :param line: the invoice line that is credited
        :param dict vals: price_unit, quantity and discount of the credit line
        :return: value of ``extra_tax_data``
        """
        taxes = defaultdict(dict)
        for (name, tax_id), amount in figures.items():
            if tax_id:
                taxes[str(tax_id)][name] = amount
        booked = self._prepare_booked(line, figures)
        for tax_id in booked.get("taxes", ()):
            taxes.setdefault(str(tax_id), {})
        return {
            **(line.extra_tax_data or {}),
            **{name: vals[name] for name in ("price_unit", "quantity", "discount")},
            "currency_id": line.currency_id.id,
            "rate": line.move_id.invoice_currency_rate,
            "manual_total_excluded_currency": self._get_untaxed(figures),
            "manual_total_excluded": figures["total_excluded", None],
            # the engine looks at the amounts above only where there is one of a tax
            "manual_tax_amounts": dict(taxes) or {"0": {}},
            "fsm_booked": booked,
        }

    # --- what credit notes typed by hand leave of the lines of their invoice ---
    # They credit the invoice, and no line of it. So they count as a reduction of price:
    # of the lines with the same product and taxes, as far as there is something left of
    # them, else of those with the same taxes, else of all.
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
