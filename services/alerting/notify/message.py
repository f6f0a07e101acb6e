"""What a channel is given: a notification's alert, a group of them, word of a channel's trouble, or a test."""

from dataclasses import dataclass
from datetime import datetime

from schemas import Alert, AlertGroup, ChannelIncident, Severity
from services.alerting.handling.links import Links

Told = Alert | AlertGroup | ChannelIncident
"""What a message is about."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one channel. It is the same at every attempt."""

    id: str
    """The idempotency key, as a receiver sees it."""
    event: Told
    """What programs get."""
    at: datetime
    """When it happened."""
    thread: str
    """What belongs together, for mail threads and the like."""
    severity: Severity
    channel: str
    """The channel's id in `tocsin.yaml`."""
    escalated: bool = False
    """It comes here because nobody has acknowledged it elsewhere."""
    links: Links | None = None
    """Only of alerts, and where the installation has a public address."""
    is_test: bool = False
    """Somebody tries the channel: nothing has happened."""
    trace: str = ""
    """`traceparent` of what led to it."""

    @classmethod
    def of(
        cls, event: Told, channel: str, *, escalated: bool = False, links: Links | None = None, trace: str = ""
    ) -> "Message":
        """The message that tells of an event."""
        match event:
            case Alert():
                at, thread, severity = event.rang_at, event.thread or event.id, event.watch.severity
            case AlertGroup():
                at, thread, severity = event.at, event.id, event.severity
            case ChannelIncident():
                at, thread, severity = event.at, event.id, _TROUBLE[event.state]
        return cls(event.event_id, event, at, thread, severity, channel, escalated, links, trace=trace)

    def body(self) -> bytes:
        """What programs get: `{"type", "timestamp", "data"}` as JSON in UTF-8; a test has `"test": true` besides.

        Source: Standard Webhooks 1.0, "Payload structure".
        """
        at = self.at.isoformat().replace("+00:00", "Z")
        test = '"test":true,' if self.is_test else ""
        return f'{{"type":"{self.event.ce_type}","timestamp":"{at}",{test}"data":'.encode() + self.event.write() + b"}"


_TROUBLE: dict[str, Severity] = {"raised": "high", "resolved": "normal"}
