from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    # --- Invoicing ---
    fsm_billing_policy_id = fields.Many2one(
        "fsm.billing.policy",
        string="Default billing policy",
        check_company=True,
        ondelete="restrict",
        groups="base.group_user",  # visitors of the website read companies
        help="Prices and prints the work of service orders.",
    )
