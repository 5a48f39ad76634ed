from odoo import fields, models


class FsmBillingPrinted(models.Model):
    """What a posted document says of a service order, as it was when it was posted.

    Orders, sites and work change later; what a customer has in hand does not.
    """

    _name = "fsm.billing.printed"
    _description = "Field Service Facts of a Posted Document"

    move_id = fields.Many2one(
        "account.move",
        string="Document",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    order_id = fields.Many2one(
        "fsm.order",
        string="Service order",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    facts = fields.Json(readonly=True, help="See account.move._prepare_fsm_facts.")
