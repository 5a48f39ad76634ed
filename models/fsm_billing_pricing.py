from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, models
from odoo.tools import format_date


@dataclass
class BillingTerms:
    """Who pays for an order, in which currency and at which prices."""

    company: object
    partner: object
    site: object
    pricelist: object
    currency: object
    fiscal_position: object
    policy: object


@dataclass
class BillingItem:
    """One open source, priced."""

    source: object
    section: str
    product: object
    employee: object
    date: object
    quantity: float  # in the unit of the product, not rounded
    discount: float
    price_unit: float = 0.0
    problem: str = ""


@dataclass
class BillingLine:
    """One line of the invoice to come, and the sources that it covers."""

    section: str
    product: object
    employee: object
    price_unit: float
    discount: float
    items: list = field(default_factory=list)
    quantity: float = 0.0
    taxes: object = None
    subtotal: float = 0.0  # untaxed, in the currency of the invoice
    total: float = 0.0  # the same with taxes
    base_line: dict = None  # what Odoo's tax engine made of it

    @property
    def problem(self):
        return next((item.problem for item in self.items if item.problem), "")

    @property
    def dates(self):
        return sorted({item.date for item in self.items if item.date})


class FsmBillingPricing(models.AbstractModel):
    """The one computation behind preview, totals and invoice of a service order.

    It reads and returns values; it writes nothing and raises nothing. What stands in
    the way of an invoice is said in ``problem``.
    """

    _name = "fsm.billing.pricing"
    _description = "Field Service Billing Pricing"

    @api.model
    def _price(self, orders):
        """Price what is open on ``orders``.

        :return: dict order -> (BillingTerms, list of BillingLine)
        """
        terms = self._get_terms(orders)
        items = {order: self._get_items(order, terms[order]) for order in orders}
        self._set_prices(items, terms)
        return {
            order: (terms[order], self._get_lines(items[order], terms[order]))
            for order in orders
        }

    # --- terms ---
    @api.model
    def _get_terms(self, orders):
        """:return: dict order -> BillingTerms"""
        positions = self._get_fiscal_positions(orders)
        result = {}
        for order in orders:
            company = order.company_id
            partner = order.bill_to_id
            site = order.location_id.partner_id
            sale = order.sale_line_id.order_id or order.sale_id
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
                fiscal_position=positions[order],
                policy=order.billing_policy_id,
            )
        return result

    # --- items ---
    @api.model
    def _get_items(self, order, terms):
        """:return: list of BillingItem, one for each open source of ``order``"""
        items = []
        for source in order._get_open_sources():
            product = source._get_billing_product(terms.policy)
            items.append(
                BillingItem(
                    source=source,
                    section=source._get_billing_section(),
                    product=product.with_company(terms.company),
                    employee=source._get_billing_employee(),
                    date=source._get_billing_date(),
                    quantity=(
                        source._convert_billing_quantity(
                            source.qty_to_bill, product.uom_id
                        )
                        if product
                        else 0.0
                    ),
                    discount=100.0 if source.billing_mode == "warranty" else 0.0,
                    problem=self._get_product_problem(product, terms),
                )
            )
        return items

    @api.model
    def _get_product_problem(self, product, terms):
        """:return: why ``product`` can't be billed, and what to do; or ``""``"""
        if not product:
            if not terms.policy:
                return self.env._(
                    "The service order has no billing policy. Choose one on its "
                    "Billing tab, then press Create invoice again."
                )
            return self.env._(
                "Billing policy %(policy)s has no labor product. Choose one under "
                "Field Service > Configuration > Billing policies, then press "
                "Create invoice again.",
                policy=terms.policy.display_name,
            )
        if not product.active:
            return self.env._(
                "Product %(product)s is archived. Unarchive it, or use another "
                "product, then press Create invoice again.",
                product=product.display_name,
            )
        return ""

    # --- prices ---
    @api.model
    def _set_prices(self, items, terms):
        """Set the unit price of all items, one pricelist call for each situation."""
        groups = defaultdict(list)
        for order, order_items in items.items():
            totals = defaultdict(float)
            for item in order_items:
                totals[item.product] += item.quantity
            for item in order_items:
                if item.product:
                    key = (terms[order], item.date, abs(totals[item.product]))
                    groups[self._get_price_key(*key)].append((item, terms[order]))
        for (pricelist, company, currency, date, quantity), group in groups.items():
            products = self.env["product.product"].union(
                *(item.product for item, _terms in group)
            )
            prices = pricelist._compute_price_rule(
                products.with_company(company), quantity, currency=currency, date=date
            )
            for item, item_terms in group:
                price, rule_id = prices[item.product.id]
                self._set_price(item, item_terms, price, rule_id)

    @api.model
    def _get_price_key(self, terms, date, quantity):
        return (terms.pricelist, terms.company, terms.currency, date, quantity)

    @api.model
    def _set_price(self, item, terms, price, rule_id):
        taxes = self._get_product_taxes(item.product, terms)
        item.price_unit = item.product._get_tax_included_unit_price_from_price(
            price, taxes, fiscal_position=terms.fiscal_position
        )
        # a rule of the price list may well say "free"; no rule and no price on the
        # product means that nobody has set one yet
        if not rule_id and terms.currency.is_zero(price) and not item.problem:
            item.problem = self.env._(
                "%(product)s has no price. Set its sales price, or a price in the "
                "price list of %(customer)s, then press Create invoice again.",
                product=item.product.display_name,
                customer=terms.partner.display_name,
            )

    @api.model
    def _get_product_taxes(self, product, terms):
        """:return: sales taxes of ``product`` before the fiscal position"""
        return product.taxes_id._filter_taxes_by_company(terms.company)

    # --- lines ---
    @api.model
    def _get_lines(self, items, terms):
        """Merge priced items into invoice lines.

        :return: list of BillingLine in the order of printing
        """
        lines = {}
        for item in items:
            key = self._get_line_key(item)
            if key not in lines:
                lines[key] = BillingLine(
                    section=item.section,
                    product=item.product,
                    employee=item.employee,
                    price_unit=item.price_unit,
                    discount=item.discount,
                )
            lines[key].items.append(item)
        ordered = sorted(
            lines.values(),
            key=lambda line: list(self._get_sections()).index(line.section),
        )
        self._set_quantities(ordered)
        # what was used and returned before billing nets to nothing: no line
        ordered = [line for line in ordered if line.quantity or line.problem]
        self._set_subtotals(ordered, terms)
        return ordered

    @api.model
    def _get_line_key(self, item):
        """:return: what items of one invoice line have in common"""
        return (
            item.section,
            item.product,
            item.employee,
            item.price_unit,
            item.discount,
            item.problem,
        )

    @api.model
    def _get_sections(self):
        """:return: dict key of a section -> its heading, in the order of printing"""
        return {"labor": self.env._("Labor"), "parts": self.env._("Parts")}

    @api.model
    def _set_quantities(self, lines):
        """Round quantities so that the lines of a product add up to its rounded total.

        Rounding line by line, 15, 50, 225, 75 and 35 minutes would make 6.66 hours
        instead of 6.67.
        """
        exact = defaultdict(float)
        given = defaultdict(float)
        for line in lines:
            unit = line.product.uom_id
            if not unit:
                continue
            own = sum(item.quantity for item in line.items)
            exact[line.product] += own
            line.quantity = unit.round(
                unit.round(exact[line.product]) - given[line.product]
            )
            given[line.product] += line.quantity
            if line.quantity * own <= 0 and abs(own) > 1e-6:
                # a few seconds of work are work
                line.quantity = unit.rounding if own > 0 else -unit.rounding

    @api.model
    def _set_subtotals(self, lines, terms):
        """Set taxes and untaxed amounts, rounded as Odoo rounds those of an invoice.

        Where a company rounds per tax, the lines of an invoice add up to the rounded
        sum: the difference is on one of them.
        """
        Tax = self.env["account.tax"]
        base_lines = []
        for line in lines:
            taxes = self._get_product_taxes(line.product, terms)
            line.taxes = terms.fiscal_position.map_tax(taxes)
            base_lines.append(
                Tax._prepare_base_line_for_taxes_computation(
                    None,
                    product_id=line.product,
                    product_uom_id=line.product.uom_id,
                    tax_ids=line.taxes,
                    price_unit=line.price_unit,
                    quantity=line.quantity,
                    discount=line.discount,
                    currency_id=terms.currency,
                    partner_id=terms.partner,
                )
            )
        Tax._add_tax_details_in_base_lines(base_lines, terms.company)
        Tax._round_base_lines_tax_details(base_lines, terms.company)
        for line, base_line in zip(lines, base_lines, strict=True):
            details = base_line["tax_details"]
            line.subtotal = (
                details["total_excluded_currency"]
                + details["delta_total_excluded_currency"]
            )
            line.total = details["total_included_currency"]
            line.base_line = base_line

    # --- words ---
    @api.model
    def _get_line_name(self, line, terms):
        """:return: the description of ``line`` in the customer's language"""
        lang = terms.partner.lang or self.env.lang
        product = line.product.with_context(lang=lang)
        name = product.get_product_multiline_description_sale()
        if not line.employee:
            return name
        days = [format_date(self.env, day, lang_code=lang) for day in line.dates]
        if len(days) > 2:
            days = [f"{days[0]} – {days[-1]}"]
        return f"{name}\n{line.employee.name}, {', '.join(days)}"
