from odoo import fields, models
from odoo.fields import Domain


class FsmBillingPolicy(models.Model):
    """Whether work is invoiced before its order is done."""

    _inherit = "fsm.billing.policy"

    interim = fields.Selection(
        [
            ("never", "Never"),
            ("hand", "By hand"),
            ("schedule", "By hand and by schedule"),
        ],
        string="Interim invoices",
        default="never",
        required=True,
        help="Whether hours, parts and charges of orders that are not done yet may be "
        "invoiced. Fees of this policy and the quotation come when the order is done; "
        "what rounding and minimum made of the hours so far counts then.\n"
        "By schedule: every day, week, two weeks, ten days or month.",
    )

    def _get_orders_going_on(self):
        """:return: orders of this policy that are not done, with work on no invoice"""
        orders = self.env["fsm.order"]
        sources = self.env["fsm.billing.entry"]._get_source_models()
        return orders.search(
            Domain("billing_policy_id", "=", self.id)
            & Domain("stage_id.is_invoiceable", "=", False)
            & Domain("stage_id", "!=", orders._get_cancelled_stage_id())
            & Domain.OR(
                Domain(f"{source._billing_order_field}.qty_to_bill", "!=", 0)
                for source in sources
            ),
            order="id",
        )
