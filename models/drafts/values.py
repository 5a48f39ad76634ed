"""Documents to come; plain values."""

from collections import defaultdict
from dataclasses import dataclass, field

from ..pricing.values import (
    BilledTogether,
    BillingChoices,
    BillingLine,
    BillingTerms,
)


@dataclass
class PlannedDocument:
    """One invoice, or one credit note of an invoice, before it is written."""

    orders: "fsm.order"
    terms: BillingTerms
    works: list[tuple["fsm.order", BillingLine]]  # in the order of printing
    credited: "account.move | None" = None  # the invoice that a credit note names
    journal: "account.journal | None" = None  # of an invoice

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

    def get_lines_by_order(self):
        """:return: dict order -> list of its lines"""
        lines = defaultdict(list)
        for order, line in self.works:
            lines[order].append(line)
        return lines


@dataclass
class PlannedGroup:
    """What is created together or not at all: an invoice, and the credit notes of what
    was taken back on its orders.
    """

    orders: "fsm.order"
    documents: list[PlannedDocument] = field(default_factory=list)


@dataclass
class BillingPlan:
    """What orders that are invoiced at once come to; nothing of it is written."""

    orders: "fsm.order"
    groups: list[PlannedGroup] = field(default_factory=list)
    #: order -> why it has no documents, and what to do
    left_out: dict["fsm.order", str] = field(default_factory=dict)
    #: the same, where it is Odoo that refuses, whatever other orders leave
    refused: dict["fsm.order", str] = field(default_factory=dict)
    #: orders with nothing to be invoiced
    empty: list["fsm.order"] = field(default_factory=list)
    choices: BillingChoices | None = None  # what it was planned with
    together: BilledTogether | None = None  # what its orders leave to others

    @property
    def documents(self):
        return [document for group in self.groups for document in group.documents]

    def take_out(self, orders):
        """Take ``orders`` out of the plan, and so what is on one document with them."""
        self.groups = [group for group in self.groups if not group.orders & orders]
        self.empty = [order for order in self.empty if order not in orders]
        for order in orders:
            self.left_out.pop(order, None)


@dataclass
class BillingResult:
    """What was created of orders that are invoiced apart from each other."""

    moves: "account.move"
    #: order -> why it was left out, and what to do
    left_out: dict["fsm.order", str] = field(default_factory=dict)

    def add(self, other):
        """Add what was created of other orders."""
        self.moves += other.moves
        self.left_out.update(other.left_out)


@dataclass
class DraftLine:
    """One product line of an invoice to come."""

    vals: dict
    product: "product.product"
    taxes: "account.tax"
    account: "account.account | None" = None


@dataclass
class DraftInvoice:
    """One invoice to come, as Odoo will see it."""

    vals: dict
    company: "res.company"
    currency: "res.currency"
    partner: "res.partner"  # the commercial one: that of the lines
    fiscal_position: "account.fiscal.position"
    lines: list[DraftLine]

    @property
    def is_refund(self):
        return self.vals["move_type"] == "out_refund"
