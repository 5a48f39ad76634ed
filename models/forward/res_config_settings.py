from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    fsm_review_user_id = fields.Many2one(
        related="company_id.fsm_review_user_id", readonly=False
    )
