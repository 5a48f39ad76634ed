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
            equipment.warranty_end_date and equipment.warranty_end_date >= day
            for equipment in self
        )
