from odoo import api, fields, models
from odoo.exceptions import AccessError

from ...tools.groups import TERMS_GROUPS


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "fsm.billing.terms"]

    _billing_terms = ("fsm_billing_policy_id",)
    fsm_billing_policy_id = fields.Many2one(
        "fsm.billing.policy",
        string="Billing policy",
        company_dependent=True,
        check_company=True,
        groups="base.group_user",  # customers read their own contact
        help="How work for this customer is priced and printed. "
        "Leave empty for the policy of the order's type, or of the company.",
    )

    # --- guards ---
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if any(vals.get("fsm_billing_policy_id") for vals in vals_list):
            partners._check_may_choose_policy()
        return partners

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "default_fsm_billing_policy_id" in self.env.context:
            self._check_may_choose_policy()
        return values

    @api.model
    def _check_may_choose_policy(self):
        """:raise AccessError: if the user may not say how work is priced"""
        if not (self.env.su or self.env.user.has_groups(TERMS_GROUPS)):
            raise AccessError(
                self.env._(
                    "Only dispatchers and those who create invoices may change whom "
                    "work is billed to, and how."
                )
            )
