import re
from collections import defaultdict

from odoo import models

from ...tools.tolerance import NOISE


class StockMove(models.Model):
    """Which lots and serial numbers are billed, and which are open again.

    The ledger counts quantities. Of which lots they are follows from its entries, one
    after the other: what is billed takes the lots in the order of the transfer, what a
    credit note opens again gives some of those of its invoice line back.

    All quantities are in the unit of the product.
    """

    _inherit = "stock.move"

    def _get_lot_quantities(self):
        """:return: dict lot -> quantity moved, in the order of the transfer"""
        self.ensure_one()
        quantities = defaultdict(float)
        if self.product_id.tracking != "none":
            for line in self.move_line_ids.sorted("id"):
                if line.lot_id:
                    quantities[line.lot_id] += line.quantity_product_uom
        return dict(quantities)

    def _get_billing_lots(self, quantity, origin=None):
        lots = self._get_lot_quantities()
        if not lots:
            return {}
        free, _held = self._share_lots(lots)
        on_origin = {}
        if origin:
            delivery = self._get_first_delivery()
            _free, held = delivery._share_lots(delivery._get_lot_quantities())
            on_origin = held.get(origin, {})
        ranked = sorted(free, key=lambda lot: lot not in on_origin)
        return self._take_lots(free, self._convert_to_product_unit(quantity), ranked)

    def _get_lots_opened(self, line, quantity):
        """:return: dict lot -> what is opened of it, where that much of ``line`` is

        ``quantity`` is in the unit of this move.
        """
        _free, held = self._share_lots(self._get_lot_quantities())
        own = held.get(line, {})
        wanted = self._convert_to_product_unit(quantity)
        ranked = self._rank_lots_opened(own, line.browse(), wanted)
        return self._take_lots(own, wanted, ranked)

    def _share_lots(self, lots):
        """Go through the ledger of this move.

        :param dict lots: see :meth:`_get_lot_quantities`
        :return: dict lot -> quantity on no invoice, and dict invoice line -> dict
            lot -> quantity that stands on it
        """
        free = dict(lots)
        held = defaultdict(dict)
        # sudo: who prints an order may not read the ledger
        entries = self.sudo().billing_entry_ids.filtered("is_live").sorted("id")
        for entry in entries:
            quantity = self._convert_to_product_unit(entry.quantity)
            line = entry.move_line_id
            if entry.kind == "bill":
                self._put_lots(held[line], self._take_lots(free, quantity, list(free)))
            else:
                own = held[line.fsm_credited_line_id]
                ranked = self._rank_lots_opened(own, line, quantity)
                self._put_lots(free, self._take_lots(own, quantity, ranked))
        # as the transfer has them, whatever was opened first
        return {lot: free[lot] for lot in lots if free[lot] > NOISE}, held

    def _rank_lots_opened(self, lots, credit_line, quantity):
        """Say which of the ``lots`` of an invoice line its credit opens first.

        Those that came back with the credit note, else those that its text names, else
        those that came back and are not credited yet, else the last ones: as the
        ledger opens the last work first.

        :return: list of lots
        """
        returns = self._get_billing_returns()
        back = returns.filtered(
            lambda move: credit_line and move.fsm_credit_line_id == credit_line
        )
        settled = returns.filtered("qty_billed")
        named = self._get_lots_named(lots, credit_line.name or "")
        if abs(sum(lots[lot] for lot in named) - abs(quantity)) > NOISE:
            named = []  # the text was copied from the invoice, and names them all
        with_credit, taken_back, credited = (
            [lot for move in moves for lot in move._get_lot_quantities()]
            for moves in (back, returns - settled, settled)
        )
        return sorted(
            reversed(lots),
            key=lambda lot: (
                lot not in with_credit,
                lot not in named,
                lot not in taken_back,
                lot in credited,
            ),
        )

    def _get_lots_named(self, lots, text):
        return [
            lot
            for lot in lots
            if re.search(rf"(?<![\w-]){re.escape(lot.name)}(?![\w-])", text)
        ]

    def _take_lots(self, lots, quantity, ranked):
        """Take ``quantity`` out of ``lots``, which are changed in place.

        :param list ranked: lots, those to take first at the beginning
        :return: dict lot -> quantity taken
        """
        rest = abs(quantity)
        taken = {}
        for lot in ranked:
            part = min(lots[lot], rest)
            if part > NOISE:
                taken[lot] = part
                lots[lot] -= part
                rest -= part
        return taken

    def _put_lots(self, lots, more):
        for lot, quantity in more.items():
            lots[lot] = lots.get(lot, 0.0) + quantity
