from odoo import api, models
from odoo.tools import SQL


class FsmBillingSource(models.AbstractModel):
    """What the analysis of the ledger reads of a kind of work."""

    _inherit = "fsm.billing.source"

    @api.model
    def _get_analysis_columns(self):
        """Say where the analysis finds what it shows of a source.

        Every kind of work has these; extend what your own kind knows better.

        :return: dict name -> SQL expression over the table ``source``; ``unit_cost``
            is the cost of one of ``qty_recorded``
        """
        return {
            "work_date": SQL("NULL::date"),
            "employee_id": SQL("NULL::int"),
            "product_id": SQL("NULL::int"),
            "uom_id": SQL("NULL::int"),
            "unit_cost": SQL("0.0"),
        }
