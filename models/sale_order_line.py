from odoo import models
from odoo.fields import Command


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    # --- Field service ---
    def _lock_for_billing(self):
        """Make everybody else who invoices these lines wait for us.

        Their invoiced quantity is written by whoever comes first: the second one gets a
        serialization error, is repeated by Odoo, and then finds the lines invoiced.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id FROM sale_order_line WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [sorted(self.ids)],
        )

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
