from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # --- Field service ---
    def _create_invoices(self, grouped=False, final=False, date=None):
        """Wait for whoever bills the same lines from a service order.

        In the same order as he does, who locks service orders before their quotations.
        """
        # sudo: who invoices sales may not read service orders
        orders = (
            self.env["fsm.order"]
            .sudo()
            .search(
                [
                    "|",
                    ("sale_id", "in", self.ids),
                    ("sale_line_id.order_id", "in", self.ids),
                ]
            )
        )
        if orders:
            orders._lock_for_billing()
        self.sudo().order_line._lock_for_billing()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _get_fsm_order(self, line):
        """:return: the service order on which ``line`` of this sale was done, if one"""
        self.ensure_one()
        orders = self.fsm_order_ids
        return line.fsm_order_id or (orders if len(orders) == 1 else orders.browse())
