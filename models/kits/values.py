"""How many kits the components delivered make; plain values."""

import math
from dataclasses import dataclass, field

from ...tools.tolerance import NOISE
from ..pricing.values import BillingItem


def take(amounts, wanted):
    """Take ``wanted`` out of signed amounts: those of the other sign come along.

    3, 2 and -1 make 4; of them, 2 are taken as -1 and 3.

    :param list amounts: pairs (item, amount)
    :return: list of pairs (item, amount taken) that come to ``wanted``
    """
    if abs(wanted) < NOISE:
        return []
    sign = 1 if wanted > 0 else -1
    other_way = [(item, amount) for item, amount in amounts if amount * sign < 0]
    rest = abs(wanted) + sum(abs(amount) for _item, amount in other_way)
    taken = other_way
    for item, amount in amounts:
        part = min(abs(amount), rest)
        if amount * sign > 0 and part > NOISE:
            taken = [*taken, (item, sign * part)]
            rest -= part
    return taken


@dataclass
class KitComponent:
    """One component of a kit on a service order, in the unit of its product."""

    in_one: float  # how much of it is in one kit
    recorded: float  # what the customer has of it, without what is billed by itself
    billed: float  # what stands on invoices as part of the kit
    billed_alone: float
    items: list[BillingItem]  # of what is open
    #: what is set aside, and how much of it
    taken: list[tuple[BillingItem, float]] = field(default_factory=list)

    def take_for(self, kits):
        """Set aside what ``kits`` more of the kit need; fewer, where it is negative."""
        total = sum(item.quantity for item in self.items)
        wanted = kits * self.in_one
        wanted = min(wanted, total) if wanted > 0 else max(wanted, total)
        if wanted * kits > 0:
            self.taken = take(self._get_amounts(), wanted)

    def get_rest(self):
        """:return: list of pairs (BillingItem, quantity): what is not set aside"""
        taken = {id(item): part for item, part in self.taken}
        return [
            (item, amount - taken.get(id(item), 0.0))
            for item, amount in self._get_amounts()
        ]

    @property
    def is_taken(self):
        return abs(self.total_taken) > NOISE

    @property
    def total_taken(self):
        return sum(part for _item, part in self.taken)

    def _get_amounts(self):
        return [(item, item.quantity) for item in self.items]


def count_kits(components):
    """:return: how many kits are to be billed: whole ones, less those on invoices"""
    parts = [component for component in components if component.in_one > NOISE]
    if not parts:
        return 0
    recorded = min(part.recorded / part.in_one for part in parts)
    billed = min(part.billed / part.in_one for part in parts)
    return max(math.floor(recorded + NOISE), 0) - max(math.floor(billed + NOISE), 0)
