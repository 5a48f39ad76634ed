"""What the rows of the Billing tab say; plain values."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Money:
    """The same amount in two currencies."""

    own: float = 0.0  # in that of the invoice, also of the next one
    company: float = 0.0  # in the company's, at the rate of the invoice

    def __add__(self, other):
        return Money(self.own + other.own, self.company + other.company)

    def __bool__(self):
        return bool(self.own)


@dataclass
class BillingFigures:
    """What one piece of work comes to, and the documents it is on."""

    price: Money = Money()
    amount: Money = Money()  # untaxed, on the next invoice and on those that there are
    moves: list = field(default_factory=list)

    def add(self, price, amount, moves=()):
        """Enter the share that this work has of an invoice line.

        The price of the next invoice, where there is one, is the one to show.
        """
        self.price = self.price or price
        self.amount += amount
        self.moves += [move for move in moves if move not in self.moves]


@dataclass
class RowFigures:
    """What a row of the Billing tab says, in one currency."""

    currency: object
    price_unit: float
    amount: float
    moves: list


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
        total = BillingFigures()
        for work in works:
            found = self._figures.get((order, work), BillingFigures())
            total.add(found.price, found.amount, found.moves)
        own, company = self._currencies.get(order, set()), order.currency_id
        if len(own) > 1:
            price_unit, amount = total.price.company, total.amount.company
            return RowFigures(company, price_unit, amount, total.moves)
        [currency] = own or [company]
        return RowFigures(currency, total.price.own, total.amount.own, total.moves)

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
