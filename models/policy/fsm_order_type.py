from odoo import fields, models

from .labor_product import labor_product_field


class FsmOrderType(models.Model):
    _name = "fsm.order.type"
    _inherit = ["fsm.order.type", "fsm.billing.terms"]

    _billing_terms = ("billing_policy_id", "labor_product_id", "billing_mode")
    billing_policy_id = fields.Many2one(
        "fsm.billing.policy",
        string="Billing policy",
        ondelete="restrict",
        help="For orders of this type, unless the customer has a policy. "
        "Leave empty for the company's own.",
    )
    labor_product_id = labor_product_field()
    billing_mode = fields.Selection(
        selection=lambda self: self.env["fsm.billing.source"]._get_billing_modes(),
        string="Billing",
        default="billable",
        required=True,
        help="Of the hours, parts and charges on new orders of this type.",
    )
