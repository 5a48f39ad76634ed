from odoo import api, models
from odoo.fields import Command

from ...tools.locking import lock_rows


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # --- Field service ---
    @api.depends("fsm_order_id.stage_id.is_invoiceable")
    def _compute_qty_delivered(self):
        """Deliver services with the service order that they were made into.

        The host does so where each line has an order of its own, and is completed by
        its own stage. What somebody typed as delivered stays.
        """
        res = super()._compute_qty_delivered()
        for line in self:
            # sudo: who changes sales may not read service orders
            order = line.sudo().fsm_order_id
            if (
                line.qty_delivered_method in ("manual", "field_service")
                and line.product_id.invoice_policy == "delivery"
                and line.product_id.field_service_tracking in ("line", "sale")
                and not line.qty_delivered
                and order.is_invoiceable
            ):
                line.qty_delivered = line.product_uom_qty
        return res

    def _lock_for_billing(self):
        """Make everybody else who invoices these lines wait for us.

        Their invoiced quantity is written by whoever comes first: the second one gets a
        serialization error, is repeated by Odoo, and then finds the lines invoiced.
        """
        self.env.flush_all()
        lock_rows(self)

    def _prepare_procurement_values(self):
        """Let what is sent later belong to the order of what was sent before."""
        values = super()._prepare_procurement_values()
        # sudo: who sells may read neither transfers nor service orders
        line = self.sudo()
        orders = line.move_ids.fsm_order_id or line.order_id.picking_ids.fsm_order_id
        if len(orders) == 1:
            values["fsm_order_id"] = orders.id
        return values

    def _prepare_invoice_line(self, **optional_values):
        """Link the invoice line to its service order, whoever makes the invoice.

        The host links all the orders of a sale that have no invoice yet to each line.
        """
        values = super()._prepare_invoice_line(**optional_values)
        if values.get("display_type") != "product":
            return values
        # sudo: who invoices sales may not read service orders
        order = self.order_id.sudo()._get_fsm_order(self)
        values.pop("fsm_order_ids", None)
        if order:  # other sales are invoiced as they always were
            values["fsm_order_ids"] = [Command.set(order.ids)]
        return values
