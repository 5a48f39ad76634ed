"""Who keeps orders from being invoiced; plain values."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Hold:
    """Who keeps an order from being invoiced, and why."""

    record: "fsm.order | res.partner"  # the order itself, or its customer
    reason: "fsm.billing.hold.reason"
    note: str
    until: date | bool  # the day on which it ends, or False
    user: "res.users"
