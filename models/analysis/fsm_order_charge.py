from odoo import api, models
from odoo.tools import SQL


class FsmOrderCharge(models.Model):
    """What the analysis reads of charges."""

    _inherit = "fsm.order.charge"

    @api.model
    def _get_analysis_columns(self):
        return super()._get_analysis_columns() | {
            "work_date": SQL("source.date"),
            "product_id": SQL("source.product_id"),
        }
