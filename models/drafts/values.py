"""Documents to come; plain values."""

from dataclasses import dataclass, field


@dataclass
class PlannedDocument:
    """One invoice, or one credit note of an invoice, before it is written."""

    orders: object
    terms: object
    works: list  # of (order, BillingLine), in the order of printing
    credited: object = None  # the invoice that a credit note names
    journal: object = None  # of an invoice

    @property
    def lines(self):
        return [line for _order, line in self.works]

    @property
    def company(self):
        return self.terms.company

    @property
    def partner(self):
        return self.credited.partner_id if self.credited else self.terms.partner

    @property
    def currency(self):
        return self.credited.currency_id if self.credited else self.terms.currency

    @property
    def untaxed(self):
        """Untaxed amount; negative on a credit note."""
        return self.currency.round(sum(line.subtotal for line in self.lines))

    @property
    def total(self):
        """The same with taxes."""
        return self.currency.round(sum(line.total for line in self.lines))

    @property
    def is_credit(self):
        """Whether it is a credit note."""
        return self.currency.compare_amounts(self.total, 0) < 0 or bool(self.credited)

    def get_lines_of(self, order):
        """:return: list of the lines of one of the orders"""
        return [line for other, line in self.works if other == order]


@dataclass
class PlannedGroup:
    """What is created together or not at all: an invoice, and the credit notes of what
    was taken back on its orders.
    """

    orders: object
    documents: list = field(default_factory=list)  # of PlannedDocument


@dataclass
class BillingPlan:
    """What orders that are invoiced at once come to; nothing of it is written."""

    orders: object
    groups: list = field(default_factory=list)  # of PlannedGroup
    left_out: dict = field(default_factory=dict)  # order -> why, and what to do
    #: the same, where it is Odoo that refuses, whatever other orders leave
    refused: dict = field(default_factory=dict)
    empty: list = field(default_factory=list)  # orders with nothing to be invoiced
    choices: object = None  # the BillingChoices that it was planned with
    together: object = None  # BilledTogether: what its orders leave to others

    @property
    def documents(self):
        return [document for group in self.groups for document in group.documents]

    def take_out(self, orders):
        """Take ``orders`` out of the plan, and so what is on one document with them."""
        self.groups = [group for group in self.groups if not group.orders & orders]
        self.empty = [order for order in self.empty if order not in orders]
        for order in orders:
            self.left_out.pop(order, None)
