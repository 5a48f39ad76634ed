from collections import defaultdict

from odoo import api, models


class FsmCreditAmounts(models.AbstractModel):
    """What a document booked of each tax, line by line.

    The rate of a tax, whether prices include it and its accounts may have been edited
    since. A tax line says what was booked of a tax on the document as a whole; its
    lines share that as Odoo reckons today: 33.00 of a tax that is 10 % now are 18.00
    for a line of 120.00, and 15.00 for one of 100.00.
    """

    _inherit = "fsm.credit.amounts"

    # --- taxes ---
    @api.model
    def _set_booked(self, move, figures):
        """Bring the figures of taxes to what is booked, in place.

        :param dict figures: product line -> its figures, as Odoo reckons them today
        """
        extra = self._get_booked_taxes(move)
        for line_figures in figures.values():
            for key, amount in line_figures.items():
                # a tax of zero has no line that names its base
                if key in extra or key[0].startswith("tax_amount"):
                    extra[key] -= amount
        for name, tax_id in list(extra):
            if name == "base_amount" and move.company_currency_id.is_zero(
                extra[name, tax_id]
            ):
                extra["base_amount_currency", tax_id] = 0.0
        for key, amount in extra.items():
            alike = {line: own for line, own in figures.items() if key in own}
            # lines that come to figures of their own have no share of a discount
            others = [
                own for line, own in alike.items() if not line._is_fsm_as_booked()
            ]
            self._spread(move, {key: amount}, others or alike.values())
        self._set_booked_early(move, figures)

    @api.model
    def _get_booked_taxes(self, move):
        """:return: figures of the taxes on the tax lines of ``move``"""
        booked = defaultdict(float)
        bases = defaultdict(float)
        sign = move.direction_sign
        for line in move.line_ids:
            repartition = line.tax_repartition_line_id
            # the engine derives a reverse charge from the tax itself
            if not repartition or repartition.factor < 0:
                continue
            tax_id = repartition.tax_id.id
            booked["tax_amount_currency", tax_id] += sign * line.amount_currency
            booked["tax_amount", tax_id] += sign * line.balance
            bases[repartition] += sign * line.tax_base_amount
        for repartition, amount in bases.items():
            tax_id = repartition.tax_id.id
            # each part of a tax names all of its base
            base = max(booked["base_amount", tax_id], amount, key=abs)
            booked["base_amount", tax_id] = base
            booked["base_amount_currency", tax_id] = move.currency_id.round(
                base * move.invoice_currency_rate
            )
        return booked

    @api.model
    def _spread(self, move, extra, figures):
        """Add amounts of the whole document to the lines that have such figures.

        :param dict extra: figures of the whole document
        :param figures: figures of its lines, changed in place
        """
        for key, amount in extra.items():
            currency = self._get_currency(move, key)
            lines = [line for line in figures if key in line]
            if currency.is_zero(amount):
                continue
            weights = [line[key] for line in lines]
            if currency.is_zero(sum(weights)):
                # a tax that is none today
                weights = [self._get_untaxed(line) for line in lines]
            weight = sum(weights)
            for line, own in zip(lines, weights, strict=True):
                part = currency.round(amount * own / weight) if weight else amount
                weight -= own
                amount -= part
                line[key] += part

    # --- discount for early payment ---
    @api.model
    def _set_booked_early(self, move, figures):
        """Say how much of each line is not taxed, being off for early payment.

        :param dict figures: see :meth:`_set_booked`; changed in place
        """
        sign = move.direction_sign
        for line in move.line_ids:
            if line.display_type != "epd" or not line.tax_ids:
                continue
            alike = [figures[other] for other in line._get_fsm_early_lines()]
            for line_figures in alike:
                line_figures.setdefault(("early_currency", None), 0.0)
                line_figures.setdefault(("early", None), 0.0)
            extra = {
                ("early_currency", None): sign * line.amount_currency,
                ("early", None): sign * line.balance,
            }
            self._spread(move, extra, alike)

    # --- for the tax engine ---
    @api.model
    def _prepare_booked(self, line, figures):
        """Say what goes with the figures of a credit line, beside those of Odoo.

        :param line: the invoice line that is credited
        :return: value of ``fsm_booked`` in ``extra_tax_data``: the taxes for which the
            figures were reckoned, what is off for early payment, and accounts and tags
            that are others today
        """
        taxes, _groups = line.tax_ids._flatten_taxes_and_sort_them()
        booked = {"taxes": sorted(taxes.ids), **self._get_changed_repartition(line)}
        if ("early", None) in figures:
            booked["early"] = [figures["early_currency", None], figures["early", None]]
        tags = self._get_changed_base_tags(line, taxes)
        if tags is not None:
            booked["base_tags"] = tags.ids
        return booked

    @api.model
    def _get_changed_repartition(self, line):
        """Find where taxes were booked, if their accounts or tags are others today.

        Taxes that book credit notes elsewhere than invoices keep to that.

        :return: dict: ``accounts`` (id of a part of a refunded tax -> id of an account)
            and ``tags`` (the same -> list of ids)
        """
        found = {"accounts": {}, "tags": {}}
        taxes, _groups = line.tax_ids._flatten_taxes_and_sort_them()
        tax_lines = line.move_id.line_ids.filtered("tax_repartition_line_id")
        for part, lines in tax_lines.grouped("tax_repartition_line_id").items():
            if part.tax_id not in taxes:
                continue
            refund = self._get_refund_part(part)
            # a part without an account is booked where its lines are
            if part.account_id and part.account_id == refund.account_id:
                account = lines.account_id
                if len(account) == 1 and account != part.account_id:
                    found["accounts"][str(refund.id)] = account.id
            if part.tag_ids == refund.tag_ids and lines.tax_tag_ids != part.tag_ids:
                tags = lines[0].tax_tag_ids
                if all(other.tax_tag_ids == tags for other in lines):
                    found["tags"][str(refund.id)] = tags.ids
        return {name: values for name, values in found.items() if values}

    @api.model
    def _get_refund_part(self, part):
        """:return: the part of a refunded tax that stands for ``part`` of an invoice"""
        tax = part.tax_id
        index = list(tax.invoice_repartition_line_ids).index(part)
        refund = tax.refund_repartition_line_ids[index : index + 1]
        return refund.filtered(
            lambda other: (
                other.repartition_type == part.repartition_type
                and other.factor == part.factor
            )
        )

    @api.model
    def _get_changed_base_tags(self, line, taxes):
        """:return: tags of the invoice ``line``, if those of its taxes are others today

        None where they are the same, or where credit notes have tags of their own.
        """
        parts = taxes.invoice_repartition_line_ids.filtered(
            lambda part: part.repartition_type == "base"
        )
        refunds = taxes.refund_repartition_line_ids.filtered(
            lambda part: part.repartition_type == "base"
        )
        today = parts.tag_ids | line.product_id.sudo().account_tag_ids
        if parts.tag_ids != refunds.tag_ids or line.tax_tag_ids == today:
            return None
        return line.tax_tag_ids
