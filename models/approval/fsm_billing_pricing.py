from dataclasses import replace

from odoo import api, models


class FsmBillingPricing(models.AbstractModel):
    _inherit = "fsm.billing.pricing"

    @api.model
    def _read_time(self, source, standing, is_open):
        """Take hours that wait for approval for not logged yet."""
        time = super()._read_time(source, standing, is_open)
        if source._name != "account.analytic.line" or not source.fsm_is_awaiting:
            return time
        hour = self.env.ref("uom.product_uom_hour")
        waiting = source._convert_billing_quantity(source._get_qty_waiting(), hour)
        return replace(time, recorded=time.recorded - waiting)
