from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...tools.one_record import check_one
from .account_analytic_line import HOURS


class FsmHoursWeek(models.Model):
    """A technician's week, as far as hours of it wait for approval."""

    _name = "fsm.hours.week"
    _inherit = "fsm.hours.seen"
    _description = "Week of Hours to Approve"
    _auto = False
    _order = "week, employee_id, id"
    _rec_name = "week"

    _depends = {
        "account.analytic.line": [
            "company_id",
            "fsm_is_awaiting",
            "qty_billed",
            "qty_recorded",
            *HOURS,
        ],
        "uom.uom": ["factor"],
    }

    employee_id = fields.Many2one("hr.employee", string="Technician", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    week = fields.Date(string="Week from", readonly=True)
    order_count = fields.Integer(string="Service orders", readonly=True)
    hours = fields.Float(readonly=True)

    @property
    def _table_query(self):
        hour_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_hour")
        return SQL(
            """
            SELECT MIN(line.id) AS id, line.employee_id, line.company_id,
                   date_trunc('week', line.date)::date AS week,
                   COUNT(DISTINCT line.fsm_order_id) AS order_count,
                   SUM((line.qty_recorded - line.qty_billed) * COALESCE(unit.factor / (
                       SELECT factor FROM uom_uom WHERE id = %s
                   ), 1)) AS hours,
                   md5(string_agg(%s, ' ' ORDER BY line.id)) AS fingerprint
              FROM account_analytic_line AS line
              LEFT JOIN uom_uom AS unit ON unit.id = line.product_uom_id
             WHERE line.fsm_is_awaiting
             GROUP BY line.employee_id, line.company_id, date_trunc('week', line.date)
            """,
            hour_id,
            self.env["account.analytic.line"]._get_fsm_words("line"),
        )

    def _get_week_domain(self):
        """:return: Domain of the rows of work in these weeks that wait for approval"""
        self.check_access("read")
        weeks = [
            Domain("employee_id", "=", row.employee_id.id)
            & Domain("company_id", "=", row.company_id.id)
            & Domain("date", ">=", row.week)
            & Domain("date", "<=", fields.Date.add(row.week, days=6))
            for row in self
        ]
        return Domain("is_awaiting", "=", True) & Domain.OR(weeks)

    def _get_hours(self):
        rows = self.env["fsm.billing.work"].search(self._get_week_domain())
        return rows._get_hours()

    # --- buttons ---
    def action_open_hours(self):
        """Show the hours of a week, one by one."""
        check_one(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "fieldservice_invoicing.fsm_billing_work_action_approval"
        )
        domain = self._get_week_domain()
        return {**action, "domain": list(domain), "context": {}}
