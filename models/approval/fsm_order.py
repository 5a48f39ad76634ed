from odoo import api, fields, models


class FsmOrder(models.Model):
    """Orders with hours that wait for approval are to be invoiced, but not yet."""

    _inherit = "fsm.order"

    approval_hint = fields.Char(
        string="To approve",
        compute="_compute_approval_hint",
        help="The hours that are on no invoice before a foreman has approved them.",
    )

    def _has_open_work(self):
        return super()._has_open_work() or bool(self._get_hours_waiting())

    def _get_hours_waiting(self):
        """:return: timesheets of these orders that wait for approval"""
        return self.timesheet_ids.filtered("fsm_is_awaiting")

    @api.depends("approval_hint")
    def _compute_amount_to_bill(self):
        res = super()._compute_amount_to_bill()
        for order in self:
            # sudo: nobody reads the records behind the amount
            priced = order.sudo().billing_priced
            if priced and not (priced.lines or order.billing_problem):
                order.billing_problem = order.approval_hint
        return res

    @api.depends("timesheet_ids.fsm_is_awaiting", "timesheet_ids.qty_billed")
    def _compute_approval_hint(self):
        for order in self:
            # sudo: whoever reads the order may not read its timesheets
            order.approval_hint = order.sudo()._get_approval_hint()

    def _get_approval_hint(self):
        """:return: sentence on the hours of these orders that wait, or ``""``"""
        waiting = {line: line._get_qty_waiting() for line in self._get_hours_waiting()}
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

    def _get_approval_action(self):
        """:return: window action on the hours of this order that wait for approval"""
        self.ensure_one()
        lines = self.sudo()._get_hours_waiting().with_env(self.env)  # sudo: ids alone
        if lines._get_fsm_approval_field():
            lines.check_access("read")
            return lines._get_records_action(name=self.name)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fieldservice_invoicing.fsm_billing_work_action_approval"
        )
        domain = [("order_id", "=", self.id), ("is_awaiting", "=", True)]
        return {**action, "domain": domain, "context": {}}
