"""What documents say of service orders; plain values."""

from dataclasses import dataclass, field


@dataclass
class PortalServices:
    """What the portal tells of the service orders of a document."""

    services: list[dict]  # see fsm.order._prepare_portal_service
    more: int  # how many orders there are beside these


@dataclass
class ReportPhotos:
    """The photos of an order, as its report has them."""

    #: list of dict: ``src`` (data URI, empty if it is too large to read), ``caption``
    printed: list = field(default_factory=list)
    left_out: int = 0  # how many more there are
