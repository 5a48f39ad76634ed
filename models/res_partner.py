from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # --- Invoicing ---
    fsm_billing_policy_id = fields.Many2one(
        "fsm.billing.policy",
        string="Billing policy",
        company_dependent=True,
        check_company=True,
        help="How work for this customer is priced and printed. "
        "Leave empty for the policy of the order's type, or of the company.",
    )
