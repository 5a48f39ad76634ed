from odoo import models


class AccountMoveLine(models.Model):
    """Cost of goods of the parts that a line bills: the value at which they left stock.

    Odoo books cost when it posts an invoice, at today's cost unless a sale order says
    what was delivered. Here the billing ledger says it.
    """

    _inherit = "account.move.line"

    def _eligible_for_stock_account(self):
        """Leave the cost of goods alone where no goods are given back.

        A refund leaves parts with the customer, and so does a correction of a price.
        """
        # sudo: who posts a credit note may not read the ledger
        line = self.sudo()
        if line.move_id.move_type == "out_refund" and (
            line.fsm_credit_work == "price"
            or (line.fsm_credit_work == "refund" and line._is_fsm_credit())
        ):
            return False
        return super()._eligible_for_stock_account()

    def _is_fsm_credit(self):
        """Tell lines whose cost is a share of what their invoice line booked.

        Parts that came back in Inventory have a value of their own.

        :return: True if this line credits a line of an invoice of service orders
        """
        self.ensure_one()
        return (
            self.move_id.move_type == "out_refund"
            and bool(self.fsm_origin_line_id.move_id.fsm_order_ids)
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
        entries = (lines - credits | credits.fsm_origin_line_id).fsm_billing_entry_ids
        return entries.filtered(
            lambda entry: entry.stock_move_id and entry.kind == "bill"
        )

    # --- cost ---
    def _get_cogs_value(self):
        """Book the delivered value of the parts, not today's cost.

        :return: cost of one unit of the product, in its own unit
        """
        cost = self._get_fsm_cost()
        if cost is None:
            # Odoo would divide by it
            return super()._get_cogs_value() if self.quantity else 0.0
        sign = -1 if self.move_id.move_type == "out_refund" else 1
        quantity = sign * self._get_fsm_cost_quantity()
        return cost / quantity if quantity else 0.0

    def _get_fsm_cost_quantity(self):
        """:return: quantity by which Odoo multiplies the cost of one unit"""
        return self.product_uom_id._compute_quantity(
            self.quantity, self.product_id.uom_id
        )

    def _get_fsm_cost(self):
        """:return: the expense that this line books, not rounded; None: up to Odoo"""
        self.ensure_one()
        # sudo: who posts an invoice may not read the ledger
        line = self.sudo()
        if line._is_fsm_credit():
            return line._get_fsm_cost_taken_back()
        entries = line._get_billed_parts()
        if not entries:
            return None
        # at a place with a valuation account of its own, the transfer has booked it
        booked = entries.filtered("stock_move_id.account_move_id")
        return (entries - booked)._get_parts_value()

    def _prepare_fsm_cost_lines(self):
        """:return: values of the lines that book the cost of parts; none without any"""
        self.ensure_one()
        if not self._has_fsm_valued_goods():
            return []
        cost = self._get_fsm_cost()
        if (
            not cost
            or self.company_currency_id.is_zero(cost)
            or not self._eligible_for_stock_account()
        ):
            return []
        stock, expense = self._get_fsm_cost_accounts()
        if not (stock and expense):
            return []
        values = self._prepare_fsm_cost_line()
        return [
            {**values, "account_id": stock.id, "amount_currency": -cost},
            {
                **values,
                "account_id": expense.id,
                "amount_currency": cost,
                "analytic_distribution": self.analytic_distribution,
            },
        ]

    def _has_fsm_valued_goods(self):
        """:return: True if the cost of what this line bills is booked when invoiced"""
        product = self.product_id
        return product.is_storable and product.valuation == "real_time"

    def _get_fsm_cost_accounts(self):
        """:return: the accounts that the cost of this line is taken from and goes to"""
        accounts = self.product_id.product_tmpl_id.get_product_accounts(
            fiscal_pos=self.move_id.fiscal_position_id
        )
        return (
            accounts["stock_valuation"],
            accounts["expense"] or self.move_id.journal_id.default_account_id,
        )

    def _prepare_fsm_cost_line(self):
        """:return: values that both lines of the cost of this one have"""
        return {
            "name": (self.name or "")[:64],
            "move_id": self.move_id.id,
            "partner_id": self.move_id.commercial_partner_id.id,
            "product_id": self.product_id.id,
            "product_uom_id": self.product_uom_id.id,
            "quantity": self.quantity,
            "price_unit": 0.0,
            "display_type": "cogs",
            "tax_ids": [],
            "cogs_origin_id": self.id,
        }

    def _get_fsm_cost_taken_back(self):
        """Take back what the invoice booked, the last credit note what is left of it.

        :return: the (negative) expense of this line of a credit note
        """
        origin = self.fsm_origin_line_id
        booked = origin._get_fsm_cost_booked()
        earlier = origin._get_fsm_posted_credits() - self
        earlier = earlier.filtered(
            # what came back in Inventory took back its own value
            lambda line: line._get_fsm_cost_lines() and not line._is_fsm_return()
        )
        quantity = sum(line._get_fsm_credited_quantity() for line in (earlier | self))
        share = quantity / origin.quantity if origin.quantity else 1.0
        taken = sum(line._get_fsm_cost_booked() for line in earlier)
        return -booked * share - taken

    def _get_fsm_cost_lines(self):
        """:return: the two lines, stock and expense, that book the cost of this line"""
        self.ensure_one()
        return self.move_id.line_ids.filtered(lambda line: line.cogs_origin_id == self)

    def _get_fsm_cost_booked(self):
        """:return: the expense booked for this line; negative on a credit note"""
        # Odoo makes that of the stock first; accounts may have changed since
        stock = self._get_fsm_cost_lines().sorted("id")[:1]
        return -stock.balance

    # --- parts beside a quotation ---
    def _get_cogs_qty(self):
        return super()._get_cogs_qty() - sum(
            self._get_fsm_cost_lines_beside().mapped("quantity")
        )

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
            lambda other: (
                other.product_id == line.product_id and other._get_billed_parts()
            )
        )
        lines = [other._get_fsm_cost_lines().sorted("id")[:1] for other in extra]
        return self.browse().union(*lines)
