from odoo import api, fields, models

from ..tools.one_record import check_one


class FsmInvoiceReset(models.TransientModel):
    """Asks before an invoice that its customer has goes back to draft."""

    _name = "fsm.invoice.reset"
    _inherit = "fsm.field.guard"
    _description = "Reset a Sent Invoice to Draft"

    move_id = fields.Many2one("account.move", required=True, readonly=True)
    customer = fields.Char(related="move_id.partner_id.display_name")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "move_id" in fields and self.env.context.get("active_model") == (
            "account.move"
        ):
            values.setdefault("move_id", self.env.context.get("active_id"))
        return values

    def action_add_credit_note(self):
        """Open the dialog that credits the invoice."""
        check_one(self)
        action = self.move_id.action_reverse()
        action["context"] = {
            "active_model": "account.move",
            "active_id": self.move_id.id,
            "active_ids": self.move_id.ids,
        }
        return action

    def action_reset_anyway(self):
        """Reset the invoice to draft, by the rights of whoever presses it."""
        check_one(self)
        self.move_id._fsm_reset_anyway()
        return {"type": "ir.actions.act_window_close"}
