from odoo import models


class AccountMoveLine(models.Model):
    """Lines that credit, or bill again, some of the lots of a line name these alone."""

    _inherit = "account.move.line"

    def _get_fsm_name_of(self, quantity):
        """:return: the text of this line with the lots that crediting ``quantity`` of
        it opens, or ``""`` where it is as it was
        """
        self.ensure_one()
        opened = self._get_fsm_opened(quantity)
        lots = [
            lot
            for entry, part in opened
            if entry.stock_move_id
            for lot in entry.stock_move_id._get_lots_opened(self, part)
        ]
        moves = self.fsm_billing_entry_ids.stock_move_id
        known = {lot: None for move in moves for lot in move._get_lot_quantities()}
        named = moves._get_lots_named(known, self.name or "")
        listed = ", ".join(lot.name for lot in named)
        chosen = ", ".join(lot.name for lot in named if lot in lots)
        if not chosen or chosen == listed:
            return ""
        return self.name.replace(listed, chosen)

    def _has_fsm_lots(self):
        """:return: True if this line bills parts with lots or serial numbers"""
        moves = self.fsm_billing_entry_ids.stock_move_id
        return any(move._get_lot_quantities() for move in moves)
