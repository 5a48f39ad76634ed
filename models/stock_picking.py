from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def write(self, vals):
        """Let parts follow their transfer to another order, unless they are billed.

        The next steps of a transfer, made before it was given to an order, come along.
        """
        if "fsm_order_id" not in vals:
            return super().write(vals)
        moved = self.filtered(
            lambda picking: picking.fsm_order_id.id != vals["fsm_order_id"]
        )
        moved.move_ids._check_not_billed()
        res = super().write(vals)
        moved._fsm_take_next_steps_along()
        return res

    def _fsm_take_next_steps_along(self):
        """Give transfers that continue these, and have no order, to the same order."""
        for order, pickings in (
            self.filtered("fsm_order_id").grouped("fsm_order_id").items()
        ):
            later = pickings.move_ids._get_later_moves().picking_id - self
            later.filtered(
                lambda picking, order=order: (
                    not picking.fsm_order_id
                    # not what others share
                    and all(move.fsm_order_id == order for move in picking.move_ids)
                )
            ).fsm_order_id = order
