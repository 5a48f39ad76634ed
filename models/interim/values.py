"""What is invoiced in parts; plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Visit:
    """A day on which something was done on an order that is to be invoiced."""

    order: "fsm.order"
    day: date | None  # at the site
    work: str  # in words
