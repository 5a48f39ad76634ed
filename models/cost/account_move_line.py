from collections import defaultdict
from dataclasses import dataclass

from odoo import models


@dataclass
class PartsCost:
    """What parts of one product cost, on one line of an invoice."""

    value: float = 0.0  # the expense, not rounded; negative on credit notes
    quantity: float = 0.0  # in the product's own unit

    def __sub__(self, other):
        return PartsCost(self.value - other.value, self.quantity - other.quantity)

    def __mul__(self, share):
        return PartsCost(self.value * share, self.quantity * share)


class AccountMoveLine(models.Model):
    """Cost of goods of the parts that a line bills: the value at which they left stock.

    Odoo books cost when it posts an invoice, by the product of the line: at today's
    cost, unless a sale order says what was delivered. Here the billing ledger says it,
    whatever product the line is printed with.
    """

    _inherit = "account.move.line"

    def _eligible_for_stock_account(self):
        """Leave the cost of what the ledger knows to us.

        See ``account.move._stock_account_prepare_realtime_out_lines_vals``.
        """
        if self.move_id.is_sale_document() and self._is_fsm_cost_known():
            return False
        return super()._eligible_for_stock_account()

    def _is_fsm_cost_known(self):
        """:return: True if the ledger says what this line costs, nothing included"""
        self.ensure_one()
        # sudo: who posts an invoice may not read the ledger
        line = self.sudo()
        entries = line.fsm_billing_entry_ids
        return (
            line._is_fsm_goods_kept()
            or line._is_fsm_credit()
            or bool(entries.stock_move_id)
            # a clerk may print hours as a product: they take nothing out of stock
            or bool(entries.timesheet_id)
        )

    def _is_fsm_goods_kept(self):
        """Tell credits that give no goods back.

        A refund leaves parts with the customer, and so does a correction of a price.
        """
        self.ensure_one()
        return self.move_id.move_type == "out_refund" and (
            self.fsm_credit_work == "price"
            or (self.fsm_credit_work == "refund" and self._is_fsm_credit())
        )

    def _is_fsm_credit(self):
        """Tell lines whose cost is a share of what their invoice line booked.

        Parts that came back in Inventory have a value of their own.

        :return: True if this line credits a line of an invoice of service orders
        """
        self.ensure_one()
        return (
            self.move_id.move_type == "out_refund"
            and bool(self.fsm_credited_line_id.move_id.fsm_order_ids)
            and not self._is_fsm_return()
        )

    # --- parts ---
    def _get_stock_moves(self):
        moves = super()._get_stock_moves() | self._get_billed_parts().stock_move_id
        # Odoo books no cost for a line of a quotation if one piece was dropshipped
        if self.sale_line_ids and self.move_id.sudo().fsm_order_ids:
            moves = moves.filtered(lambda move: not move.is_dropship) or moves
        return moves

    def _get_billed_parts(self):
        """:return: billing entries of the parts that these lines bill or credit"""
        # sudo: who posts an invoice may not read the ledger
        lines = self.sudo()
        credits = lines.filtered(lambda line: line._is_fsm_credit())
        entries = (lines - credits | credits.fsm_credited_line_id).fsm_billing_entry_ids
        return entries.filtered(
            lambda entry: entry.stock_move_id and entry.kind == "bill"
        )

    # --- cost ---
    def _get_cogs_value(self):
        # Odoo would divide by it
        return super()._get_cogs_value() if self.quantity else 0.0

    def _get_fsm_costs(self):
        """:return: dict product -> PartsCost that this line books; none: up to Odoo"""
        self.ensure_one()
        # sudo: who posts an invoice may not read the ledger
        line = self.sudo()
        if line._is_fsm_goods_kept():
            return {}
        if line._is_fsm_credit():
            return line._get_fsm_costs_taken_back()
        costs = defaultdict(PartsCost)
        for product, entries in (
            line._get_billed_parts()
            .grouped(lambda entry: entry.stock_move_id.product_id)
            .items()
        ):
            # at a place with a valuation account of its own, the transfer has booked it
            entries = entries.filtered(
                lambda entry: not entry.stock_move_id.account_move_id
            )
            costs[product] = PartsCost(
                entries._get_parts_value(), entries._get_parts_quantity(product.uom_id)
            )
        return costs

    def _prepare_fsm_cost_lines(self):
        """:return: values of the lines that book the cost of parts; none without any"""
        self.ensure_one()
        vals_list = []
        for product, cost in self._get_fsm_costs().items():
            product = product.with_env(self.env)
            stock, expense = self._get_fsm_cost_accounts(product)
            if (
                product.is_storable
                and product.valuation == "real_time"
                and not self.company_currency_id.is_zero(cost.value)
                and stock
                and expense
            ):
                vals_list += self._prepare_fsm_cost_pair(product, cost, stock, expense)
        return vals_list

    def _get_fsm_cost_accounts(self, product):
        """:return: the accounts that the cost of ``product`` comes from and goes to"""
        accounts = product.product_tmpl_id.get_product_accounts(
            fiscal_pos=self.move_id.fiscal_position_id
        )
        return (
            accounts["stock_valuation"],
            accounts["expense"] or self.move_id.journal_id.default_account_id,
        )

    def _prepare_fsm_cost_pair(self, product, cost, stock, expense):
        """:return: values of the two lines that book ``cost``, that of stock first"""
        price_unit = abs(cost.value / cost.quantity) if cost.quantity else 0.0
        values = {
            "name": (self.name or "")[:64],
            "move_id": self.move_id.id,
            "partner_id": self.move_id.commercial_partner_id.id,
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "quantity": abs(cost.quantity),
            "display_type": "cogs",
            "tax_ids": [],
            "cogs_origin_id": self.id,
        }
        return [
            {
                **values,
                "account_id": stock.id,
                "price_unit": price_unit,
                "amount_currency": -cost.value,
            },
            {
                **values,
                "account_id": expense.id,
                "price_unit": -price_unit,
                "amount_currency": cost.value,
                "analytic_distribution": self.analytic_distribution,
            },
        ]

    def _get_fsm_costs_taken_back(self):
        """Take back what the invoice booked, the last credit note what is left of it.

        :return: dict product -> (negative) PartsCost of this line of a credit note
        """
        origin = self.fsm_credited_line_id
        earlier = origin._get_fsm_posted_credits() - self
        earlier = earlier.filtered(
            # what came back in Inventory took back its own value
            lambda line: line._get_fsm_cost_lines() and not line._is_fsm_return()
        )
        quantity = sum(line._get_fsm_credited_quantity() for line in (earlier | self))
        share = quantity / origin.quantity if origin.quantity else 1.0
        taken = earlier._get_fsm_costs_booked()
        return {
            product: booked * -share - taken[product]
            for product, booked in origin._get_fsm_costs_booked().items()
        }

    def _get_fsm_cost_lines(self):
        """:return: the lines, stock and expense, that book the cost of these lines"""
        return self.move_id.line_ids.filtered(
            lambda line: line.cogs_origin_id and line.cogs_origin_id in self
        )

    def _get_fsm_cost_lines_of_stock(self):
        """:return: those of the lines on the side of stock"""
        # two by two, that of stock first; accounts may have changed since
        return self.browse().union(
            *(line._get_fsm_cost_lines().sorted("id")[::2] for line in self)
        )

    def _get_fsm_costs_booked(self):
        """:return: dict product -> PartsCost booked for these lines"""
        costs = defaultdict(PartsCost)
        for stock in self._get_fsm_cost_lines_of_stock():
            sign = -1 if stock.move_id.move_type == "out_refund" else 1
            quantity = stock.product_uom_id._compute_quantity(
                sign * stock.quantity, stock.product_id.uom_id, round=False
            )
            costs[stock.product_id] -= PartsCost(stock.balance, -quantity)
        return costs

    # --- parts beside a quotation ---
    def _get_cogs_qty(self):
        quantity = super()._get_cogs_qty() - sum(
            self._get_fsm_cost_lines_beside().mapped("quantity")
        )
        return quantity * self._get_fsm_share_of_stock()

    def _get_fsm_share_of_stock(self):
        """:return: the share of what a quotation delivered that was in our stock

        Pieces that were dropshipped, or are consigned, cost no stock.
        """
        self.ensure_one()
        line = self.sudo()  # sudo: who posts an invoice may not read stock
        if not line.move_id.fsm_order_ids:
            return 1.0
        moves = line.sale_line_ids.move_ids.filtered(
            lambda move: move.is_out or (move.is_dropship and move.state == "done")
        )
        total = sum(
            move.product_uom._compute_quantity(move.quantity, move.product_id.uom_id)
            for move in moves
        )
        own = sum(move._get_valued_qty() for move in moves if move.is_out)
        return own / total if total else 1.0

    def _get_posted_cogs_value(self):
        # what leaves stock is negative there
        return super()._get_posted_cogs_value() + sum(
            self._get_fsm_cost_lines_beside().mapped("balance")
        )

    def _get_fsm_cost_lines_beside(self):
        """Tell the cost of a product on a quotation from that of extra parts.

        Odoo takes all cost of the product on the invoices of a sale order for that of
        its lines.

        :return: lines on the stock account that book the cost of extra parts
        """
        # sudo: who posts an invoice may not read the ledger
        line = self.sudo()
        invoices = line.sale_line_ids.order_id.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice"
        )
        extra = invoices.invoice_line_ids.filtered(
            lambda other: other._get_billed_parts()
        )
        return extra._get_fsm_cost_lines_of_stock().filtered(
            lambda cost: cost.product_id == line.product_id
        )
