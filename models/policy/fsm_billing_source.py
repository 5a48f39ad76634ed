from odoo import models


class FsmBillingSource(models.AbstractModel):
    """How new work is billed: by the type of its service order, and its equipment."""

    _inherit = "fsm.billing.source"

    def _get_default_billing_mode(self):
        self.ensure_one()
        order = self.fsm_order_id
        if not order:
            return super()._get_default_billing_mode()
        day = self._get_billing_date() or order._get_site_day()
        return order._get_default_billing_mode(day)
