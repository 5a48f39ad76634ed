from odoo import api, fields, models
from odoo.tools import format_date


class AccountMove(models.Model):
    """What is due of a document, and how far it is paid, as its orders see it."""

    _inherit = "account.move"

    # --- Field service ---
    fsm_is_set_off = fields.Boolean(
        compute="_compute_fsm_is_set_off",
        groups="base.group_user",
        help="A credit note that nobody paid: invoices took it up.",
    )

    @api.depends("move_type", "payment_state", "line_ids.fsm_order_ids")
    def _compute_fsm_is_set_off(self):
        for move in self:
            move.fsm_is_set_off = (
                move.move_type == "out_refund"
                and move.payment_state == "paid"
                # sudo: who reads the credit note may not read its service orders
                and bool(move.sudo().fsm_order_ids)
                and not move.reconciled_payment_ids
            )

    # --- what is due ---
    def _get_fsm_due_text_on(self, order):
        """:return: what is due of this invoice, as whoever reads ``order`` may know

        Who bills service orders may not read invoices: what is due of one is no more
        than its work only if nobody else's is on it.
        """
        self.ensure_one()
        if self._is_fsm_amount_known(order):
            return self._get_fsm_due_text()
        day = self.invoice_date_due or self.date
        values = {
            "invoice": self._get_fsm_names(),
            "day": format_date(self.env, day),
        }
        if day < fields.Date.context_today(self):
            return self.env._("%(invoice)s has been due since %(day)s.", **values)
        return self.env._("%(invoice)s is due on %(day)s.", **values)

    def _is_fsm_amount_known(self, order):
        """:return: True if whoever reads ``order`` may know what this comes to"""
        asks = self.sudo(False).env["account.move"]
        return self.fsm_order_ids == order or asks.has_access("read")

    def _get_fsm_left_text_on(self, order):
        """:return: what of these credit notes is left for the customer, or ``""``"""
        left = self.filtered(
            lambda move: (
                move.move_type == "out_refund"
                and move.state == "posted"
                and not move.currency_id.is_zero(move.amount_residual)
                and move._is_fsm_amount_known(order)
            )
        )
        return " ".join(
            self.env._(
                "%(amount)s of %(credit)s is left for the customer: pay it out, or use "
                "it for another invoice.",
                amount=move.currency_id.format(move.amount_residual),
                credit=move._get_fsm_names(),
            )
            for move in left
        )

    def _get_fsm_due_text(self):
        """:return: what is due of this invoice, and until when"""
        self.ensure_one()
        values = {
            "invoice": self._get_fsm_names(),
            "amount": self.currency_id.format(self.amount_residual),
            "day": format_date(self.env, self.invoice_date_due or self.date),
        }
        if (self.invoice_date_due or self.date) < fields.Date.context_today(self):
            return self.env._(
                "%(amount)s of %(invoice)s has been due since %(day)s.", **values
            )
        return self.env._("%(amount)s of %(invoice)s is due on %(day)s.", **values)

    # --- how far a document is paid, as one of its service orders sees it ---
    def _get_fsm_payment_states(self, order):
        """:return: set: how far what ``order`` has on these documents is paid

        Odoo counts what comes to zero as paid: it decides nothing beside the rest.
        """
        deciding = self.filtered(lambda move: move._has_fsm_amount(order)) or self
        return {move._get_fsm_payment_state(order) for move in deciding}

    def _has_fsm_amount(self, order):
        """:return: True if this document asks for money, or gives it, for ``order``"""
        self.ensure_one()
        currency = self.currency_id
        if currency.is_zero(self.amount_total):
            return False
        # lines without an order count for the only one there is
        if self.fsm_order_ids <= order:
            return True
        lines = order.invoice_lines.filtered(lambda line: line.move_id == self)
        return not currency.is_zero(sum(lines.mapped("price_subtotal")))

    def _get_fsm_payment_state(self, order):
        """:return: the payment state of this document, as ``order`` sees it"""
        self.ensure_one()
        if self.payment_state == "partial" and self._is_fsm_refunded_elsewhere(order):
            return "not_paid"
        return self.payment_state

    def _is_fsm_refunded_elsewhere(self, order):
        """:return: True if nothing but refunds of other orders settled this in part"""
        self.ensure_one()
        if self.fsm_order_ids <= order:
            return False
        partials, _exchange_moves = self._get_reconciled_invoices_partials()
        moves = self.browse().union(
            *(line.move_id for _partial, _amount, line in partials)
        )
        lines = moves.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        return (
            bool(lines)
            and set(moves.mapped("move_type")) == {"out_refund"}
            and all(
                line.fsm_order_ids and order not in line.fsm_order_ids for line in lines
            )
        )

    # --- orders that wait for an invoice ---
    def write(self, vals):
        res = super().write(vals)
        if "state" in vals:
            # sudo: who posts an invoice may read neither parts nor other orders
            self.sudo().fsm_order_ids._look_at_waiting_orders()
        return res
