from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _is_usual(self, name):
        # what is split off, or comes back, is charged like the rest of it
        return super()._is_usual(name) or bool(
            self.search_count(
                [
                    ("fsm_order_id", "=", self.fsm_order_id.id),
                    ("product_id", "in", self._get_products_alike().ids),
                    ("id", "!=", self.id),
                    (name, "=", self[name]),
                ],
                limit=1,
            )
        )

    def _get_products_alike(self):
        """:return: the products whose parts this one is charged like"""
        return self.product_id
