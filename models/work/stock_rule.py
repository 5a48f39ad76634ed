from odoo import models


class StockRule(models.Model):
    """What is pulled and pushed for a service order belongs to it."""

    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        # what a part sent in exchange has from the one that came back
        return [*super()._get_custom_move_fields(), "fsm_exchanged_move_id"]

    def _get_stock_move_values(self, *args, **kwargs):
        """Leave the order out of what another company moves for it."""
        vals = super()._get_stock_move_values(*args, **kwargs)
        # sudo: who works in the warehouse may not read service orders
        order = self.env["fsm.order"].sudo().browse(vals.get("fsm_order_id"))
        if order and order.company_id.id != vals["company_id"]:
            vals["fsm_order_id"] = False
        return vals

    def _push_prepare_move_copy_values(self, move_to_copy, new_date):
        """Do the same with the next step of a move."""
        vals = super()._push_prepare_move_copy_values(move_to_copy, new_date)
        vals["fsm_exchanged_move_id"] = move_to_copy.fsm_exchanged_move_id.id
        # sudo: who works in the warehouse may not read service orders
        order = move_to_copy.sudo().fsm_order_id
        if order and order.company_id.id != vals["company_id"]:
            vals["fsm_order_id"] = False
        return vals
