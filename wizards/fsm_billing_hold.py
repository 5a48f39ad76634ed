from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.one_record import check_one


class FsmBillingHold(models.TransientModel):
    """Asks why orders, or a customer's orders, are not to be invoiced for now."""

    _name = "fsm.billing.hold"
    _inherit = "fsm.field.guard"
    _description = "Hold Orders to Invoice"

    order_ids = fields.Many2many("fsm.order", string="Service orders", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    reason_id = fields.Many2one("fsm.billing.hold.reason", required=True)
    note = fields.Char()
    until = fields.Date(
        help="The day on which the hold ends by itself. Leave empty to release it by "
        "hand.",
    )

    @api.model
    def _get_dialog(self, **context):
        """:return: window action of a dialog with these defaults"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": context,
        }

    def action_hold(self):
        """Hold them.

        :raise UserError: if the hold would be over before it begins
        """
        check_one(self)
        if self.until and self.until <= fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "The hold would end before it begins. Choose a later day, or leave "
                    "it empty."
                )
            )
        values = (self.reason_id, self.note, self.until)
        if self.partner_id:
            self.partner_id._check_may_hold_fsm()
            self.partner_id.commercial_partner_id._set_fsm_hold(*values)
        if self.order_ids:
            self.order_ids._check_may_hold()
            self.order_ids._set_hold(*values)
        return {"type": "ir.actions.act_window_close"}
