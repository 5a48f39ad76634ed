"""What a billing run passes from step to step; plain values."""

from dataclasses import dataclass

#: state of a line -> the step that is next, and how far it has to be for that
STEPS = {"waiting": "create", "draft": "confirm", "posted": "send"}
#: what happens after the drafts are created -> the steps that a run takes
STEPS_OF = {
    "draft": ("create",),
    "post": ("create", "confirm"),
    "send": ("create", "confirm", "send"),
}


@dataclass(frozen=True)
class RunDocument:
    """Orders that came on the same documents, or on none."""

    orders: "fsm.order"
    moves: "account.move"
    problem: str = ""  # why there are no documents, and what to do


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
        together = move.fsm_order_ids & orders
        documents = move
        for other in [each for each in found if each.orders & together]:
            found.remove(other)
            together |= other.orders
            documents = other.moves | documents
        found.append(RunDocument(orders & together, documents))
    place = {order: index for index, order in enumerate(orders)}
    return sorted(found, key=lambda each: place[each.orders[0]])
