from odoo import fields, models

from ..tools.one_record import check_one


class FsmBillingAnswer(models.TransientModel):
    """Asks why what was found on an order is fine as it is."""

    _name = "fsm.billing.answer"
    _inherit = "fsm.field.guard"
    _description = "Say That a Finding Is Fine"

    finding_ids = fields.Many2many("fsm.billing.finding", readonly=True)
    why = fields.Char(required=True)

    def action_answer(self):
        """Remember who says so, and why."""
        check_one(self)
        self.finding_ids._answer(self.why)
        return {"type": "ir.actions.act_window_close"}
