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
                    SQL("line.date BETWEEN %s AND %s", scope.date_from, scope.date_to),
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
        rows = self.env.execute_query(
            SQL(
                """
                SELECT work.id, work.order_id, work.order_name, employee.name,
                       work.date, work.open, invoice.name,
                       COUNT(*) OVER (), SUM(work.open) OVER ()
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
                    SQL(
                        "line.qty_recorded > COALESCE(line.qty_billed, 0) "
                        "AND line.billing_mode <> 'not_billed'"
                    ),
                ),
                limit=LATE_HOURS,
            )
        )
        return {
            "count": rows[0][7] if rows else 0,
            "hours": round(rows[0][8], 2) if rows else 0.0,
            "rows": [
                {
                    "id": line_id,
                    "order_id": order_id,
                    "order": order,
                    "technician": technician or "",
                    "date": fields.Date.to_string(day),
                    "hours": round(hours, 2),
                    "invoice": invoice if invoice and invoice != "/" else "",
                }
                for (
                    line_id,
                    order_id,
                    order,
                    technician,
                    day,
                    hours,
                    invoice,
                    _count,
                    _sum,
                ) in rows
            ],
        }

    @api.model
    def _get_hours_sql(self, scope, condition):
        """Take the time on orders apart, in hours.

        Whoever bills an order sees all of its work (``fsm.billing.work``), so what he
        may see is a matter of the orders.

        :param condition: SQL on the timesheet ``line``
        :return: SQL of rows, one for each timesheet
        """
        Order = self.env["fsm.order"]
        query = Order._search(self._get_company_domain(scope))
        names = ("id", "name", "sale_id", "sale_line_id")
        return SQL(
            """
            SELECT line.id, line.date, line.employee_id, line.create_date,
                   line.order_id, line.order_name,
                   CASE WHEN is_billable THEN billed ELSE 0 END * unit AS billed,
                   CASE WHEN is_billable THEN 0 ELSE worked END * unit AS free,
                   CASE WHEN is_billable AND is_quoted THEN rest ELSE 0 END * unit
                       AS quoted,
                   CASE WHEN is_billable AND NOT is_quoted THEN rest ELSE 0 END * unit
                       AS open
              FROM (
                    SELECT line.id, line.date, line.employee_id, line.create_date,
                           item.id AS order_id, item.name AS order_name,
                           line.qty_recorded AS worked,
                           COALESCE(line.qty_billed, 0) AS billed,
                           CASE WHEN line.qty_recorded - COALESCE(line.qty_billed, 0)
                                     > 0.000001
                                THEN line.qty_recorded - COALESCE(line.qty_billed, 0)
                                ELSE 0 END AS rest,
                           COALESCE(unit.factor / %(hour)s, 1) AS unit,
                           line.billing_mode = 'billable' AS is_billable,
                           %(is_quoted)s AS is_quoted
                      FROM (%(orders)s) AS item
                      JOIN account_analytic_line AS line
                           ON line.fsm_order_id = item.id
                          AND line.project_id IS NOT NULL
                      LEFT JOIN uom_uom AS unit ON unit.id = line.product_uom_id
                      %(quotations)s
                     WHERE %(condition)s
                   ) AS line
            """,
            hour=self._get_hour_factor(),
            orders=query.select(
                *(Order._field_to_sql(query.table, name, query) for name in names)
            ),
            is_quoted=SQL(
                """
                (line.timesheet_invoice_id IS NOT NULL OR sold.id IS NOT NULL
                 OR (line.fsm_is_extra IS NOT TRUE
                     AND (ordered.id IS NOT NULL OR agreed.order_id IS NOT NULL)))
                """
            ),
            quotations=self._get_quotations_sql(),
            condition=condition,
        )

    @api.model
    def _get_hour_factor(self):
        """:return: SQL of the factor of an hour among units of time"""
        hour_id = self.env["ir.model.data"]._xmlid_to_res_id("uom.product_uom_hour")
        return SQL("(SELECT factor FROM uom_uom WHERE id = %s)", hour_id)

    @api.model
    def _get_quotations_sql(self):
        """Join the sale lines that bill time in our place.

        They are those of ``_is_billed_elsewhere``: the time's own, the one that the
        order was made from, and services of the quotation that belong to the order.
        """
        return SQL(
            """
            LEFT JOIN sale_order_line AS sold
                   ON sold.id = line.so_line
                  AND (sold.state <> 'cancel' OR sold.qty_invoiced <> 0)
            LEFT JOIN sale_order_line AS ordered
                   ON ordered.id = item.sale_line_id
                  AND (ordered.state <> 'cancel' OR ordered.qty_invoiced <> 0)
            LEFT JOIN (
                  SELECT DISTINCT service.order_id, service.fsm_order_id
                    FROM sale_order_line AS service
                    JOIN product_product AS product
                         ON product.id = service.product_id
                    JOIN product_template AS template
                         ON template.id = product.product_tmpl_id
                   WHERE service.fsm_order_id IS NOT NULL
                     AND template.type = 'service'
                     AND (service.state <> 'cancel' OR service.qty_invoiced <> 0)
                 ) AS agreed
                   ON agreed.order_id = item.sale_id
                  AND agreed.fsm_order_id = item.id
            """
        )
