from odoo import api, models


class StockMoveLine(models.Model):
    """The detailed operations of a part, which say how much of it was used.

    The host lets every user write them, whether they may write the part or not.
    """

    _inherit = "stock.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        move_ids = {vals["move_id"] for vals in vals_list if vals.get("move_id")}
        moves = self.env["stock.move"].browse(move_ids)
        moves._check_may_change_parts()
        moves._check_not_billed()
        return super().create(vals_list)

    def write(self, vals):
        attached = self._get_moves_attached(vals)
        (self.move_id | attached)._check_may_change_parts()
        attached._check_not_billed()
        if {"quantity", "product_id", "product_uom_id"} & set(vals):
            self.move_id._check_not_billed()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        self.move_id._check_may_change_parts()
        self.move_id._check_not_billed()

    def _get_moves_attached(self, vals):
        """Say between which moves ``vals`` moves these operations.

        :return: the moves that lose one of them, and the one that gets it
        """
        if "move_id" not in vals:
            return self.move_id.browse()
        move = self.move_id.browse(vals["move_id"] or ())
        changed = self.filtered(lambda line: line.move_id != move)
        return (changed.move_id | move) if changed else move.browse()
