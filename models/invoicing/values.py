"""What several orders would be invoiced as; plain values."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class BillingChoices:
    """What somebody chose for this time, in place of what the billing policies say."""

    grouping: str | None = None
    detail: str | None = None
    invoice_date: object = None
    #: ids of lines of quotations that orders invoiced at the same time share: the first
    #: of them bills a line
    taken: set = field(default_factory=set, compare=False)
    #: id of a down payment -> what the orders invoiced so far leave to deduct of it
    advances: dict = field(default_factory=dict, compare=False)

    def take(self, lines):
        """Remember what an invoice of ``lines`` leaves to the orders after it."""
        for line in lines:
            if line.left is not None:
                self.advances[line.sale_line.id] = line.left
            elif line.sale_line:
                self.taken.add(line.sale_line.id)

    def get_grouping(self, policy):
        """:return: which orders of a billing policy come on one invoice"""
        return self.grouping or policy.grouping

    def get_detail(self, policy):
        """:return: how the hours of a billing policy are printed"""
        return self.detail or policy.detail


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
