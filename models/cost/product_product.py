from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _get_fsm_cost_today(self, quantity):
        """:return: what ``quantity`` of this product would cost if it left stock now"""
        self.ensure_one()
        if self.cost_method == "fifo":
            return self._run_fifo(quantity)
        return self.standard_price * quantity
