from dataclasses import replace

from odoo import api, models

from ...tools.tolerance import NOISE


class FsmBillingPricing(models.AbstractModel):
    """Work that is billed at the price on an invoice: what a credit note opened again,
    and what is sent in exchange for a part.

    Unless people chose the price of today, or changed what the price goes by: the
    customer, the billing policy, the product.
    """

    _inherit = "fsm.billing.pricing"

    @api.model
    def _get_items(self, order, items, terms):
        items = super()._get_items(order, items, terms)
        is_kept = order.billing_again_price == "billed"
        credits = order._get_credits_again() if is_kept else {}
        return [
            part
            for item in items
            for part in self._split_by_credit(item, credits, terms)
        ]

    @api.model
    def _split_by_credit(self, item, credits, terms):
        """Make an item of each part of ``item`` that has a price from before.

        What is sent in exchange has the price of what it replaces.

        :param dict credits: see ``_get_credits_again`` of orders
        :return: list of BillingItem
        """
        if item.quantity < 0 and not credits:
            return [item]
        back = item.source._get_source_taken_back()
        if item.quantity < 0:
            # what came back before it was billed again is netted at its price
            kept = back and self._get_credits_kept(item, credits.get(back, ()), terms)
            return [replace(item, credit=kept[0][0]) if kept else item]
        parts = []
        left = 1.0
        own = credits.get(item.source, ())
        for credit, quantity in self._get_credits_kept(item, own, terms):
            if left <= NOISE or abs(item.billed) <= NOISE:
                break
            # of a component, a kit may bear no more than a part
            share = min(quantity / item.billed, left)
            left -= share
            part = item if share > 1 - NOISE else self._get_share_of(item, share)
            parts.append(replace(part, credit=credit))
        if left > NOISE:
            rest = self._get_share_of(item, left) if parts else item
            kept = back and self._get_credits_kept(
                item,
                [*credits.get(back, ()), *self._get_lines_replaced(item.source)],
                terms,
            )
            parts.append(replace(rest, credit=kept[0][0]) if kept else rest)
        return parts

    @api.model
    def _get_quotation_line(self, sale_line, vals, headings):
        data = sale_line._prepare_tax_data_again(vals)
        vals = {**vals, "extra_tax_data": data} if data else vals
        return super()._get_quotation_line(sale_line, vals, headings)

    @api.model
    def _get_lines_replaced(self, source):
        """Find the price of what ``source`` was sent in exchange for.

        :return: list of (invoice line, 0.0), the one whose price goes first
        """
        # what is open again has the price of what opened it, or that of today
        lines = source._get_billing_entries_returned().filtered(
            lambda entry: entry._get_source().qty_billed
        )
        # the one that what came back is taken off
        lines = lines.move_line_id.sorted(
            lambda line: line._compare_fsm_quantities(line._get_fsm_quantity_left(), 0),
            reverse=True,
        )
        return [(line, 0.0) for line in lines]

    @api.model
    def _get_credits_kept(self, item, credits, terms):
        """:return: those of ``credits`` whose price ``item`` keeps

        What was given away has no price to keep.
        """
        customer = terms.partner.commercial_partner_id
        is_billable = item.source.billing_mode != "warranty"
        return [
            (credit, quantity)
            for credit, quantity in credits
            if credit.product_id == item.product
            and credit.move_id.commercial_partner_id == customer
            and credit.product_uom_id
            and not (is_billable and credit.discount >= 100)
        ]

    @api.model
    def _set_own_price(self, item, terms):
        if not item.credit:
            return super()._set_own_price(item, terms)
        price = self._get_price_paid(item.credit, terms)
        price *= self._get_price_left(item.credit)
        price = self._get_price_for_taxes(
            price, item.credit.tax_ids, item.product, terms
        )
        item.price_unit = item.credit.product_uom_id._compute_price(
            price, item.product.uom_id
        )
        if item.source.billing_mode != "warranty":
            item.discount = item.credit.discount
        return True

    @api.model
    def _get_price_left(self, line):
        """:return: the part of its price that is left of an invoice line, after credit
        notes that corrected the price: 0.8 where it was 100.00 and is 80.00
        """
        quantity = line._get_fsm_open_quantity()
        is_lower = line.move_id.move_type == "out_invoice" and any(
            credit.fsm_credit_work == "price"
            for credit in line._get_fsm_posted_credits()
        )
        if not is_lower or line._compare_fsm_quantities(quantity, 0) <= 0:
            return 1.0
        amounts = self.env["fsm.credit.amounts"]
        left = amounts._get_left(line.move_id)[line]
        vals = amounts._prepare_price(line, left, quantity, False)
        return vals["price_unit"] / line.price_unit
