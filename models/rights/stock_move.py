from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _check_orders_new(self):
        # who works in the warehouse delivers for orders that they may not read
        return

    def _is_usual(self, name):
        # what is split off, or comes back, is charged like the rest of it; and what
        # takes the place of a kit is charged like the kit, which is still there then
        products = self.product_id | self.fsm_kit_product_id
        return super()._is_usual(name) or bool(
            self.search_count(
                [
                    ("fsm_order_id", "=", self.fsm_order_id.id),
                    ("product_id", "in", products.ids),
                    ("id", "!=", self.id),
                    (name, "=", self[name]),
                ],
                limit=1,
            )
        )
