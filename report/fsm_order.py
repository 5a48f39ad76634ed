from odoo import fields, models


class FsmOrder(models.Model):
    _inherit = "fsm.order"

    # --- Invoicing ---
    labor_work_ids = fields.One2many(
        "fsm.billing.work",
        "order_id",
        string="Hours",
        domain=[("section", "=", "labor")],
        readonly=True,
    )
    part_work_ids = fields.One2many(
        "fsm.billing.work",
        "order_id",
        string="Parts used and returned",
        domain=[("section", "=", "parts")],
        readonly=True,
    )
