from odoo import api, fields, models
from odoo.tools import SQL

from .account_analytic_line import HOURS


class FsmBillingWork(models.Model):
    """The hours that foremen look at: they may not read timesheets themselves."""

    _name = "fsm.billing.work"
    _inherit = ["fsm.billing.work", "fsm.hours.seen"]

    _depends = {
        "account.analytic.line": ["fsm_is_approved", "fsm_is_awaiting", *HOURS],
    }

    is_approved = fields.Boolean(string="Approved", readonly=True)
    is_awaiting = fields.Boolean(string="Waits for approval", readonly=True)

    @api.model
    def _get_source_queries(self):
        labor = self._get_labor_query()
        words = self.env["account.analytic.line"]._get_fsm_words("line")
        return [
            SQL(
                """
                SELECT work.*, line.fsm_is_approved AS is_approved,
                       line.fsm_is_awaiting AS is_awaiting, md5(%s) AS fingerprint
                  FROM (%s) AS work
                  JOIN account_analytic_line AS line ON line.id = work.source_id
                """,
                words,
                query,
            )
            if query == labor
            else SQL(
                "SELECT work.*, NULL::bool AS is_approved, NULL::bool AS is_awaiting, "
                "NULL AS fingerprint FROM (%s) AS work",
                query,
            )
            for query in super()._get_source_queries()
        ]

    def _get_reason_not_billed(self):
        reason = super()._get_reason_not_billed()
        if not reason and self.is_awaiting:
            return self.env._("Waits for approval")
        return reason

    # --- buttons ---
    def action_take_back_approval(self):
        """Take back that the hours of these rows are approved."""
        self._get_hours()._fsm_approve(False)

    def _get_hours(self):
        self.check_access("read")
        hours = self.filtered(lambda work: work.section == "labor")
        return self.env["account.analytic.line"].browse(hours.mapped("source_id"))
