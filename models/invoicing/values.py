"""What several orders would be invoiced as; plain values."""

from dataclasses import dataclass, field

from ..drafts.values import PlannedDocument


@dataclass
class BillingSums:
    """Sums of documents in one currency."""

    documents: list[PlannedDocument] = field(default_factory=list)
    untaxed: float = 0.0
    total: float = 0.0

    def add(self, document):
        self.documents.append(document)
        self.untaxed += document.untaxed
        self.total += document.total

    @property
    def order_count(self):
        return len({id_ for document in self.documents for id_ in document.orders.ids})
