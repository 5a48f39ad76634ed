from odoo import fields, models

from .account_move_line import CREDIT_WORK_OF_ALL


class FsmCreditReason(models.Model):
    """Why companies credit invoices: a short list to choose from."""

    _name = "fsm.credit.reason"
    _description = "Reason of a Credit Note"
    _order = "sequence, id"

    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=100)
    name = fields.Char(
        required=True, translate=True, help="Printed on the credit note."
    )
    work = fields.Selection(
        [*CREDIT_WORK_OF_ALL, ("returned", "Returned to stock: parts only")],
        string="Hours and parts",
        help="Proposed with this reason. Leave empty to let people choose.",
    )
