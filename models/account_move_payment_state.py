from odoo import models


class AccountMove(models.Model):
    """How far a document is paid, as one of its service orders sees it."""

    _inherit = "account.move"

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
