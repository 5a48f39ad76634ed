from collections import ChainMap, defaultdict

from odoo import api, models
from odoo.tools import float_round

from ...tools.tolerance import NOISE
from .values import (
    BilledTogether,
    BillingChoices,
    BillingItem,
    BillingLine,
    BillingTerms,
    PricedOrder,
)


class FsmBillingPricing(models.AbstractModel):
    """The one computation behind preview, totals and invoice of a service order.

    It reads and returns values; it writes nothing and raises nothing. What stands in
    the way of an invoice is said in ``problem``.
    """

    _name = "fsm.billing.pricing"
    _description = "Field Service Billing Pricing"

    @api.model
    def _price(self, orders, choices=None, together=None):
        """Price what is open on ``orders``.

        :param choices: BillingChoices, in place of what the policies say
        :param together: BilledTogether, where they are invoiced at the same time;
            without it each is priced as if it were alone
        :return: dict order -> PricedOrder
        """
        terms = self._get_terms(orders, choices, together)
        opened = {
            order: [
                self._get_item(source, terms[order])
                for source in order._get_open_sources(terms[order].asked)
            ]
            for order in orders
        }
        opened = self._leave_out_given_back(opened, terms)
        items = {
            order: self._get_items(order, opened[order], terms[order])
            for order in orders
        }
        self._set_prices(items, terms)
        result = {}
        for order in orders:
            lines = self._get_lines(order, items[order], terms[order])
            lines = self._place_discounts(order, lines, terms[order])
            lines = self._deduct_down_payments(order, lines, terms[order])
            result[order] = PricedOrder(order, terms[order], lines)
            if together and not result[order].problem:
                together.take(result[order])
        return result

    # --- what rooms above have to say ---
    @api.model
    def _leave_out_given_back(self, items, terms):
        """:return: ``items`` without what was refunded before it was taken back"""
        return items

    @api.model
    def _net(self, items):
        """:return: ``items`` with what takes back open work put to that"""
        return items

    @api.model
    def _give_back(self, order, lines, terms):
        """:return: ``lines``, where what was invoiced is credited"""
        return lines

    @api.model
    def _place_discounts(self, order, lines, terms):
        """:return: ``lines``, where those of less than nothing say what they reduce"""
        return lines

    @api.model
    def _deduct_down_payments(self, order, lines, terms):
        """:return: ``lines`` of ``order``, and the down payments that they pay off"""
        return lines

    # --- terms ---
    @api.model
    def _get_terms(self, orders, choices=None, together=None):
        """:return: dict order -> BillingTerms"""
        choices = choices or BillingChoices()
        together = together or BilledTogether()
        positions = self._get_fiscal_positions(orders)
        product_taxes = defaultdict(dict)
        mapped_taxes = defaultdict(dict)
        rates = {}
        result = {}
        for order in orders:
            company = order.company_id
            partner = order.bill_to_id
            site = order.location_id.partner_id
            sale = order._get_quotation()
            pricelist = (
                sale.pricelist_id
                or partner.with_company(company).property_product_pricelist
            )
            result[order] = BillingTerms(
                company=company,
                partner=partner,
                site=site,
                pricelist=pricelist,
                currency=pricelist.currency_id or company.currency_id,
                fiscal_position=sale.fiscal_position_id or positions[order],
                policy=order.billing_policy_id,
                grouping=choices.get_grouping(order.billing_policy_id),
                detail=choices.get_detail(order.billing_policy_id),
                invoice_date=choices.invoice_date,
                asked=choices,
                payment_term=(
                    sale.payment_term_id
                    if sale
                    else partner.with_company(company).property_payment_term_id
                ),
                product_taxes=product_taxes[company],
                mapped_taxes=mapped_taxes[company],
                taken=together.taken,
                creditable=ChainMap({}, together.creditable),
                zone=order._get_time_zone(),
                rates=rates,
                advances=together.advances,
            )
        return result

    # --- items ---
    @api.model
    def _get_items(self, order, items, terms):
        """:return: list of BillingItem: ``items``, one for each open source of
        ``order``, as they are printed
        """
        self._round_time(order, items, terms)
        return items

    @api.model
    def _get_item(self, source, terms):
        """:return: BillingItem of ``source``, without its price"""
        product = source._get_billing_product(terms.policy)
        quantity = (
            source._convert_billing_quantity(source.qty_to_bill, product.uom_id)
            if product
            else 0.0
        )
        return BillingItem(
            source=source,
            section=source._billing_section,
            product=product.with_company(terms.company),
            employee=source._get_billing_employee(),
            date=source._get_billing_date(),
            quantity=quantity,
            covered=quantity,
            billed=source.qty_to_bill,
            discount=source._get_billing_discount(),
            note=source._get_billing_note(),
            problem=source._get_product_problem(product, terms.policy),
        )

    # --- prices ---
    @api.model
    def _set_prices(self, items, terms):
        """Set the unit price of all items."""
        quantities = self._get_priced_quantities(items)
        self._set_list_prices(
            (item, terms[order], quantities[order, item.product])
            for order, order_items in items.items()
            for item in order_items
            if item.product and not self._set_own_price(item, terms[order])
        )

    @api.model
    def _set_own_price(self, item, terms):
        """:return: True if the source of ``item`` has a price of its own; it is set"""
        own = item.source._get_billing_price(terms)
        if own is None:
            return False
        item.price_unit, problem = own
        item.problem = item.problem or problem
        return True

    @api.model
    def _add_included_taxes(self, product, price, terms):
        """:return: ``price``, which is without tax, with the taxes that prices include

        Rounded like a product price of the invoice's currency.
        """
        taxes = self._get_mapped_taxes(product, terms)
        taxes = taxes.flatten_taxes_hierarchy().filtered("price_include")
        if taxes:
            price = taxes.compute_all(
                price,
                terms.currency,
                handle_price_include=False,
                rounding_method="round_globally",
            )["total_included"]
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return float_round(price, precision_digits=digits)

    @api.model
    def _get_price_for_taxes(self, price, taxes, product, terms):
        """Say what a price invoiced with ``taxes`` is with the taxes of now.

        Without tax it stays the same: 120.00 with 20 % included are 100.00 where
        nothing is included any more, and the other way round. Only a fiscal position
        that includes taxes in prices without any leaves these, as Odoo does: 100.00
        without tax are 100.00 in all for a private customer.

        :return: the price of one unit, not rounded
        """
        included, mapped, own = (
            some.flatten_taxes_hierarchy().filtered("price_include")
            for some in (
                taxes,
                self._get_mapped_taxes(product, terms),
                self._get_product_taxes(product, terms),
            )
        )
        if included == mapped or not (included or own):
            return price
        options = {"rounding_method": "round_globally", "product": product}
        details = taxes._get_tax_details(price, 1.0, **options)
        untaxed = details["total_excluded"]
        details = self._get_mapped_taxes(product, terms)._get_tax_details(
            untaxed, 1.0, special_mode="total_excluded", **options
        )
        return untaxed + sum(
            tax_data["tax_amount"]
            for tax_data in details["taxes_data"]
            if tax_data["tax"].price_include
        )

    @api.model
    def _get_product_taxes(self, product, terms):
        """:return: sales taxes of ``product`` before the fiscal position"""
        known = terms.product_taxes
        if product.id not in known:
            known[product.id] = product.taxes_id._filter_taxes_by_company(terms.company)
        return known[product.id]

    @api.model
    def _get_mapped_taxes(self, product, terms):
        """:return: sales taxes of ``product`` as the fiscal position has them"""
        known = terms.mapped_taxes
        key = product.id, terms.fiscal_position.id
        if key not in known:
            taxes = self._get_product_taxes(product, terms)
            known[key] = terms.fiscal_position.map_tax(taxes)
        return known[key]

    # --- lines ---
    @api.model
    def _get_lines(self, order, items, terms):
        """List the lines of the quotation, and priced items merged into lines.

        :return: list of BillingLine in the order of printing
        """
        lines = {}
        sections = list(self._get_sections())
        for item in self._net(items):
            lead = item.of or item
            key = self._get_line_key(lead, terms)
            if key not in lines:
                lines[key] = BillingLine(
                    section=lead.section,
                    product=lead.product,
                    note=lead.note,
                    price_unit=lead.price_unit,
                    discount=lead.discount,
                )
            lines[key].items.append(item)
        ordered = sorted(lines.values(), key=lambda line: sections.index(line.section))
        self._set_quantities(order, ordered)
        # What was used and returned before billing nets to nothing: no line. Other
        # work that comes to nothing stands on a line at zero, or it would stay open
        # for ever: time that an earlier minimum paid for.
        ordered = [
            line
            for line in ordered
            if line.quantity or line.problem or line.covered > NOISE
        ]
        lines = self._price_quotation(order, terms) + ordered
        lines = self._give_back(order, lines, terms)
        billed = [line for line in lines if not line.credited]
        return [
            *self._reckon(billed, terms),
            *(line for line in lines if line.credited),
        ]

    @api.model
    def _get_line_key(self, item, terms):
        """:return: what items of one invoice line have in common"""
        key = (
            item.section,
            item.product,
            item.price_unit,
            item.discount,
            item.note,
            item.problem,
        )
        if not item.is_time or terms.detail == "product":
            return key
        if terms.detail == "timesheet":
            return (*key, item.source)
        return (*key, item.employee)

    @api.model
    def _get_sections(self):
        """:return: dict key of a section -> its heading, in the order of printing"""
        sections = {"quotation": self.env._("Quotation")}
        for source in self.env["fsm.billing.entry"]._get_source_models():
            # several kinds of work may share a section
            sections.setdefault(source._billing_section, source._get_billing_heading())
        return sections

    @api.model
    def _set_quantities(self, order, lines):
        """Round quantities so that the lines of a product add up to its rounded total.

        Rounding line by line, 15, 50, 225, 75 and 35 minutes would make 6.66 hours
        instead of 6.67; on one invoice or on five. What a clerk changed on those that
        stand is no rounding, and stays as they want it.
        """
        standing = self._get_standing(order)
        exact = defaultdict(float)
        given = defaultdict(float)
        for line in lines:
            unit = line.product.uom_id
            if not unit:
                continue
            product = line.product
            own = sum(item.quantity for item in line.items)
            exact[product] += own
            until = unit.round(standing.get_rest(product) + exact[product])
            line.quantity = unit.round(until - given[product])
            if line.quantity * own <= 0:
                # what others were rounded up by makes nobody's work less than nothing
                line.quantity = 0.0
                printed = standing.printed[product] + given[product]
                if abs(own) > NOISE and unit.is_zero(printed):
                    # a few seconds of work are work
                    line.quantity = unit.rounding if own > 0 else -unit.rounding
            given[product] += line.quantity
