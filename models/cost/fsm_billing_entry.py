from odoo import models


class FsmBillingEntry(models.Model):
    """One row of the billing ledger: this much of this source is on this line.

    Rows are written together with the line of a new invoice, else by :meth:`_record`,
    and taken back by :meth:`_take_back`, and by nothing else; what is billed is the sum
    of the live ones.
    """

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
