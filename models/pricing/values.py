"""What the pricing of service orders passes from step to step; plain values."""

from collections import ChainMap, defaultdict
from dataclasses import dataclass, field
from datetime import date

from ..ledger.values import WorkAsked


@dataclass(frozen=True, kw_only=True)
class BillingChoices(WorkAsked):
    """What somebody chose for this time: which work, and how it is invoiced."""

    #: in place of what the billing policies say
    grouping: str | None = None  # which orders come on one invoice
    detail: str | None = None  # how hours are printed
    invoice_date: date | None = None  # the day on which it is confirmed without

    def get_grouping(self, policy):
        """:return: which orders of a billing policy come on one invoice"""
        return self.grouping or policy.grouping

    def get_detail(self, policy):
        """:return: how the hours of a billing policy are printed"""
        return self.detail or policy.detail


@dataclass
class BilledShare:
    """What one of several orders takes of what they share."""

    taken: set  # see BilledTogether
    advances: dict
    creditable: dict


@dataclass
class BilledTogether:
    """What orders that are invoiced at the same time leave to those after them."""

    #: ids of lines of quotations that orders share: the first of them bills a line
    taken: set[int] = field(default_factory=set)
    #: id of a down payment -> what is left to deduct of it
    advances: dict[int, dict] = field(default_factory=dict)
    #: invoice line -> what is left to credit of it, in its unit
    creditable: dict = field(default_factory=dict)
    #: order -> its BilledShare, those first that were priced first
    shares: dict = field(default_factory=dict)

    def take(self, priced):
        """Remember what the documents of a PricedOrder leave."""
        share = BilledShare(set(), {}, priced.terms.creditable.maps[0])
        for line in priced.lines:
            if line.left is not None:
                share.advances[line.sale_line.id] = line.left
            elif line.sale_line:
                share.taken.add(line.sale_line.id)
        if share.taken or share.advances or share.creditable:
            self.shares[priced.order] = share
            self._add(share)

    def give_back(self, orders):
        """Forget what ``orders`` took: they are not invoiced, or priced anew.

        Those priced after them took of what they had left.

        :return: True if they took anything
        """
        shares = [self.shares.pop(order, None) for order in orders]
        if not any(shares):
            return False
        for known in (self.taken, self.advances, self.creditable):
            known.clear()
        for share in self.shares.values():
            self._add(share)
        return True

    def _add(self, share):
        self.taken.update(share.taken)
        self.advances.update(share.advances)
        self.creditable.update(share.creditable)


@dataclass
class BillingTerms:
    """Who pays for an order, in which currency and at which prices."""

    company: "res.company"
    partner: "res.partner"
    site: "res.partner"
    pricelist: "product.pricelist"
    currency: "res.currency"
    fiscal_position: "account.fiscal.position"
    policy: "fsm.billing.policy"
    payment_term: "account.payment.term"
    #: product id -> its taxes in the company, as they are found
    product_taxes: dict[int, "account.tax"]
    #: ids of product and fiscal position -> the taxes on the invoice
    mapped_taxes: dict[tuple[int, int], "account.tax"]
    #: ids of lines of its quotation that another order bills with this one
    taken: set[int]
    #: id of a down payment -> what such orders leave to deduct of it
    advances: dict[int, dict]
    grouping: str  # of the policy, unless somebody chose another for this time
    detail: str
    zone: str  # name of the time zone of the site: days are in it
    #: invoice line -> what may still be credited of it, in its unit; and work of an
    #: order -> what it may take back of other orders, in the unit of the product. What
    #: this order leaves, before what those invoiced with it do.
    creditable: ChainMap
    #: what documents have in common that are booked at a rate -> the rate
    rates: dict[tuple, float]
    asked: WorkAsked  # which of the open work is invoiced
    invoice_date: date | None = None


@dataclass
class BillingItem:
    """One open source, priced."""

    source: "fsm.billing.source"
    section: str
    product: "product.product"
    employee: "hr.employee"
    date: date
    quantity: float  # to print, in the unit of the product, not rounded to it
    discount: float
    note: str = ""  # the customer reads this under the product's description
    covered: float = 0.0  # what is recorded of it, in the same unit
    billed: float = 0.0  # what the ledger will say, in the unit of the source
    price_unit: float = 0.0
    problem: str = ""
    #: the line that opened this again: its price is kept
    credit: "account.move.line | None" = None
    of: "BillingItem | None" = None  # the open one that this takes something off
    #: entries of invoices that it takes off, where it is less than nothing
    entries: "fsm.billing.entry | None" = None

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

    source: "fsm.billing.source"
    recorded: float  # without what was refunded as a whole
    open: float  # what the next invoice covers
    paid: float  # what invoice lines print of it, net of credit notes
    refunded: float = 0.0  # what they printed of the rest, and was refunded


@dataclass
class BillingLine:
    """One line of the invoice to come, and the sources that it covers."""

    section: str
    product: "product.product"
    price_unit: float
    discount: float
    name: str = ""  # of a line of the quotation
    note: str = ""  # see BillingItem
    items: list[BillingItem] = field(default_factory=list)
    quantity: float = 0.0
    taxes: "account.tax | None" = None
    subtotal: float = 0.0  # untaxed, in the currency of the invoice
    total: float = 0.0  # the same with taxes
    #: the invoice whose credit note this is on, if it is
    credited: "account.move | None" = None
    origin: "account.move.line | None" = None  # the line of that invoice
    company_subtotal: float = 0.0  # of such a line: as the invoice booked it
    #: the line of the quotation, and what Odoo makes of it
    sale_line: "sale.order.line | None" = None
    vals: dict | None = None
    headings: list[dict] = field(default_factory=list)  # of the sections above it
    notes: list[dict] = field(default_factory=list)  # of the notes below it
    left: dict | None = (
        None  # of a down payment: what is left to deduct after this line
    )

    @property
    def is_time(self):
        return any(item.is_time for item in self.items)

    @property
    def is_deduction(self):
        """Whether this line deducts a down payment, or takes that back."""
        return bool(self.sale_line and self.sale_line.is_downpayment)

    @property
    def is_discount(self):
        """Whether this line takes off what nothing billed."""
        return self.quantity < 0 and not self.sale_line and not self.origin

    @property
    def unit(self):
        return self.sale_line.product_uom_id if self.sale_line else self.product.uom_id

    @property
    def employees(self):
        """The technicians of the line, each once."""
        first, *others = [item.employee for item in self._get_main_items()]
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
        return sorted({item.date for item in self._get_main_items() if item.date})

    def _get_main_items(self):
        """:return: what is worked, without what is taken back of it"""
        return [item for item in self.items if not item.of] or self.items


@dataclass
class PricedOrder:
    """What is open on one service order, priced."""

    order: "fsm.order"
    terms: BillingTerms
    lines: list[BillingLine]

    @property
    def invoiced(self):
        """Its lines that make an invoice."""
        return [line for line in self.lines if not line.credited]

    @property
    def credited(self):
        """Its lines that make credit notes: invoice -> lines."""
        found = {}
        for line in self.lines:
            if line.credited:
                found.setdefault(line.credited, []).append(line)
        return found

    @property
    def problem(self):
        """What is missing on it, and what to do; or an empty text."""
        return next((line.problem for line in self.lines if line.problem), "")


class QuotationPage:
    """The texts of a quotation, read from the top: which line they are printed with.

    A heading, and a note right below it, go with the first line billed below them; a
    note below a line goes with that one.
    """

    def __init__(self):
        # those of a section without a line billed are dropped at the next one
        self._top, self._section, self._subsection = [], [], []
        self._current = self._top
        self._above = None  # the BillingLine right above, if it is billed
        self._is_below_line = False

    def add_text(self, vals):
        """Read a section, a subsection or a note."""
        kind = vals["display_type"]
        if kind == "line_note":
            if not self._is_below_line:
                self._current.append(vals)
            elif self._above:
                self._above.notes.append(vals)
            return
        self._current = []
        if kind == "line_section":
            self._section, self._subsection = self._current, []
        else:
            self._subsection = self._current
        self._current.append(vals)
        self._above, self._is_below_line = None, False

    def add_heading(self, vals):
        """Read a line that is printed as a heading of the lines below it."""
        self._current.append(vals)

    def take_headings(self):
        """:return: list of values of what is printed above the next line, once"""
        headings = [*self._top, *self._section, *self._subsection]
        for texts in (self._top, self._section, self._subsection):
            texts.clear()
        return headings

    def add_line(self, line):
        """Read a line; it is billed where ``line`` is a BillingLine."""
        self._above, self._is_below_line = line, True


@dataclass
class SourceOnLine:
    """What stands of one source on one invoice line, in the unit of the source."""

    quantity: float = 0.0  # of the work itself
    exact: float = 0.0  # what the policy makes of it, not rounded to the line's unit
    printed: float = 0.0  # its share of the quantity printed when the line was made

    def add(self, entry):
        """Enter a row of the ledger."""
        self.quantity += entry.quantity
        self.exact += entry.qty_exact
        self.printed += entry.qty_printed


@dataclass
class Standing:
    """What stands on the invoices of one service order, net of credit notes.

    Drafts stand as well, cancelled invoices do not. Work that was refunded with all of
    its line is out of it altogether: it is neither paid nor to be paid. Of a line that
    was refunded in part, the work counts, and so does what the customer got back.
    """

    #: source -> what is printed of it today, in its unit: after the policy's rules and
    #: what a clerk changed by hand
    paid: dict["fsm.billing.source", float] = field(
        default_factory=lambda: defaultdict(float)
    )
    #: source -> what of it was refunded with all of its line, in its unit
    left_out: dict["fsm.billing.source", float] = field(
        default_factory=lambda: defaultdict(float)
    )
    #: source -> what was printed of it and refunded of a line, in its unit
    refunded: dict["fsm.billing.source", float] = field(
        default_factory=lambda: defaultdict(float)
    )
    #: product -> what its lines came to before they were rounded to its unit, and as
    #: they were printed when they were made; in its unit
    exact: dict["product.product", float] = field(
        default_factory=lambda: defaultdict(float)
    )
    printed: dict["product.product", float] = field(
        default_factory=lambda: defaultdict(float)
    )

    def get_rest(self, product):
        """:return: what rounding the lines that stand has left of ``product``, in its
        unit; negative where they are rounded up
        """
        return self.exact[product] - self.printed[product]
