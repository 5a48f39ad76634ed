"""What documents say of service orders; plain values."""

from dataclasses import dataclass


@dataclass
class PortalServices:
    """What the portal tells of the service orders of a document."""

    services: list[dict]  # see fsm.order._prepare_portal_service
    more: int  # how many orders there are beside these
