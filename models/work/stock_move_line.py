from odoo import api, models


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        move_ids = {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        self.env["stock.move"].browse(move_ids)._check_not_billed()
        return super().create(vals_list)

    def write(self, vals):
        if {"quantity", "product_id", "product_uom_id", "move_id"} & set(vals):
            self.move_id._check_not_billed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self.move_id._check_not_billed()
