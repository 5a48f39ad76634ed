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

    @api.model
    def _get_quoted_sql(self):
        sold = SQL(
            """
            EXISTS (SELECT FROM sale_order_line AS sold
                     WHERE sold.id = source.sale_line_id AND %s)
            """,
            self._get_in_force_sql(),
        )
        if not self._get_elsewhere_paths():
            return sold
        # sudo: whoever reads figures of orders may not read stock or invoices
        parts = self.sudo().with_context(active_test=False)
        query = parts._search(self._get_part_elsewhere_domain())
        return SQL("(%s OR source.id IN %s)", sold, query.subselect())
