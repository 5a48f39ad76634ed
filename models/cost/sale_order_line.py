from odoo import models

from .values import PartsCost


class SaleOrderLine(models.Model):
    """What the parts of a quotation cost when they were delivered."""

    _inherit = "sale.order.line"

    def _get_fsm_delivered_cost(self, product):
        """Sum up what was delivered of ``product`` for these lines, net of returns.

        Pieces that were dropshipped, or are consigned, or whose transfer booked their
        cost by itself, count and cost no stock.

        :return: PartsCost, or None where the customer has none of it
        """
        moves = self.move_ids.filtered(lambda move: move.state == "done")
        cost = PartsCost()
        is_sent = False
        for line in self:
            for sign, sent in zip(
                (1, -1), line._get_outgoing_incoming_moves(), strict=True
            ):
                for move in sent & moves:
                    is_sent = True
                    cost += move._get_fsm_parts_cost(product) * sign
        if is_sent:
            return cost if product.uom_id.compare(cost.quantity, 0) > 0 else None
        # what is moved to a place of our own is in our stock
        return cost if moves else None
