from odoo import api, models

from .billing_figures import OrderFigures


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
        """Enter what the next invoice will say."""
        for order, (terms, lines) in self._get_priced(orders).items():
            for line in lines:
                works = [item.source for item in line.items] or [line.sale_line]
                weights = [item.quantity for item in line.items] or [1.0]
                amounts = self._share(line.subtotal, weights, terms.currency)
                for work, amount in zip(works, amounts, strict=True):
                    found = figures.get(order, work)
                    found.currency = terms.currency
                    found.price_unit = line.price_unit
                    found.amount_open += amount

    @api.model
    def _get_priced(self, orders):
        """Price what is open, also on orders that are not done yet.

        What an order itself has reckoned already is not reckoned again.

        :return: dict order -> (BillingTerms, list of BillingLine)
        """
        done = orders.filtered("is_invoiceable")
        going_on = (orders - done).filtered(lambda order: not order._is_cancelled())
        priced = {order: order.billing_priced for order in done}
        return {**priced, **self.env["fsm.billing.pricing"]._price(going_on)}

    @api.model
    def _share(self, amount, weights, currency):
        """Split ``amount`` by ``weights``, without losing a cent.

        :return: list of amounts that add up to ``amount``
        """
        total = sum(weights)
        if abs(total) < 1e-9:
            return [amount, *[0.0] * (len(weights) - 1)]
        shares = []
        weight = given = 0.0
        for part in weights:
            weight += part
            until = currency.round(amount * weight / total)
            shares.append(currency.round(until - given))
            given = until
        return shares

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
            for entry, amount in zip(
                bills, self._share_line(line, credits, bills), strict=True
            ):
                found = figures.get(entry.order_id, entry._get_source())
                found.add_line(line, amount, line.move_id | credits.move_id)

    @api.model
    def _share_line(self, line, credits, bills):
        """:return: list: what each of ``bills`` has of ``line``, net of ``credits``"""
        standing = line._get_fsm_standing_quantities()
        net = -sum((line | credits).mapped("amount_currency"))
        weights = [
            entry._get_source()._convert_billing_quantity(
                standing.get(entry._get_source(), 0.0), line.product_uom_id
            )
            for entry in bills
        ]
        return self._share(net, weights, line.currency_id)

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
                        figures.get(order, sale_line).add_line(
                            line, -line.amount_currency, move
                        )
