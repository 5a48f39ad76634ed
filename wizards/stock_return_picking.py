from odoo import models


class StockReturnPicking(models.TransientModel):
    _inherit = "stock.return.picking"

    def _get_proc_values(self, line):
        """Let what is sent in exchange belong to the order of what came back."""
        values = super()._get_proc_values(line)
        # sudo: who works in the warehouse may not read service orders
        move = line.move_id.sudo()
        if move.fsm_order_id:
            values["fsm_order_id"] = move.fsm_order_id.id
            values["fsm_exchanged_move_id"] = move.id
            values.update(move._prepare_fsm_component_values())
        return values
