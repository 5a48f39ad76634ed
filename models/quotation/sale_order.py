from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "fsm.field.guard"]

    # --- business ---
    def _create_invoices(self, grouped=False, final=False, date=None):
        """Wait for whoever bills the same lines from a service order.

        In the same order as they do, who lock service orders before their quotations.
        """
        orders = self._get_service_orders()
        if orders:
            orders._lock_for_billing()
        self.sudo().order_line._lock_for_billing()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _get_service_orders(self):
        """:return: all service orders of these sales, read anew

        The host does not know when its own ``fsm_order_ids`` change.
        """
        # sudo: who invoices sales may not read service orders
        return (
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

    def _filter_with_service_orders(self):
        """:return: those of these sales that have service orders"""
        orders = self._get_service_orders()
        sales = orders.sale_id | orders.sale_line_id.order_id
        return self.filtered(lambda sale: sale._origin.id in sales._ids)

    def _get_fsm_order(self, line):
        """:return: the service order on which ``line`` of this sale was done, if one"""
        self.ensure_one()
        orders = self.fsm_order_ids
        return line.fsm_order_id or (orders if len(orders) == 1 else orders.browse())
