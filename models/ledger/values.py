"""Which work is meant; plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True)
class WorkAsked:
    """Which of the open work of orders is to be invoiced now; by default all of it."""

    until: date | None = None  # the last day of the work, at the site
    #: id of an order, and a day on which work was done; all days without
    visits: frozenset[tuple[int, date | None]] | None = None
    #: of orders that are not done yet as well, what is recorded so far
    interim: bool = False

    @property
    def is_all(self):
        """Whether nothing that is open is left for another time."""
        return self.until is None and self.visits is None and not self.interim

    def has(self, order_id, day):
        """:return: whether work of that order and day is asked for"""
        day = day or None
        if self.until and day and day > self.until:
            return False
        return self.visits is None or (order_id, day) in self.visits
