from odoo import fields, models


class FsmOrderType(models.Model):
    _inherit = "fsm.order.type"

    # --- Invoicing ---
    billing_policy_id = fields.Many2one(
        "fsm.billing.policy",
        string="Billing policy",
        ondelete="restrict",
        help="For orders of this type, unless the customer has a policy. "
        "Leave empty for the company's own.",
    )
    labor_product_id = fields.Many2one(
        "product.product",
        string="Labor product",
        domain=[("type", "=", "service"), ("sale_ok", "=", True)],
        ondelete="restrict",
        help="Bills the hours on orders of this type. "
        "Leave empty for the labor product of the billing policy.",
    )
    billing_mode = fields.Selection(
        selection=lambda self: (
            self.env["fsm.billing.source"]._fields["billing_mode"].selection
        ),
        string="Billing",
        default="billable",
        required=True,
        help="Of the hours, parts and charges on new orders of this type.",
    )
