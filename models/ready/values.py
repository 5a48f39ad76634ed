"""What stands between a done order and its invoice; plain values."""

from dataclasses import dataclass, field


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

    #: what the message says, in numbers and names: an answer stands as long as these do
    facts: dict = field(default_factory=dict)
    #: where it is put right, if that is not the order itself
    model: str = ""
    ids: list = field(default_factory=list)
