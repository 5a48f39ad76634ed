from odoo import fields, models


class FsmBillingHoldReason(models.Model):
    """Why orders wait although they are done: a short list to choose from."""

    _name = "fsm.billing.hold.reason"
    _description = "Reason to Hold Invoices"
    _order = "sequence, id"

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=100)
    name = fields.Char(required=True, translate=True)
