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
class BillingPlan:
    """The documents to come, and the orders that are left out: order -> why."""

    documents: list = field(default_factory=list)  # of PlannedDocument
    left_out: dict = field(default_factory=dict)


@dataclass
class BillingSums:
    """Sums of documents in one currency."""

    documents: list = field(default_factory=list)
    untaxed: float = 0.0
    total: float = 0.0

    def add(self, document):
        self.documents.append(document)
        self.untaxed += document.untaxed
        self.total += document.total

    @property
    def order_count(self):
        return len({id_ for document in self.documents for id_ in document.orders.ids})
