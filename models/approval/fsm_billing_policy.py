from odoo import fields, models


class FsmBillingPolicy(models.Model):
    """Whether hours are billed as logged, or once somebody has approved them."""

    _inherit = "fsm.billing.policy"

    is_approval_needed = fields.Boolean(
        string="Bill approved hours only",
        help="Hours wait until a foreman approves them under Invoicing > Hours to "
        "approve.",
    )
