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
