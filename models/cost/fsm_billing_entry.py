from odoo import models


class FsmBillingEntry(models.Model):
    """What the parts of entries cost us, and how many they are."""

    _inherit = "fsm.billing.entry"

    def _get_parts_value(self):
        """:return: value at which the parts of these entries left stock, net of returns

        In the company's currency.
        """
        return sum(
            entry.stock_move_id.value
            * entry.quantity
            / abs(entry.stock_move_id.qty_recorded)
            for entry in self
            if entry.stock_move_id.qty_recorded
        )

    def _get_parts_quantity(self, unit):
        """:return: how many parts these entries bill, in ``unit``, net of returns"""
        return sum(
            entry.stock_move_id._convert_billing_quantity(entry.quantity, unit)
            for entry in self
        )
