"""Who keeps orders from being invoiced; plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hold:
    """Who keeps an order from being invoiced, and why."""

    record: object  # the order itself, or its customer
    reason: object
    note: str
    until: object  # the day on which it ends, or False
    user: object
