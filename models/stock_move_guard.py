from odoo import api, models


class StockMove(models.Model):
    """What Odoo hands on from one move to the next, whoever makes them."""

    _inherit = "stock.move"

    # --- guards ---
    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        if not self.env.su:
            moves._check_fsm_exchanged()
        return moves

    @api.model
    def _get_engine_fields_copied(self):
        return super()._get_engine_fields_copied() | {
            "fsm_exchanged_move_id",
            "fsm_kit_product_id",
            "fsm_kit_quantity",
        }

    def _check_fsm_exchanged(self):
        """:raise AccessError: if a part would be billed like one of another order"""
        for move in self.sudo():  # sudo: storekeepers may not read service orders
            exchanged, order = move.fsm_exchanged_move_id, move.fsm_order_id
            if exchanged and order and exchanged.fsm_order_id != order:
                self._raise_engine_only("fsm_exchanged_move_id")
