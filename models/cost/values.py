"""What parts cost us; plain values."""

from dataclasses import dataclass


@dataclass
class PartsCost:
    """What parts of one product cost, on one line of an invoice."""

    value: float = 0.0  # the expense, not rounded; negative on credit notes
    quantity: float = 0.0  # in the product's own unit

    def __add__(self, other):
        return PartsCost(self.value + other.value, self.quantity + other.quantity)

    def __sub__(self, other):
        return PartsCost(self.value - other.value, self.quantity - other.quantity)

    def __mul__(self, share):
        return PartsCost(self.value * share, self.quantity * share)
