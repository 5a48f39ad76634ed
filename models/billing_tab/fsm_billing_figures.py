from odoo import api, models

from ...tools.splitting import split
from .values import Money, OrderFigures, PriceRank


class FsmBillingFigures(models.AbstractModel):
    """The rows of the Billing tab: price, amount and invoice of each piece of work.

    What is open comes from the one computation of prices, what is billed from the
    invoice lines themselves. The amount of a line is shared among the work on it, so
    that the rows add up to the invoice, to the cent.
    """

    _name = "fsm.billing.figures"
    _description = "Field Service Billing Figures"

    @api.model
    def _get_figures(self, orders):
        """Look at the hours, parts, charges and quotation lines of ``orders``.

        :return: OrderFigures
        """
        figures = OrderFigures(self.env)
        self._add_open(orders, figures)
        self._add_billed(orders, figures)
        self._add_billed_quotations(orders, figures)
        return figures

    # --- what is open ---
    @api.model
    def _add_open(self, orders, figures):
        """Enter what the next invoice will say, at its rate."""
        pricing = self.env["fsm.billing.pricing"]
        for priced in self._get_priced(orders):
            order, terms, lines = priced.order, priced.terms, priced.lines
            if not lines:
                continue
            rate = pricing._get_document_rate(order, lines, terms)
            amounts = pricing._get_company_amounts(lines, terms, rate)
            for line, converted in zip(lines, amounts, strict=True):
                booked = line.credited or self.env["account.move"]
                line_rate = booked.invoice_currency_rate if booked else rate
                for work, amount in self._get_shares(line, converted, terms):
                    figures.add(
                        order,
                        work,
                        booked.currency_id or terms.currency,
                        price=Money(line.price_unit, line.price_unit / line_rate),
                        rank=(PriceRank.NEXT, 0),
                        amount=amount,
                        credited=line.credited,
                    )

    @api.model
    def _get_shares(self, line, converted, terms):
        """:return: list of (work on ``line``, Money that falls to it)

        :param converted: untaxed amount of the line in company currency
        """
        works = [item.source for item in line.items] or [line.sale_line]
        if works == [None]:
            return []  # what is credited along with them
        weights = [item.quantity for item in line.items] or [1.0]
        currency = line.credited.currency_id if line.credited else terms.currency
        own = split(line.subtotal, weights, currency.round)
        company = split(converted, weights, terms.company.currency_id.round)
        return zip(works, map(Money, own, company), strict=True)

    @api.model
    def _get_priced(self, orders):
        """Price what is open, also on orders that are not done yet.

        What an order itself has reckoned already is not reckoned again.

        :return: list of PricedOrder
        """
        done = orders.filtered("is_invoiceable")
        going_on = (orders - done).filtered(lambda order: not order._is_cancelled())
        priced = [order.billing_priced for order in done if order.billing_priced]
        return [*priced, *self.env["fsm.billing.pricing"]._price(going_on).values()]

    # --- what is billed ---
    @api.model
    def _add_billed(self, orders, figures):
        """Enter what invoices say, by the ledger."""
        entries = orders.billing_entry_ids.filtered(
            lambda entry: entry.kind == "bill" and entry.is_live
        )
        for line, bills in entries.grouped("move_line_id").items():
            # a return has entries of its own, and is deducted by them
            credits = line._get_fsm_posted_credits().filtered(
                lambda credit: not credit._is_fsm_return()
            )
            amounts = self._share_line(line, credits, bills)
            for entry, amount in zip(bills, amounts, strict=True):
                figures.add(
                    entry.order_id,
                    self._get_work_billed(entry),
                    line.currency_id,
                    price=self._get_price(line),
                    rank=self._get_rank(line, entry._is_standing()),
                    amount=amount,
                    moves=line.move_id | credits.move_id,
                )
        self._add_credited_elsewhere(orders, figures)

    @api.model
    def _get_work_billed(self, entry):
        """:return: the work on whose row an entry is: of what came back on a later
        visit, that of the first one
        """
        source = entry._get_source()
        if source.fsm_order_id == entry.order_id:
            return source
        first = entry.move_line_id.fsm_credited_line_id.fsm_billing_entry_ids[:1]
        return first._get_source() if first else source

    @api.model
    def _add_credited_elsewhere(self, orders, figures):
        """Enter where the parts are credited that took back those of earlier visits."""
        for sources in orders._get_billing_sources():
            for source in sources.filtered(lambda source: source.qty_billed < 0):
                entries = source.billing_entry_ids.filtered(
                    lambda entry, order=source.fsm_order_id: (
                        entry.is_live and entry.order_id != order
                    )
                )
                if entries:
                    figures.add(
                        source.fsm_order_id,
                        source,
                        entries.move_line_id.currency_id[:1],
                        amount=Money(),
                        moves=entries.move_id,
                    )

    @api.model
    def _get_price(self, line):
        """:return: Money: the price of one unit on an invoice ``line``"""
        return Money(line.price_unit, line.price_unit / (line.currency_rate or 1.0))

    @api.model
    def _get_rank(self, line, is_standing):
        """:return: how the price of ``line`` ranks among those of the same work"""
        return (PriceRank.STANDING if is_standing else PriceRank.CREDITED, line.id)

    @api.model
    def _share_line(self, line, credits, bills):
        """:return: list of Money: what each of ``bills`` has, net of ``credits``"""
        standing = line._get_fsm_standing_quantities()
        weights = [
            entry._get_source()._convert_billing_quantity(
                standing.get(entry._get_source(), 0.0), line.product_uom_id
            )
            for entry in bills
        ]
        lines = line | credits
        own, company = (
            split(-sum(lines.mapped(name)), weights, currency.round)
            for name, currency in (
                ("amount_currency", line.currency_id),
                ("balance", line.company_currency_id),
            )
        )
        return [Money(*amounts) for amounts in zip(own, company, strict=True)]

    @api.model
    def _add_billed_quotations(self, orders, figures):
        """Enter what invoices say about the lines of quotations."""
        for order in orders:
            for sale_line in order._get_lines_quoted():
                for line in sale_line.invoice_lines:
                    move = line.move_id
                    # a draft credit note credits nothing yet
                    is_in_force = move.state == "posted" or (
                        move.state == "draft" and move.move_type == "out_invoice"
                    )
                    if is_in_force and order in line.fsm_order_ids:
                        is_credit = move.move_type == "out_refund"
                        left = line._get_fsm_open_quantity()
                        figures.add(
                            order,
                            sale_line,
                            line.currency_id,
                            price=None if is_credit else self._get_price(line),
                            rank=self._get_rank(line, bool(left)),
                            amount=Money(-line.amount_currency, -line.balance),
                            moves=move,
                        )
