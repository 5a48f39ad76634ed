from collections import defaultdict

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

    def _get_fsm_opened(self, quantity):
        """Open the same share of each component, the last work billed first."""
        if not self._get_fsm_kit_parts():
            return super()._get_fsm_opened(quantity)
        bills = self.fsm_billing_entry_ids.filtered(lambda entry: entry.kind == "bill")
        standing = self._get_fsm_standing_quantities()
        left = defaultdict(float)
        for entry in bills:
            component = entry.stock_move_id._get_fsm_component()
            left[component] += self._get_fsm_share(quantity) * entry.quantity
        result = []
        for entry in bills.sorted("id", reverse=True):
            component = entry.stock_move_id._get_fsm_component()
            part = standing[entry._get_source()]
            rest = left[component]
            part = min(part, rest, key=abs) if part * rest > 0 else 0.0
            left[component] -= part
            if abs(part) > 1e-9:
                result.append((entry, part))
        return result
