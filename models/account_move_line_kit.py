from collections import defaultdict

from odoo import models


class AccountMoveLine(models.Model):
    """Lines that bill kits: each component has its share of them."""

    _inherit = "account.move.line"

    def _get_fsm_kit_parts(self):
        """:return: the moves of the components, where this line bills a kit"""
        entries = (self.fsm_origin_line_id or self).fsm_billing_entry_ids
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

    # --- cost of goods ---
    def _eligible_for_stock_account(self):
        # a kit is in no stock, its components are
        line = self.sudo()  # sudo: who posts an invoice may not read the ledger
        if line._has_fsm_valued_components() and line.fsm_credit_work not in (
            "price",
            "refund",
        ):
            return True
        return super()._eligible_for_stock_account()

    def _has_fsm_valued_goods(self):
        # sudo: who posts an invoice may not read the ledger
        return (
            super()._has_fsm_valued_goods() or self.sudo()._has_fsm_valued_components()
        )

    def _has_fsm_valued_components(self):
        return any(
            product.is_storable and product.valuation == "real_time"
            for product in self._get_fsm_kit_parts().product_id
        )
