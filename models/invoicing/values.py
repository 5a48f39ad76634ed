"""What several orders would be invoiced as; plain values."""

from dataclasses import dataclass, field


@dataclass
class PlannedInvoice:
    """One invoice to come; a credit note has negative amounts."""

    orders: object
    terms: object
    lines: list
    untaxed: float
    total: float

    @property
    def is_credit(self):
        """Whether it is a credit note."""
        return self.terms.currency.compare_amounts(self.total, 0) < 0


@dataclass
class BillingPlan:
    """The invoices to come, and the orders that are left out: order -> why."""

    invoices: list = field(default_factory=list)
    left_out: dict = field(default_factory=dict)


@dataclass
class BillingSums:
    """Sums of invoices in one currency."""

    invoices: list = field(default_factory=list)
    untaxed: float = 0.0
    total: float = 0.0

    def add(self, invoice):
        self.invoices.append(invoice)
        self.untaxed += invoice.untaxed
        self.total += invoice.total

    @property
    def order_count(self):
        return sum(len(invoice.orders) for invoice in self.invoices)
