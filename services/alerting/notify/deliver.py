"""One attempt: the message of a parcel, made from what stands on `notifications`, and what the channel says to it."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final

from services.alerting.handling.links import Links
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Send
from services.alerting.notify.errand import Parcel, Place
from services.alerting.notify.grouped import as_group, item_of
from services.alerting.notify.message import Message
from services.alerting.notify.read_back import ReadBack
from services.backbone import tracing
from services.backbone.errors import BrokerUnavailable
from services.backbone.record import ConsumedRecord, decode, trace_of
from services.backbone.settings import Settings
from services.backbone.telemetry import logger
from services.backbone.topics import NOTIFICATIONS

MOST_BYTES: Final = 64 * 1024 * 1024
_GONE: Final = Answer(Verdict.NEVER, "its notification stands on the topic no more", is_the_channel=False)

log = logger()


class Kept:
    """Records of notifications that are at work, up to a bound; the others are read again when they are needed."""

    def __init__(self, back: ReadBack) -> None:
        """Keep nothing yet; read again by `back`."""
        self._back = back
        self._records: dict[Place, ConsumedRecord] = {}
        self.size_bytes = 0
        """Of all values."""

    def keep(self, record: ConsumedRecord) -> None:
        """Take a record in, if there is room."""
        if self.size_bytes + len(record.value or b"") > MOST_BYTES:
            return
        self._records[record.partition, record.offset] = record
        self.size_bytes += len(record.value or b"")

    def drop(self, place: Place) -> None:
        """Forget a record, if it is there."""
        if (record := self._records.pop(place, None)) is not None:
            self.size_bytes -= len(record.value or b"")

    def drop_all(self, is_lost: Callable[[Place], bool]) -> None:
        """Forget those of partitions that are another instance's."""
        for place in [place for place in self._records if is_lost(place)]:
            self.drop(place)

    async def get(self, place: Place) -> ConsumedRecord | None:
        """The record; None where it stands on the topic no more.

        Raises:
            BrokerUnavailable: it is not kept, and the broker does not answer.
        """
        return self._records.get(place) or await self._back.at(NOTIFICATIONS.name, *place)

    async def those(self, places: Iterable[Place]) -> AsyncIterator[ConsumedRecord]:
        """Several, those that stand on the topic still.

        Raises:
            BrokerUnavailable: the broker does not answer.
        """
        async for record in self._back.these(NOTIFICATIONS.name, places):
            yield record


async def deliver(parcel: Parcel, channel: str, send: Send, kept: Kept, settings: Settings) -> Answer:
    """Attempt once; whatever goes wrong is an answer, so that no defect loses an alert or stops the others."""
    try:
        if parcel.reason is not None:
            places = [errand.place for errand in parcel.errands]
            items = [item_of(decode(NOTIFICATIONS, record)) async for record in kept.those(places)]
            if len(items) < len(places):
                log.warning(
                    "group.is_incomplete", channel=channel, message=parcel.message_id, missing=len(places) - len(items)
                )
            if not items:
                return _GONE
            return await send(Message.of(as_group(parcel, channel, items), channel, trace=tracing.current()))
        if (record := await kept.get(parcel.only.place)) is None:
            return _GONE
        return await send(_message(record, parcel, channel, settings))
    except BrokerUnavailable as error:
        return Answer(Verdict.LATER, f"the broker does not answer: {error}", is_the_channel=False)
    except Exception as error:
        log.exception("channel.defect", channel=channel, message=parcel.message_id)
        return Answer(Verdict.LATER, f"defect of the channel: {type(error).__name__}", is_the_channel=False)


def _message(record: ConsumedRecord, parcel: Parcel, channel: str, settings: Settings) -> Message:
    notification, trace = decode(NOTIFICATIONS, record), tracing.current() or trace_of(record) or ""
    if notification.incident is not None:
        return Message.of(notification.incident, channel, trace=trace)
    assert notification.alert is not None  # noqa: S101 - it was validated
    links = Links.of(notification.alert, channel, settings)
    return Message.of(notification.alert, channel, escalated=parcel.asks_first, links=links, trace=trace)
