"""What a billing run passes from step to step; plain values."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

#: state of a line -> the step that is next, and how far it has to be for that
STEPS = {"waiting": "create", "draft": "confirm", "posted": "send"}
#: what happens after the drafts are created -> the steps that a run takes
STEPS_OF = {
    "draft": ("create",),
    "post": ("create", "confirm"),
    "send": ("create", "confirm", "send"),
}


@dataclass(frozen=True)
class Sending:
    """Odoo sends in the background; nobody gives it from outside, in a context."""

    sent_before: "account.move"


@dataclass(frozen=True)
class RunDocument:
    """Orders that came on the same documents, or on none."""

    orders: "fsm.order"
    moves: "account.move"
    problem: str = ""  # why there are no documents, and what to do
    is_left: bool = False  # another run has them


def get_connected(orders, moves):
    """Say which orders came on the same documents.

    Orders A and B on one invoice, and a credit note of B: one of A, B and both
    documents.

    :param orders: recordset of fsm.order
    :param moves: the documents created from them
    :return: list of RunDocument, in the order of ``orders``; those on no document
        are left out
    """
    found = []
    for move in moves:
        # a credit note stands on the orders of its invoice: whose work it takes back
        # is in its entries
        entries = move.line_ids.fsm_billing_entry_ids
        sources = [entry._get_source() for entry in entries]
        named = (move.fsm_order_ids | entries.order_id).union(
            *(source.fsm_order_id for source in sources)
        )
        together = named & orders
        if not together:
            continue
        documents = move
        for other in [each for each in found if each.orders & together]:
            found.remove(other)
            together |= other.orders
            documents = other.moves | documents
        found.append(RunDocument(orders & together, documents))
    place = {order: index for index, order in enumerate(orders)}
    return sorted(found, key=lambda each: place[each.orders[0]])


def pack_visits(visits):
    """:return: ``visits`` of WorkAsked as JSON has them, or None for all"""
    if visits is None:
        return None
    # as a dict: a field takes an empty list for no value, and that would be all
    return {"chosen": [[order_id, day and str(day)] for order_id, day in visits]}


def unpack_visits(packed):
    """:return: the visits that :func:`pack_visits` packed"""
    if not packed:
        return None
    return frozenset(
        (order_id, date.fromisoformat(day) if day else None)
        for order_id, day in packed["chosen"]
    )


@dataclass
class RunCounts:
    """How many lines of a run are how far."""

    after: str  # what happens once the drafts are there
    orders: int = 0
    states: Counter = field(default_factory=Counter)
    failed: Counter = field(default_factory=Counter)  # by the step that failed

    def add(self, state, failed_step, count, orders):
        self.orders += orders
        self.states[state] += count
        if state == "failed":
            self.failed[failed_step] += count

    def get_figures(self):
        """:return: dict: values of the fields of the run"""
        states, steps = self.states, STEPS_OF[self.after]
        count = states.total()
        # what could not be sent was confirmed, and what could not be confirmed created
        sent = states["sent"] + states["print"] + states["printed"]
        confirmed = sent + states["posted"] + self.failed["send"]
        created = confirmed + states["draft"] + self.failed["confirm"]
        left = sum(
            states[state] * len(steps[steps.index(step) :])
            for state, step in STEPS.items()
            if step in steps
        )
        total = count * len(steps)
        return {
            "order_count": self.orders,
            "line_count": count - states["skipped"],
            "created_count": created,
            "confirmed_count": confirmed,
            "sent_count": states["sent"],
            "to_print_count": states["print"],
            "printed_count": states["printed"],
            "failed_count": states["failed"],
            "skipped_count": states["skipped"],
            "steps_left": left,
            "progress": 100.0 * (total - left) / total if total else 100.0,
        }
