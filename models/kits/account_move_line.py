from odoo import models


class AccountMoveLine(models.Model):
    """Lines that bill kits: each component has its share of them."""

    _inherit = "account.move.line"

    def _get_fsm_kit_parts(self):
        """:return: the moves of the components, where this line bills a kit"""
        entries = (self.fsm_credited_line_id or self).fsm_billing_entry_ids
        return entries.stock_move_id.filtered(
            lambda move: move.fsm_kit_product_id == self.product_id
        )

    def _get_fsm_covered_quantity(self):
        # kits can't be counted by the pieces in them
        if self._get_fsm_kit_parts():
            return self.quantity
        return super()._get_fsm_covered_quantity()

    def _get_fsm_bills_alike(self, bills):
        # of a kit, the same share of each component is opened
        if not self._get_fsm_kit_parts():
            return super()._get_fsm_bills_alike(bills)
        components = bills.grouped(lambda bill: bill.stock_move_id._get_fsm_component())
        return list(components.values())
