"""What the rows of the Billing tab say; plain values."""

from dataclasses import dataclass, field
from enum import IntEnum


@dataclass(frozen=True)
class Money:
    """The same amount in two currencies."""

    own: float = 0.0  # in that of the invoice, also of the next one
    company: float = 0.0  # in the company's, at the rate of the invoice

    def __add__(self, other):
        return Money(self.own + other.own, self.company + other.company)


class PriceRank(IntEnum):
    """Which price of a piece of work is the one to show; the highest."""

    CREDITED = 0  # on an invoice of which nothing is left
    STANDING = 1
    NEXT = 2  # on the next invoice


@dataclass
class BillingFigures:
    """What one piece of work comes to, and the documents it is on."""

    price: Money | None = None
    #: of the price, and the newest of the same
    rank: tuple[PriceRank, int] | None = None
    amount: Money = Money()  # untaxed, on the next invoice and on those that there are
    moves: list["account.move"] = field(default_factory=list)
    #: invoices to be credited of it
    credited: list["account.move"] = field(default_factory=list)

    @property
    def is_next(self):
        """Whether this work is on the next invoice."""
        return bool(self.rank) and self.rank[0] == PriceRank.NEXT

    def add(self, amount, price=None, rank=None, moves=(), credited=None):
        """Enter the share that this work has of an invoice line.

        :param credited: the invoice that it will be credited of
        :param price: None where the line says nothing of the price of the work
        """
        if price is not None and (self.rank is None or rank > self.rank):
            self.price, self.rank = price, rank
        self.amount += amount
        self.moves += [move for move in moves if move not in self.moves]
        if credited and credited not in self.credited:
            self.credited.append(credited)


@dataclass
class RowFigures:
    """What a row of the Billing tab says, in one currency."""

    currency: "res.currency"
    price_unit: float
    amount: float
    moves: list["account.move"]
    is_next: bool  # something of it is on the next invoice
    credited: list["account.move"]  # or on the next credit notes of these invoices


class OrderFigures:
    """The figures of all the work on some service orders.

    The rows of an order are in one currency, so that they can be added up: that of its
    invoices, and of the next one. Where these have different currencies, it is the
    company's, as in the amount billed of the order.
    """

    def __init__(self, env):
        self.env = env
        self._figures = {}
        self._currencies = {}

    def add(self, order, work, currency, **figures):
        """Enter a share of an invoice line in ``currency``.

        :param work: a source or sale order line
        :param figures: see :meth:`BillingFigures.add`
        """
        found = self._figures.setdefault((order, work), BillingFigures())
        found.add(**figures)
        self._currencies.setdefault(order, set()).add(currency)

    def sum_up(self, order, works):
        """:return: RowFigures of ``works`` that are one row, such as a part and what
        came back of it
        """
        found = [
            self._figures[order, work]
            for work in works
            if (order, work) in self._figures
        ]
        amount = sum((figures.amount for figures in found), Money())
        prices = [figures.price for figures in found if figures.price is not None]
        price = prices[0] if prices else Money()
        own, company = self._currencies.get(order, set()), order.currency_id
        is_own = len(own) <= 1
        return RowFigures(
            currency=next(iter(own), company) if is_own else company,
            price_unit=price.own if is_own else price.company,
            amount=amount.own if is_own else amount.company,
            moves=list(dict.fromkeys(move for one in found for move in one.moves)),
            is_next=any(figures.is_next and not figures.credited for figures in found),
            credited=list(
                dict.fromkeys(move for one in found for move in one.credited)
            ),
        )

    def get_place(self, order, figures, reason):
        """Say in words where this work is billed.

        :param reason: why it is on none
        """
        places = [
            move.name if move.name and move.name != "/" else self.env._("Draft")
            for move in figures.moves
        ]
        places += [
            self.env._("Credit note of %(invoice)s", invoice=move.name)
            for move in figures.credited
        ]
        if figures.is_next:
            places.append(
                self.env._("Next invoice")
                if order.is_invoiceable
                else self.env._("Once completed")
            )
        return ", ".join(places) or reason
