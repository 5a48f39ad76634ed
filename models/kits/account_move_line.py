from collections import defaultdict

from odoo import models

from ...tools.splitting import fill
from ...tools.tolerance import NOISE


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

    # --- what is left of a kit that was credited ---
    def _is_fsm_opening(self):
        return super()._is_fsm_opening() or self._is_fsm_kit_return()

    def _is_fsm_kit_return(self):
        """:return: True if this line credits kits as some of their components came back

        The others stay with the customer, and are billed by themselves.
        """
        return self._is_fsm_return() and bool(self._get_fsm_kit_parts())

    def _prepare_reopen_entries(self):
        if not self._is_fsm_kit_return():
            return super()._prepare_reopen_entries()
        origin = self.fsm_credited_line_id
        standing = origin._get_fsm_standing_quantities()
        left = defaultdict(float)
        for entry in self.fsm_billing_entry_ids:
            move = entry.stock_move_id
            quantity = move._convert_to_product_unit(entry.quantity)
            left[move._get_fsm_component()] += quantity
        bills = origin.fsm_billing_entry_ids.filtered(lambda e: e.kind == "bill")
        vals_list = []
        for alike in origin._get_fsm_bills_alike(bills.sorted("id", reverse=True)):
            moves = alike.stock_move_id
            in_one = max(
                move._convert_to_product_unit(move.fsm_kit_quantity) for move in moves
            )
            total = in_one * self._get_fsm_credited_quantity()
            total += left[moves[0]._get_fsm_component()]
            rooms = [
                entry.stock_move_id._convert_to_product_unit(
                    standing[entry.stock_move_id]
                )
                for entry in alike
            ]
            for entry, part in zip(alike, fill(max(total, 0.0), rooms), strict=True):
                move = entry.stock_move_id
                if part > NOISE:
                    vals_list.append(
                        {
                            **entry._prepare_same_source(),
                            "kind": "reopen",
                            "move_line_id": self.id,
                            "quantity": -move.product_id.uom_id._compute_quantity(
                                part, move.product_uom, round=False
                            ),
                        }
                    )
        return vals_list
