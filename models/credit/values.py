"""What a credit note is made of; plain values."""

from dataclasses import dataclass, field


@dataclass
class CreditOfLines:
    """A credit note to come of lines of an invoice."""

    #: id of an invoice line -> values of the line that credits it
    chosen: dict[int, dict] = field(default_factory=dict)
    #: values of further lines, which reduce the invoice as a whole
    others: list[dict] = field(default_factory=list)
    #: values of the credit note, beside those of its invoice
    values: dict = field(default_factory=dict)
