"""What stands on the invoices of a service order already; plain values."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class SourceOnLine:
    """What stands of one source on one invoice line, in the unit of the source."""

    quantity: float = 0.0  # of the work itself
    exact: float = 0.0  # what the policy makes of it, not rounded to the line's unit
    printed: float = 0.0  # its share of the quantity printed when the line was made

    def add(self, entry):
        """Enter a row of the ledger."""
        self.quantity += entry.quantity
        self.exact += entry.qty_exact
        self.printed += entry.qty_printed


@dataclass
class Standing:
    """What stands on the invoices of one service order, net of credit notes.

    Drafts stand as well, cancelled invoices do not. Work that was refunded is out of
    it altogether: it is neither paid nor to be paid.
    """

    #: source -> what is printed of it today, in its unit: after the policy's rules and
    #: what a clerk changed by hand
    paid: dict = field(default_factory=lambda: defaultdict(float))
    #: source -> what of it was refunded, in its unit
    refunded: dict = field(default_factory=lambda: defaultdict(float))
    #: product -> what its lines came to before they were rounded to its unit, and as
    #: they were printed when they were made; in its unit
    exact: dict = field(default_factory=lambda: defaultdict(float))
    printed: dict = field(default_factory=lambda: defaultdict(float))

    def get_rest(self, product):
        """:return: what rounding the lines that stand has left of ``product``, in its
        unit; negative where they are rounded up
        """
        return self.exact[product] - self.printed[product]


def share_out(total, rooms):
    """Share ``total`` out: to each what it has room for, and the rest to the last.

    :param list rooms: what each of them holds at most
    :return: list of what falls to each, which adds up to ``total``
    """
    shares = []
    for room in rooms[:-1]:
        share = min(room, total, key=abs) if room * total > 0 else 0.0
        shares.append(share)
        total -= share
    return [*shares, total] if rooms else []
