"""What an e-invoice says of service orders; plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class LineFacts:
    """What one line of a document says of the work that it bills."""

    order: str = ""  # number of our order (BT-128)
    reference: str = ""  # the customer's number (BT-132)
    note: str = ""  # where the work was done (BT-127)
    site: "res.partner" = None
    first_day: date | None = None  # of the work (BG-26)
    last_day: date | None = None


@dataclass(frozen=True)
class AllowanceFacts:
    """What a document takes off, or adds, as a whole (BG-20, BG-21)."""

    amount: float  # below zero: an allowance
    category: str  # of the tax (BT-95, BT-102)
    percent: float  # of the tax (BT-96, BT-103)


@dataclass(frozen=True)
class DocumentFacts:
    """What a document says as a whole, where it is the same for all of its lines."""

    order: str  # number of our order (BT-18)
    sale: str  # number of our quotation (BT-14)
    reference: str  # the customer's number (BT-13)
    contract: str  # number of the agreement (BT-12)
    first_day: date | None  # of the work (BG-14)
    last_day: date | None
