from dataclasses import replace

from odoo import api, models

from ...tools.tolerance import NOISE


class FsmBillingPricing(models.AbstractModel):
    """Work that a credit note opened again: it is billed at the price it was billed at.

    Unless people chose the price of today, or changed what the price goes by: the
    customer, the billing policy, the product.
    """

    _inherit = "fsm.billing.pricing"

    @api.model
    def _get_items(self, order, terms):
        items = super()._get_items(order, terms)
        credits = order._get_credits_again()
        if not credits or order.billing_again_price == "today":
            return items
        return [
            part
            for item in items
            for part in self._split_by_credit(item, credits, terms)
        ]

    @api.model
    def _split_by_credit(self, item, credits, terms):
        """Make an item of each part of ``item`` that has a price from before.

        :param dict credits: see ``_get_credits_again`` of orders
        :return: list of BillingItem
        """
        back = item.quantity < 0 and item.source._get_source_taken_back()
        if back:
            # what came back before it was billed again is netted at its price
            kept = self._get_credits_kept(item, credits.get(back, ()), terms)
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
            parts.append(self._get_share_of(item, left) if parts else item)
        return parts

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
        price = self._get_price_for_taxes(
            self._get_price_paid(item.credit, terms),
            item.credit.tax_ids,
            item.product,
            terms,
        )
        item.price_unit = item.credit.product_uom_id._compute_price(
            price, item.product.uom_id
        )
        if item.source.billing_mode != "warranty":
            item.discount = item.credit.discount
        return True
