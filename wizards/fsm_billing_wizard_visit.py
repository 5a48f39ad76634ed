from odoo import fields, models


class FsmBillingWizardVisit(models.TransientModel):
    """A day on which something was done: invoiced now, or left for another time."""

    _name = "fsm.billing.wizard.visit"
    _inherit = "fsm.field.guard"
    _description = "Visit to Be Invoiced"

    wizard_id = fields.Many2one("fsm.billing.wizard", required=True, ondelete="cascade")
    order_id = fields.Many2one("fsm.order", string="Service order", required=True)
    day = fields.Date()
    work = fields.Char(string="What was done")
    is_included = fields.Boolean(string="Invoice", default=True)

    def _get_key(self):
        """:return: id of the order and the day, see WorkAsked"""
        return self.order_id._origin.id, self.day or None
