from odoo import models


class StockRule(models.Model):
    """What is sent in exchange for a component has its place in the kit."""

    _inherit = "stock.rule"

    def _get_custom_move_fields(self):
        return [
            *super()._get_custom_move_fields(),
            "bom_line_id",  # of the manufacturing, where it is installed
            "fsm_kit_product_id",
            "fsm_kit_quantity",
        ]
