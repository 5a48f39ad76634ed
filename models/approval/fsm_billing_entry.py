from odoo import models
from odoo.exceptions import UserError


class FsmBillingEntry(models.Model):
    """Cancelled invoices do not bring hours back that nobody has approved."""

    _inherit = "fsm.billing.entry"

    def _check_revive(self):
        res = super()._check_revive()
        for entry in self.filtered("timesheet_id.fsm_is_awaiting"):
            raise UserError(
                self.env._(
                    "%(work)s changed since %(invoice)s was cancelled, and is not "
                    "approved. Have it approved first, or create a new invoice from "
                    "the service order.",
                    work=entry._get_source()._get_billing_label(),
                    invoice=entry.move_id._get_fsm_names(),
                )
            )
        return res
