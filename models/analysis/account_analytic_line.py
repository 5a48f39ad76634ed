from odoo import api, models
from odoo.tools import SQL


class AccountAnalyticLine(models.Model):
    """What the analysis reads of time."""

    _inherit = "account.analytic.line"

    @api.model
    def _get_analysis_columns(self):
        return super()._get_analysis_columns() | {
            "work_date": SQL("source.date"),
            "employee_id": SQL("source.employee_id"),
            "product_id": SQL("source.fsm_labor_product_id"),
            "uom_id": SQL("source.product_uom_id"),
            # what time costs is negative there
            "unit_cost": SQL("-source.amount / NULLIF(source.qty_recorded, 0)"),
        }

    @api.model
    def _get_quoted_sql(self):
        return SQL(
            """
            (EXISTS (SELECT FROM account_move AS invoice
                      WHERE invoice.id = source.timesheet_invoice_id
                        AND invoice.move_type IN
                            ('out_invoice', 'out_refund', 'out_receipt')
                        AND (invoice.state <> 'cancel'
                             OR invoice.payment_state = 'invoicing_legacy'))
             OR EXISTS (SELECT FROM sale_order_line AS sold
                         WHERE sold.id = source.so_line AND %(in_force)s)
             OR (source.fsm_is_extra IS NOT TRUE
                 AND source.fsm_order_id IN (%(agreed)s)))
            """,
            in_force=self._get_in_force_sql(),
            agreed=self._get_agreed_sql(),
        )

    @api.model
    def _get_agreed_sql(self):
        """:return: SQL of ids: the orders whose quotation includes their time

        See ``_get_labor_quoted``: by the line that the order was made from, or by
        services of the quotation that belong to the order.
        """
        return SQL(
            """
            SELECT quoted.id
              FROM fsm_order AS quoted
              JOIN sale_order_line AS sold ON sold.id = quoted.sale_line_id
             WHERE %(in_force)s
             UNION ALL
            SELECT quoted.id
              FROM fsm_order AS quoted
              JOIN sale_order_line AS sold
                   ON sold.order_id = quoted.sale_id AND sold.fsm_order_id = quoted.id
              JOIN product_product AS product ON product.id = sold.product_id
              JOIN product_template AS template ON template.id = product.product_tmpl_id
             WHERE template.type = 'service' AND %(in_force)s
            """,
            in_force=self._get_in_force_sql(),
        )
