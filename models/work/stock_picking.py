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
        moved.move_ids.filtered(
            lambda move: move.fsm_order_id.id != vals["fsm_order_id"]
        )._check_not_billed()
        res = super().write(vals)
        moved.move_ids._pass_on_fsm_order()
        return res
