from odoo import api, models
from odoo.tools import SQL


class StockMove(models.Model):
    """What the analysis reads of parts."""

    _inherit = "stock.move"

    @api.model
    def _get_analysis_columns(self):
        return super()._get_analysis_columns() | {
            "work_date": self.env["fsm.order"]._get_site_day_sql(
                SQL("source.date"), SQL("source.fsm_order_id")
            ),
            "product_id": SQL("source.product_id"),
            "uom_id": SQL("source.product_uom"),
            "unit_cost": SQL("source.value / NULLIF(abs(source.qty_recorded), 0)"),
        }
