from odoo import api, fields, models
from odoo.tools import SQL

from .fsm_billing_dashboard_orders import LATE_HOURS

#: what became of hours
FATES = ("billed", "quoted", "free", "open")


class FsmBillingDashboard(models.AbstractModel):
    """Hours on service orders: billed, included in a quotation, free, or open."""

    _inherit = "fsm.billing.dashboard"

    @api.model
    def _get_hours(self, scope):
        """Say what became of the hours worked in the period, by the day of the work.

        :return: dict: ``series``, one for each of ``FATES``, with hours for each step
        """
        series = {fate: [0.0] * len(scope.starts) for fate in FATES}
        rows = self.env.execute_query(
            SQL(
                "SELECT date, %(sums)s FROM (%(hours)s) AS work GROUP BY date",
                sums=SQL(", ").join(
                    SQL("SUM(%s)", SQL.identifier("work", fate)) for fate in FATES
                ),
                hours=self._get_hours_sql(
                    scope,
                    SQL(
                        "source.date BETWEEN %s AND %s", scope.date_from, scope.date_to
                    ),
                ),
            )
        )
        for day, *sums in rows:
            for fate, hours in zip(FATES, sums, strict=True):
                series[fate][scope.get_step(day)] += float(hours)
        for hours in series.values():
            hours[:] = [round(value, 2) for value in hours]
        return {"series": [{"key": fate, "hours": series[fate]} for fate in FATES]}

    @api.model
    def _get_late_hours(self, scope):
        """List open hours that were logged after their order had been invoiced.

        :return: dict: ``count`` and ``hours`` of all, and the newest as ``rows``
        """
        rows = self.env.execute_query_dict(self._get_late_hours_sql(scope))
        return {
            "count": rows[0]["count"] if rows else 0,
            "hours": round(rows[0]["hours"], 2) if rows else 0.0,
            "rows": [
                {
                    "id": row["id"],
                    "order_id": row["order_id"],
                    "order": row["order_name"],
                    "technician": row["technician"] or "",
                    "date": fields.Date.to_string(row["date"]),
                    "hours": round(row["open"], 2),
                    "invoice": row["invoice"] if row["invoice"] != "/" else "",
                }
                for row in rows
            ],
        }

    @api.model
    def _get_late_hours_sql(self, scope):
        """:return: SQL of the newest late hours, each with the sums of all"""
        return SQL(
            """
            SELECT work.id, work.order_id, work.order_name, work.date, work.open,
                   employee.name AS technician, COALESCE(invoice.name, '/') AS invoice,
                   COUNT(*) OVER () AS count, SUM(work.open) OVER () AS hours
              FROM (%(hours)s) AS work
              LEFT JOIN hr_employee AS employee ON employee.id = work.employee_id
              JOIN LATERAL (
                    SELECT move.name FROM account_move_fsm_order_rel AS rel
                      JOIN account_move AS move ON move.id = rel.account_move_id
                     WHERE rel.fsm_order_id = work.order_id
                       AND move.move_type = 'out_invoice'
                       AND move.state <> 'cancel'
                       AND move.create_date < work.create_date
                     ORDER BY move.id DESC LIMIT 1
                   ) AS invoice ON TRUE
             WHERE work.open > 0
             ORDER BY work.date DESC, work.id DESC
             LIMIT %(limit)s
            """,
            hours=self._get_hours_sql(
                scope,
                SQL("source.qty_to_bill > 0"),
            ),
            limit=LATE_HOURS,
        )

    @api.model
    def _get_hours_sql(self, scope, condition):
        """Take the time on orders apart, in hours.

        What a cancelled order has on no invoice is never billed, and so it is free.

        :param condition: SQL on the timesheet ``source``
        :return: SQL of rows, one for each timesheet
        """
        return SQL(
            """
            SELECT line.id, line.date, line.employee_id, line.create_date,
                   line.order_id, line.order_name,
                   CASE WHEN is_billable THEN billed ELSE 0 END * unit AS billed,
                   CASE WHEN NOT is_billable THEN worked
                        WHEN is_cancelled AND NOT is_quoted THEN rest
                        ELSE 0 END * unit AS free,
                   CASE WHEN is_billable AND is_quoted THEN rest ELSE 0 END * unit
                       AS quoted,
                   CASE WHEN is_billable AND NOT is_quoted AND NOT is_cancelled
                        THEN rest ELSE 0 END * unit AS open
              FROM (%(times)s) AS line
            """,
            times=self._get_times_sql(scope, condition),
        )

    @api.model
    def _get_times_sql(self, scope, condition):
        """List the time on orders, and what it is.

        Whoever bills an order sees all of its work (``fsm.billing.work``), so what he
        may see is a matter of the orders.
        """
        query = self.env["fsm.order"]._search(self._get_company_domain(scope))
        return SQL(
            """
            SELECT source.id, source.date, source.employee_id, source.create_date,
                   item.id AS order_id, item.name AS order_name,
                   source.qty_recorded AS worked,
                   COALESCE(source.qty_billed, 0) AS billed,
                   GREATEST(source.qty_recorded - COALESCE(source.qty_billed, 0), 0)
                       AS rest,
                   COALESCE(unit.factor / %(hour)s, 1) AS unit,
                   source.billing_mode = 'billable' AS is_billable,
                   source.is_billed_elsewhere AS is_quoted,
                   COALESCE(item.stage_id = %(cancelled)s, FALSE) AS is_cancelled
              FROM (%(orders)s) AS item
              JOIN account_analytic_line AS source
                   ON source.fsm_order_id = item.id
                  AND source.project_id IS NOT NULL
              LEFT JOIN uom_uom AS unit ON unit.id = source.product_uom_id
             WHERE %(condition)s
            """,
            hour=self._get_hour_factor(),
            orders=self._select_orders(query, "id", "name", "stage_id"),
            cancelled=self.env["fsm.order"]._get_cancelled_stage_id(),
            condition=condition,
        )

    @api.model
    def _get_hour_factor(self):
        """:return: SQL of the factor of an hour among units of time"""
        hour_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_hour")
        return SQL("(SELECT factor FROM uom_uom WHERE id = %s)", hour_id)
