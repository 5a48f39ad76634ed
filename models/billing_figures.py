"""What the rows of the Billing tab say; plain values."""

from dataclasses import dataclass, field


@dataclass
class BillingFigures:
    """What one piece of work comes to, and the documents it is on."""

    currency: object = None
    price_unit: float = 0.0
    amount_open: float = 0.0  # on the next invoice, untaxed
    amount_billed: float = 0.0  # on invoices, drafts included, less credit notes
    moves: list = field(default_factory=list)

    @property
    def amount(self):
        return self.amount_open + self.amount_billed

    def add_line(self, line, amount, moves):
        """Enter the share that this work has of an invoice line.

        The price of the next invoice, where there is one, is the one to show.
        """
        self.currency = self.currency or line.currency_id
        self.price_unit = self.price_unit or line.price_unit
        self.amount_billed += amount
        self.add_moves(moves)

    def add_moves(self, moves):
        self.moves += [move for move in moves if move not in self.moves]


class OrderFigures:
    """The figures of all the work on some service orders."""

    def __init__(self, env):
        self.env = env
        self._figures = {}

    def get(self, order, work):
        """:return: the figures of ``work``, a source or sale order line, to fill in"""
        return self._figures.setdefault((order, work), BillingFigures())

    def sum_up(self, order, works):
        """:return: the figures of ``works`` that are one row, such as a part and what
        came back of it
        """
        total = BillingFigures()
        for work in works:
            found = self._figures.get((order, work), BillingFigures())
            total.currency = total.currency or found.currency
            total.price_unit = total.price_unit or found.price_unit
            total.amount_open += found.amount_open
            total.amount_billed += found.amount_billed
            total.add_moves(found.moves)
        return total

    def get_place(self, order, figures, qty_to_bill, reason):
        """Say in words where this work is billed.

        :param float qty_to_bill: what the next invoice will have of it
        :param reason: why it is on none
        """
        places = [
            move.name if move.name and move.name != "/" else self.env._("Draft")
            for move in figures.moves
        ]
        if qty_to_bill:
            places.append(
                self.env._("Next invoice")
                if order.is_invoiceable
                else self.env._("Once completed")
            )
        return ", ".join(places) or reason
