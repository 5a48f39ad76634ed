from odoo import api, models


class FsmBillingEntry(models.Model):
    """Work taken back: what is credited of an invoice, others may not credit."""

    _inherit = "fsm.billing.entry"

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._get_orders_of_returns()._look_at_waiting_orders()
        return entries

    def unlink(self):
        orders = self._get_orders_of_returns()
        res = super().unlink()
        orders._look_at_waiting_orders()
        return res

    def _get_orders_of_returns(self):
        """:return: orders whose invoices these entries credit, on drafts as well"""
        return self.filtered(
            lambda entry: entry.kind == "bill" and entry.quantity < 0
        ).order_id
