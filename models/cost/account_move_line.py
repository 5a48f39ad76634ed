from collections import defaultdict

from odoo import models

from .values import PartsCost


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
            or bool(line._get_fsm_quoted_part())
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
        return super()._get_stock_moves() | self._get_billed_parts().stock_move_id

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
        quoted = line._get_fsm_quoted_part()
        if quoted:
            return {quoted: line._get_fsm_quoted_cost(quoted)}
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

    # --- parts of a quotation ---
    def _get_fsm_quoted_part(self):
        """Find the part of a quotation with service orders that this line bills.

        Other sales, and kits, are up to Odoo.

        :return: ``product.product``, empty for all other lines
        """
        self.ensure_one()
        # sudo: who posts an invoice may read neither the ledger nor stock
        line = self.sudo()
        sold = line.sale_line_ids
        product = sold.product_id
        if (
            len(product) == 1
            and product.is_storable
            and line.product_uom_id
            and sold.move_ids.product_id <= product
            and line.product_uom_id._has_common_reference(product.uom_id)
            and not line.fsm_billing_entry_ids
            and sold.order_id._filter_with_service_orders()
        ):
            return product
        return product.browse()

    def _get_fsm_quoted_cost(self, product):
        """Reckon the cost of quoted parts by the value at which they left stock.

        Odoo takes today's cost for all that was ever invoiced, and forgets what credit
        notes took back. Here a line costs what was delivered, as far as it is billed
        with this line, less what is booked of it: 2 delivered at 10.00 and credited
        are booked as 20.00, -20.00 and 20.00, whatever the next ones cost.

        :return: PartsCost of this line, of ``product``
        """
        self.ensure_one()
        quantity = self._get_fsm_quantity_kept(product)
        delivered = self.sale_line_ids._get_fsm_delivered_cost(product)
        if not delivered:
            # invoiced before anything was delivered
            return PartsCost(product._get_fsm_cost_today(quantity), quantity)
        if not quantity or not delivered.quantity:
            return PartsCost(0.0, quantity)
        billed = self._get_fsm_lines_of_quoted()
        total = quantity + sum(line._get_fsm_quantity_kept(product) for line in billed)
        value = delivered.value * total / delivered.quantity
        booked = billed._get_fsm_costs_booked()[product]
        return PartsCost(value - booked.value, quantity)

    def _get_fsm_lines_of_quoted(self):
        """:return: other posted lines that bill, or credit, the same quotation lines

        Without those that left the parts with the customer.
        """
        invoiced = self.sale_line_ids.invoice_lines
        lines = (invoiced | invoiced.fsm_credit_line_ids) - self
        return lines.filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.move_id.is_sale_document()
                and not line._is_fsm_goods_kept()
            )
        )

    def _get_fsm_quantity_kept(self, product):
        """:return: what the customer keeps by this line, in the product's unit"""
        self.ensure_one()
        return self.product_uom_id._compute_quantity(
            self._get_fsm_signed_quantity(), product.uom_id, round=False
        )
