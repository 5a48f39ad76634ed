from odoo import fields, models

from ...tools.groups import BILLING_GROUP


class FsmOrder(models.Model):
    _inherit = "fsm.order"

    # --- Invoicing ---
    kit_part_ids = fields.One2many(
        "stock.move",
        "fsm_order_id",
        string="Components of kits",
        domain=[("fsm_kit_product_id", "!=", False)],
        groups=BILLING_GROUP,
        help="Delivered, to come and cancelled ones.",
    )
