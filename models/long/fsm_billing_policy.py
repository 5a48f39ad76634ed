from odoo import fields, models


class FsmBillingPolicy(models.Model):
    """How many orders come on one invoice at most."""

    _inherit = "fsm.billing.policy"

    # --- Invoice ---
    max_orders = fields.Integer(
        string="Orders on one invoice",
        help="At most so many; where there are more, the next invoice goes on with "
        "those whose work was done later. Leave at zero for no limit.",
    )
    _max_orders_positive = models.Constraint(
        "CHECK (max_orders >= 0)",
        "The number of orders on one invoice can't be negative. Use zero for no limit.",
    )
