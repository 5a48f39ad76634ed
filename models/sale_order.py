from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # --- Field service ---
    def _create_invoices(self, grouped=False, final=False, date=None):
        """Wait for whoever bills the same lines from a service order."""
        # sudo: who invoices sales may not read service orders
        self.sudo().order_line._lock_for_billing()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _get_fsm_order(self, line):
        """:return: the service order on which ``line`` of this sale was done, if one"""
        self.ensure_one()
        orders = self.fsm_order_ids
        return line.fsm_order_id or (orders if len(orders) == 1 else orders.browse())
