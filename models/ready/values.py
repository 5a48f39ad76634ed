"""What stands between a done order and its invoice; plain values."""

from dataclasses import dataclass, field

#: where hours are approved
HOURS = "fsm.billing.work"


@dataclass(frozen=True)
class Readiness:
    """Orders with something to invoice, by what stands in the way."""

    ready: "fsm.order"
    check: "fsm.order"
    hold: "fsm.order"


@dataclass(frozen=True)
class Check:
    """One thing that an examination of orders looks at."""

    kind: str  # "problem", "rule" or "warning", see fsm.billing.finding
    switch: str = ""  # the field of the billing policy that asks for it, if one does


@dataclass
class Found:
    """What one check finds on one order."""

    #: what the message says, in numbers and names
    facts: dict = field(default_factory=dict)
    #: what an answer is for, and stands as long as: the facts, unless the message says
    #: less, or says it in words of a language
    seen: list | None = None
    #: where it is put right, if that is not the order itself
    model: str = ""
    ids: list = field(default_factory=list)


@dataclass(frozen=True)
class Spent:
    """Where another module puts what was spent on an order."""

    model: str
    states: tuple[str, ...]  # in which it was agreed to
    amount: str  # the field that says how much it was
    billers: tuple[str, ...] = ()  # fields that say who bills it
