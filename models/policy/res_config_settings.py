from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fsm_billing_policy_id = fields.Many2one(
        related="company_id.fsm_billing_policy_id", readonly=False
    )
