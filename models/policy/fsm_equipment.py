from odoo import fields, models


class FsmEquipment(models.Model):
    _inherit = "fsm.equipment"

    # --- Invoicing ---
    warranty_end_date = fields.Date(
        string="Under warranty until",
        help="Work on orders for this equipment is under warranty until this day, "
        "unless somebody says otherwise on the order.",
    )

    def _is_under_warranty(self, day):
        """:return: True if all of these, and at least one, are under warranty"""
        return bool(self) and all(
            (end := equipment._get_warranty_end()) and end >= day for equipment in self
        )

    def _get_warranty_end(self):
        """:return: the last day of the warranty, or False

        OCA's ``fieldservice_equipment_warranty`` has this field as well, and goes by
        the warranty of the product: without one it fills in the day on which it looks,
        which grants nothing. A day that is still to come was typed.
        """
        self.ensure_one()
        end = self.warranty_end_date
        is_by_product = "product_warranty" in self._fields
        # sudo: who records work may not read products
        if is_by_product and not self.sudo().product_warranty:
            return end and end > fields.Date.context_today(self) and end
        return end
