from odoo import api, models
from odoo.exceptions import AccessError


class FsmOrder(models.Model):
    """What nobody but the office may say of a service order."""

    _inherit = "fsm.order"

    # --- guards ---
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        if orders.sudo().invoice_lines:  # sudo: whoever creates may not read them
            orders._check_may_link_invoices()
        return orders

    def write(self, vals):
        if "invoice_lines" in vals and any(
            self._is_value_changed(order, "invoice_lines", vals["invoice_lines"])
            for order in self
        ):
            self._check_may_link_invoices()
        return super().write(vals)

    def _check_may_link_invoices(self):
        """:raise AccessError: if the user may not say which lines bill an order

        Billing status, amounts and the portal go by them.
        """
        if not self.env["account.move.line"].has_access("write"):
            raise AccessError(
                self.env._(
                    "Invoice lines are linked to service orders by invoicing them. "
                    "Press Create invoice instead."
                )
            )

    def _is_work_begun(self):
        """:return: True if something was recorded on this order, or invoiced"""
        self.ensure_one()
        order = self.sudo()  # sudo: technicians may read neither parts nor invoices
        return bool(order.invoice_lines) or any(order._get_billing_sources())
