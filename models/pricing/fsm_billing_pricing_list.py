from collections import defaultdict

from odoo import api, models

from .values import BillingItem


class FsmBillingPricing(models.AbstractModel):
    """Prices of price lists: by quantity and day, and the discount that they show."""

    _inherit = "fsm.billing.pricing"

    # --- quantities ---
    @api.model
    def _get_priced_quantities(self, items):
        """Say which quantity the price of a product depends on.

        All of it on the order, as it is printed: what stands on its documents, net of
        credits, and what is open. 80 times 0.1 hours are 8 hours.

        :param dict items: order -> its items
        :return: dict (order, product) -> quantity in the unit of the product
        """
        orders = self.env["fsm.order"].union(*items)
        quantities = self._get_standing_quantities(orders)
        for order, order_items in items.items():
            standing = self._get_standing(order)
            for product in {item.product for item in order_items}:
                # what the lines that stand were rounded by is printed now
                quantities[order, product] += standing.get_rest(product)
            for item in order_items:
                quantities[order, item.product] += item.quantity
        return {
            key: self._get_printed_quantity(key[1], abs(quantity))
            for key, quantity in quantities.items()
        }

    @api.model
    def _get_printed_quantity(self, product, quantity):
        """:return: ``quantity``, which is positive, as lines of ``product`` print it"""
        return product.uom_id.round(quantity) if product.uom_id else quantity

    @api.model
    def _get_standing_quantities(self, orders):
        """:return: defaultdict (order, product) -> quantity on documents of the work
        of ``orders``, net of what posted documents credit of it
        """
        quantities = defaultdict(float)
        entries = orders.billing_entry_ids.filtered(
            lambda entry: entry.kind == "bill" and entry.is_live
        )
        for line, bills in entries.grouped("move_line_id").items():
            is_credit = line.move_id.move_type == "out_refund"
            product, unit = line.product_id, line.product_uom_id
            if (
                # what is taken off an invoice line counts as a credit of it
                line.fsm_credited_line_id
                or not unit
                or not unit._has_common_reference(product.uom_id)
            ):
                continue
            sign = -1 if is_credit else 1
            quantities[bills[0].order_id, product] += sign * unit._compute_quantity(
                line.quantity - line.fsm_qty_credited, product.uom_id, round=False
            )
        return quantities

    # --- price lists ---
    @api.model
    def _get_list_prices(self, charges):
        """Price charges by the customers' price lists.

        :return: dict charge -> (price of one unit as the invoice shows it, discount in
            percent, currency)
        """
        terms = self._get_terms(charges.fsm_order_id)
        items = {
            charge: BillingItem(
                source=charge,
                section=charge._billing_section,
                product=charge.product_id.with_company(charge.company_id),
                employee=None,
                date=charge.date,
                quantity=charge.quantity,
                discount=0.0,
            )
            for charge in charges
            if charge.product_id and charge.fsm_order_id
        }
        self._set_list_prices(
            (
                item,
                terms[charge.fsm_order_id],
                self._get_printed_quantity(item.product, abs(charge.quantity)),
            )
            for charge, item in items.items()
        )
        return {
            charge: (
                items[charge].price_unit if charge in items else 0.0,
                items[charge].discount if charge in items else 0.0,
                terms[charge.fsm_order_id].currency
                if charge.fsm_order_id
                else charge.currency_id,
            )
            for charge in charges
        }

    @api.model
    def _set_list_prices(self, listed):
        """Price items by price lists, one call for each situation.

        :param listed: tuples (item, terms, quantity that the price depends on)
        """
        groups = defaultdict(list)
        for item, item_terms, quantity in listed:
            key = self._get_price_key(item_terms, item.date, quantity)
            groups[key].append((item, item_terms))
        for (
            pricelist,
            company,
            currency,
            date,
            quantity,
            zone,
        ), group in groups.items():
            products = self.env["product.product"].union(
                *(item.product for item, _terms in group)
            )
            products = products.with_company(company)
            options = {"currency": currency, "date": date, "fsm_zone": zone}
            prices = pricelist._compute_price_rule(products, quantity, **options)
            shown = self._get_shown_prices(products, quantity, prices, options)
            for item, item_terms in group:
                price, rule_id = prices[item.product.id]
                base = shown.get(item.product.id)
                self._set_price(item, item_terms, price, rule_id, base)

    @api.model
    def _get_price_key(self, terms, date, quantity):
        return (
            terms.pricelist,
            terms.company,
            terms.currency,
            date,
            quantity,
            terms.zone,
        )

    @api.model
    def _get_shown_prices(self, products, quantity, prices, options):
        """Find prices before a discount that the customer is to see, as on a sale.

        :param dict prices: product id -> (price, id of the rule it comes from)
        :return: dict product id -> price before the discount; not for others
        """
        shown = {}
        for product in products:
            price, rule_id = prices[product.id]
            rule = self.env["product.pricelist.item"].browse(rule_id or [])
            if not rule._show_discount():
                continue
            base = rule._compute_price_before_discount(
                product=product, quantity=quantity, uom=product.uom_id, **options
            )
            # a surcharge is in the price
            if base and base > price:
                shown[product.id] = base
        return shown

    @api.model
    def _set_price(self, item, terms, price, rule_id, base=None):
        """Set price and discount of ``item``.

        :param base: the price before a discount that the customer is to see
        """
        item.price_unit = item.product._get_tax_included_unit_price_from_price(
            price if base is None else base,
            self._get_product_taxes(item.product, terms),
            product_taxes_after_fp=self._get_mapped_taxes(item.product, terms),
        )
        if base is not None:
            # under warranty all of it is off
            item.discount = item.discount or (base - price) / base * 100
        # a rule of the price list may well say "free"; no rule and no price on the
        # product means that nobody has set one yet
        if not rule_id and terms.currency.is_zero(price) and not item.problem:
            item.problem = self.env._(
                "%(product)s has no price. Set its sales price, or a price in the "
                "price list of %(customer)s, then press Create invoice again.",
                product=item.product.display_name,
                customer=terms.partner.display_name,
            )
