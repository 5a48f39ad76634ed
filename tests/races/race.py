"""The words in which a race is written down: who does what, and what is right then."""

import re
from dataclasses import dataclass, field

from .people import Request, clerk

#: what is right of a second one who has nothing to wait for
NO_WAIT = {"waits": False}
#: what they wait for who want to bill an order that others are billing
AT_THE_ORDER = {"waits": r'(?s)^\s*SELECT\b.* FROM "?fsm_order"? .*FOR UPDATE'}
#: what Odoo says of a record that others still name
ARCHIVE_INSTEAD = "How about archiving the record instead?"


@dataclass
class Race:
    """Two requests whose transactions overlap: the first commits before the second.

    Records go by their names, which are attributes of the test. What is right is a
    dictionary: ``"<record>.<path of fields>"``, or ``"<fact> of <record>"`` for what a
    method ``_find_<fact>`` of the test finds -> the value, the name of a record, or the
    sorted list of several values. Nobody is refused, and the second one waits for the
    first, unless it says so (``refused``, ``first_refused``, ``NO_WAIT``).

    :param swapped: what is right if the second one comes first, which is a test as well
    :param given: name -> request: what is there before, beside the givens of the class
    :param queue: the record at whose lock both come together; otherwise, the second one
        starts when the first has done its work
    :param then: requests that are made afterwards, and at_last: what is right then
    """

    name: str
    first: Request
    second: Request
    right: dict
    swapped: dict | None = None
    given: dict = field(default_factory=dict)
    queue: str = ""
    then: tuple = ()
    at_last: dict = field(default_factory=dict)

    def list_tests(self):
        """:return: list of (name of a test, requests in order, what is right)"""
        name = "test_" + re.sub(r"\W+", "_", self.name)
        tests = [(name, (self.first, self.second), self.right)]
        if self.swapped is not None:
            swapped = (self.second, self.first)
            tests.append((f"{name}_the_other_way_round", swapped, self.swapped))
        return tests


# --- what is right ---
def hours(billed, to_bill, status, order="order"):
    """:return: the hours of an order, which the customer owes at 60.00 if billed"""
    return {f"hours of {order}": (billed, to_bill, 60 * billed, status)}


def invoiced(amount, status="draft", order="order"):
    """:return: the amount invoiced of an order, without what is credited, and status"""
    return {f"invoiced of {order}": amount, f"{order}.billing_status": status}


def sold(status, quantities, *amounts):
    """:return: quantity invoiced of each line sold, and the invoices if they matter"""
    right = {"quantities of sale": quantities, "order.billing_status": status}
    return right | ({"amounts of sale": list(amounts)} if amounts else {})


def refused(pattern):
    """:return: what the second one is told; ``{invoice.name}`` is filled in"""
    return {"second": pattern}


def first_refused(pattern):
    return {"first": pattern}


def one_stands(name, first, second, right, swapped, **values):
    """:return: the race of two credit notes, of which who is first is posted alone"""

    def stand(one, other):
        told = refused(rf"(?s){{{one}.name}}.* would credit .*{{invoice.name}}")
        return told | {f"{one}.state": "posted", f"{other}.state": "draft"}

    return Race(
        name,
        clerk.posts(first),
        clerk.posts(second),
        right | stand(first, second),
        swapped | stand(second, first),
        **values,
    )
