"""Messages as channels get them."""

from dataclasses import replace
from datetime import timedelta

from schemas import ChannelIncident
from services.alerting.notify.message import Message
from tests.alerting.examples import NOON, alert

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def message(slug: str = "one", *, title: str | None = None) -> Message:
    """Word of an alert, with this title in its article."""
    event = alert(slug=slug)
    if title is not None and event.article is not None:
        event = event.model_copy(update={"article": event.article.model_copy(update={"title": title})})
    return Message.of(event, "desk", trace=TRACE)


def a_test() -> Message:
    """Somebody tries the channel."""
    return replace(message(), id="test-1", is_test=True)


def trouble() -> Message:
    """Word of another channel's trouble."""
    incident = ChannelIncident(
        id="inc-1",
        channel="pager",
        kind="dead",
        state="raised",
        since=NOON,
        at=NOON + timedelta(hours=1),
        reason="HTTP 503",
        fix="see what the endpoint says",
    )
    return Message.of(incident, "desk")
