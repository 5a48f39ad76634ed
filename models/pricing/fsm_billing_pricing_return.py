from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models

from ...tools.tolerance import NOISE


class FsmBillingPricing(models.AbstractModel):
    """Parts that came back after they were billed: what they are taken off.

    A credit note of such parts, or a deduction on an invoice of other work, names the
    invoice lines that billed them, so that nobody credits them once more. The customer
    gets back what he paid, whatever the price list says today.
    """

    _inherit = "fsm.billing.pricing"

    @api.model
    def _set_prices(self, items, terms):
        self._read_origins(items)
        return super()._set_prices(items, terms)

    @api.model
    def _read_origins(self, items):
        """Read what all that came back is taken off together, not line by line."""
        returns = defaultdict(list)
        for order_items in items.values():
            for item in order_items:
                if item.quantity < 0:
                    returns[item.source._name].append(item.source)
        entries = self.env["fsm.billing.entry"].union(
            *(
                source._get_billing_entries_returned()
                for first, *others in returns.values()
                for source in first.union(*others)
            )
        )
        origins = entries.move_line_id
        for name in ("fsm_credit_line_ids", "fsm_deduction_line_ids", "tax_ids"):
            origins.mapped(name)

    @api.model
    def _get_lines(self, order, items, terms):
        lines = super()._get_lines(order, items, terms)
        rooms = {}
        split = [
            part for line in lines for part in self._split_by_origin(line, terms, rooms)
        ]
        if any(line.origin for line in split):
            self._set_quantities(order, [line for line in split if not line.sale_line])
            self._set_subtotals(split, terms)
        return split

    @api.model
    def _split_by_origin(self, line, terms, rooms):
        """Make a line for each of the invoice lines that ``line`` is taken off.

        :param dict rooms: invoice line -> what may still be taken off it, in the unit
            of the product; changed in place
        :return: list of BillingLine
        """
        if line.quantity >= 0:
            return [line]
        if line.sale_line:
            return self._split_sold(line, rooms)
        # a part that took the place of one that came back is netted with it
        netted = [item for item in line.items if item.quantity > 0]
        spare = sum(item.quantity for item in netted)
        parts = defaultdict(list)
        for item in line.items:
            if item.quantity >= 0:
                continue
            back = -item.quantity
            swapped = min(spare, back)
            spare -= swapped
            if swapped > NOISE:
                netted.append(self._get_share_of(item, swapped / back))
            if back - swapped > NOISE:
                origins = self._get_origins(line, [item], terms, rooms)
                for origin, quantity in self._take_off(
                    origins, back - swapped, rooms
                ) or [(None, back - swapped)]:
                    parts[origin].append(self._get_share_of(item, quantity / back))
        first = next(iter(parts), None)
        parts[first] = netted + parts[first]
        return [
            replace(line, items=items, **self._get_origin_values(line, origin, terms))
            for origin, items in parts.items()
        ]

    @api.model
    def _split_sold(self, line, rooms):
        """Do the same with what came back of a line of a quotation, at its price."""
        origins = line.sale_line.invoice_lines.filtered(
            lambda other: (
                other.parent_state == "posted"
                and other.move_id.move_type == "out_invoice"
                and other.quantity > 0
                and other.product_uom_id._has_common_reference(line.unit)
            )
        ).sorted("id", reverse=True)
        for origin in origins:
            if origin not in rooms:
                rooms[origin] = origin.product_uom_id._compute_quantity(
                    origin._get_fsm_quantity_left(), line.unit, round=False
                )
        taken = self._take_off(origins, -line.quantity, rooms)
        parts = [
            replace(line, quantity=-quantity, origin=origin)
            for origin, quantity in taken
        ]
        # what stands above and below the line is printed once
        return [
            replace(
                part,
                headings=line.headings if part is parts[0] else [],
                notes=line.notes if part is parts[-1] else [],
            )
            for part in parts
        ] or [line]

    @api.model
    def _get_share_of(self, item, share):
        """:return: BillingItem of a ``share`` of ``item``"""
        return replace(
            item,
            quantity=item.quantity * share,
            covered=item.covered * share,
            billed=item.billed * share,
        )

    @api.model
    def _get_origin_values(self, line, origin, terms):
        """:return: dict of what ``line`` has from the invoice line it is taken off

        Its price was perhaps lowered since, by a credit note of the price only.
        """
        if not origin:
            return {}
        values = {
            "origin": origin,
            "price_unit": origin.product_uom_id._compute_price(
                self._get_price_paid(origin, terms), line.unit
            ),
            "discount": origin.discount,
            "taxes": origin.tax_ids,
            "vals": {"account_id": origin.account_id.id},
        }
        credits = origin._get_fsm_posted_credits()
        if any(credit.fsm_credit_work == "price" for credit in credits):
            left = self.env["fsm.credit.amounts"]._get_left(origin.move_id)[origin]
            quantity = origin._get_fsm_open_quantity()
            usual = origin.price_subtotal * quantity / (origin.quantity or 1.0)
            if not origin.currency_id.is_zero(usual):
                untaxed = self.env["fsm.credit.amounts"]._get_untaxed(left)
                values["price_unit"] *= untaxed / usual
        return values

    @api.model
    def _get_origins(self, line, items, terms, rooms):
        """List the invoice lines that bill what came back, the last one first.

        What is left of them is added to the ``rooms``.
        """
        entries = self.env["fsm.billing.entry"].union(
            *(item.source._get_billing_entries_returned() for item in items)
        )
        origins = []
        for origin in entries.move_line_id:
            unit = origin.product_uom_id
            is_invoiced = origin.quantity > 0 and unit
            if is_invoiced and unit._has_common_reference(line.unit):
                origins.append(origin)
                if origin not in rooms:
                    rooms[origin] = unit._compute_quantity(
                        origin._get_fsm_quantity_left(), line.unit, round=False
                    )
        return origins

    @api.model
    def _get_price_paid(self, origin, terms):
        """:return: the price of one unit on the invoice line, in the currency of now

        At the rate of that invoice, and at that of today where it is another currency.
        """
        price = origin.price_unit
        if origin.currency_id == terms.currency:
            return price
        price /= origin.move_id.invoice_currency_rate
        company = origin.company_id
        day = terms.invoice_date or fields.Date.context_today(origin)
        return company.currency_id._convert(
            price, terms.currency, company, day, round=False
        )

    @api.model
    def _take_off(self, origins, quantity, rooms):
        """Say how much is taken off which invoice line; off one alone, if it can be.

        What is left of none of them is taken off the first one, where the credit note
        is refused: it was credited before.

        :return: list of (invoice line, quantity); empty without invoice lines
        """
        if not origins:
            return []
        whole = [origin for origin in origins if rooms[origin] > quantity - NOISE]
        taken = defaultdict(float)
        for origin in whole[:1] or origins:
            taken[origin] = max(min(rooms[origin], quantity), 0.0)
            quantity -= taken[origin]
        taken[origins[0]] += quantity
        for origin, amount in taken.items():
            rooms[origin] -= amount
        return [(origin, amount) for origin, amount in taken.items() if amount > NOISE]
