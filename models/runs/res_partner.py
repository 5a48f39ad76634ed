from odoo import api, fields, models

from ...tools.groups import BILLING_GROUP


class ResPartner(models.Model):
    """When the work of a customer is invoiced by itself."""

    _inherit = "res.partner"

    fsm_next_billing_date = fields.Date(
        string="Next invoices on",
        compute="_compute_fsm_next_billing_date",
        groups=BILLING_GROUP,
        help="By the schedule of the billing policy.",
    )

    @api.depends_context("company")
    @api.depends("commercial_partner_id")
    def _compute_fsm_next_billing_date(self):
        # sudo: whoever looks at a customer may not read policies
        company = self.env.company.sudo()
        default = self.env["fsm.billing.policy"].sudo()._get_default(company)
        for partner in self:
            chosen = partner.commercial_partner_id.sudo().fsm_billing_policy_id
            policy = default._get_first_usable(company, chosen) or default
            partner.fsm_next_billing_date = policy.next_date
