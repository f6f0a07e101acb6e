"""What the answers to people need to know of an alert; the store of the API knows it."""

from dataclasses import dataclass
from typing import Protocol

from schemas import Alert, Handling
from services.alerting.api.tokens import Reach


@dataclass(frozen=True, slots=True)
class KnownAlert:
    """An alert as it stands now."""

    alert: Alert
    """Its newest record."""
    handling: Handling
    """What people did about it so far."""


class KnownAlerts(Protocol):
    """Knows alerts by their ids."""

    async def known(self, alert_id: str, reach: Reach) -> KnownAlert | None:
        """The alert of this id; None where there is none, and as quickly where its newest record may not be seen."""
        ...
