from odoo import api, fields, models


class FsmOrder(models.Model):
    """Says which hours of an order wait for approval."""

    _inherit = "fsm.order"

    approval_hint = fields.Char(
        string="To approve",
        compute="_compute_approval_hint",
        help="The hours that are on no invoice before a foreman has approved them.",
    )

    @api.depends("timesheet_ids.fsm_is_awaiting", "timesheet_ids.qty_billed")
    def _compute_approval_hint(self):
        for order in self:
            # sudo: whoever reads the order may not read its timesheets
            order.approval_hint = order.sudo()._get_approval_hint()

    def _get_approval_hint(self):
        """:return: sentence on the hours of these orders that wait, or ``""``"""
        waiting = {
            line: quantity
            for line in self.timesheet_ids
            if (quantity := line._get_qty_waiting())
        }
        if not waiting:
            return ""
        work = self.env["fsm.billing.source"]._get_words(waiting)
        if self.timesheet_ids._get_fsm_approval_field():
            return self.env._(
                "%(work)s: not approved yet. Approve it in the Timesheets app; it can "
                "be invoiced then.",
                work=work,
            )
        return self.env._(
            "%(work)s: not approved yet. Under Invoicing > Hours to approve, a foreman "
            "approves them; they can be invoiced then.",
            work=work,
        )

    def _get_nothing_to_invoice_message(self):
        # sudo: names technicians and hours, to whoever bills them
        hint = self.sudo()._get_approval_hint()
        return hint or super()._get_nothing_to_invoice_message()
