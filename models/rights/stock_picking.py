from odoo import models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def write(self, vals):
        if vals.get("fsm_order_id"):
            self.filtered(
                # sudo: who works in the warehouse may not read service orders
                lambda picking: picking.sudo().fsm_order_id.id != vals["fsm_order_id"]
            ).move_ids._check_may_attach(vals["fsm_order_id"])
        return super().write(vals)
