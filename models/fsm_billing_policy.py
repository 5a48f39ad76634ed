from odoo import api, fields, models


class FsmBillingPolicy(models.Model):
    """How the work on a service order is priced and printed."""

    _name = "fsm.billing.policy"
    _description = "Field Service Billing Policy"
    _order = "name, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    active = fields.Boolean(default=True)
    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Leave empty to share the policy between all companies.",
    )
    labor_product_id = fields.Many2one(
        "product.product",
        string="Labor product",
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        check_company=True,
        ondelete="restrict",
        help="The hours logged are billed with this product: its price list, taxes "
        "and income account apply. Hours are converted to its unit.",
    )

    @api.model
    def _get_default(self, company):
        """:return: the policy of ``company``, else the one shared by all"""
        shared = self.env.ref(
            "fieldservice_invoicing.fsm_billing_policy_default",
            raise_if_not_found=False,
        )
        return company.fsm_billing_policy_id or shared or self.browse()
