from odoo import models


class ProductProduct(models.Model):
    _inherit = "product.product"

    # --- Field service ---
    def _get_fsm_words(self, quantity, unit):
        """:return: how people say it: "1 Pump", "3 m Cable" """
        self.ensure_one()
        is_counted = unit == self.env.ref("uom.product_uom_unit")
        number = self.env["fsm.billing.source"]._format_billing_quantity(quantity)
        return " ".join([number, *([] if is_counted else [unit.name]), self.name])
