"""What the pricing of service orders passes from step to step; plain values."""

from dataclasses import dataclass, field


@dataclass
class BillingTerms:
    """Who pays for an order, in which currency and at which prices."""

    company: object
    partner: object
    site: object
    pricelist: object
    currency: object
    fiscal_position: object
    policy: object
    payment_term: object
    product_taxes: dict  # product id -> its taxes in the company, as they are found
    mapped_taxes: dict  # ids of product and fiscal position -> the taxes on the invoice
    taken: set  # ids of lines of its quotation that another order bills with this one
    grouping: str  # of the policy, unless somebody chose another for this time
    detail: str
    invoice_date: object = None


@dataclass
class BillingItem:
    """One open source, priced."""

    source: object
    section: str
    product: object
    employee: object
    date: object
    quantity: float  # to print, in the unit of the product, not rounded to it
    discount: float
    note: str = ""  # the customer reads this under the product's description
    covered: float = 0.0  # what is recorded of it, in the same unit
    billed: float = 0.0  # what the ledger will say, in the unit of the source
    price_unit: float = 0.0
    problem: str = ""

    @property
    def is_time(self):
        return self.source._is_billing_time

    def get_in_unit_of_source(self, quantity):
        """:return: ``quantity`` of the product in the unit of the source"""
        return self.product.uom_id._compute_quantity(
            quantity, self.source._get_billing_unit(), round=False
        )


@dataclass
class BillingTime:
    """One record of time that a billing policy prices, in hours."""

    source: object
    recorded: float  # without what was refunded
    open: float  # what the next invoice covers
    paid: float  # what invoice lines print of it, net of credit notes


@dataclass
class BillingLine:
    """One line of the invoice to come, and the sources that it covers."""

    section: str
    product: object
    price_unit: float
    discount: float
    name: str = ""  # of a line of the quotation
    note: str = ""  # see BillingItem
    items: list = field(default_factory=list)
    quantity: float = 0.0
    taxes: object = None
    subtotal: float = 0.0  # untaxed, in the currency of the invoice
    total: float = 0.0  # the same with taxes
    base_line: dict = None  # what Odoo's tax engine made of it
    origin: object = None  # the invoice line that a credit of parts is taken off
    sale_line: object = None  # the line of the quotation, and what Odoo makes of it
    vals: dict = None
    headings: list = field(default_factory=list)  # values of the sections above it

    @property
    def is_time(self):
        return any(item.is_time for item in self.items)

    @property
    def is_deduction(self):
        """Whether this line gives back a down payment."""
        return bool(self.sale_line and self.sale_line.is_downpayment)

    @property
    def unit(self):
        return self.sale_line.product_uom_id if self.sale_line else self.product.uom_id

    @property
    def employees(self):
        """The technicians of the line, each once."""
        first, *others = [item.employee for item in self.items]
        return first.union(*others)

    @property
    def covered(self):
        """What is recorded, in the unit of the product."""
        if self.sale_line:
            return self.quantity
        return sum(item.covered for item in self.items)

    @property
    def printed(self):
        """What of the quantity falls to each item: the longest has the rounding."""
        shares = [item.quantity for item in self.items]
        if shares:
            longest = max(range(len(shares)), key=lambda index: abs(shares[index]))
            shares[longest] += self.quantity - sum(shares)
        return shares

    @property
    def problem(self):
        return next((item.problem for item in self.items if item.problem), "")

    @property
    def dates(self):
        return sorted({item.date for item in self.items if item.date})
