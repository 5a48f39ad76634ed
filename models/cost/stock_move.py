from odoo import models

from .values import PartsCost


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_fsm_parts_cost(self, product):
        """:return: PartsCost: what this move took out of stock, or put back"""
        self.ensure_one()
        # at a place with a valuation account of its own, the transfer has booked it
        is_ours = (self.is_out or self.is_in) and not self.account_move_id
        return PartsCost(
            self.value if is_ours else 0.0,
            self.product_uom._compute_quantity(
                self.quantity, product.uom_id, round=False
            ),
        )
