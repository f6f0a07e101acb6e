"""Notifications written once more: what failed at a channel, found by its deliveries.

The notification keeps its id and counts one more in `again`, so that the channel's loop takes it for a new one; what it
tells keeps its message id, so that a receiver sees the repeat. At another channel it is a notification of its own.
"""

from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiokafka.structs import ConsumerRecord

from schemas import Delivery, Notification, Outcome
from schemas.ids import notification_id
from services.alerting.notify.addressed import addressed, is_addressed_to
from services.backbone.clients import Writer, new_producer
from services.backbone.record import OutgoingRecord, trace_of
from services.backbone.settings import KafkaSettings
from services.backbone.topics import DELIVERIES, NOTIFICATIONS
from services.cli.connection import connected
from services.cli.stored import Stored, opened

STAGE: Final = "cli"
REACH_BACK: Final = timedelta(days=14)
"""So long before its attempts a notification may have been written: it was held for hours, and tried for days."""


@dataclass(frozen=True, slots=True)
class SentAgain:
    """What came of it, in notifications."""

    written: int
    under_way: int
    """Somebody has asked for it before, and it is not known yet what comes of that."""
    gone: int
    """They stand on the topic no longer."""


async def send_again(kafka: KafkaSettings, channel: str, since: datetime, alert: str | None, target: str) -> SentAgain:
    """Write what failed once more; of one alert what went there, whatever became of it.

    Args:
        kafka: the broker.
        channel: where it failed.
        since: only what had an attempt from then on.
        alert: only this one.
        target: the channel that is to have it.
    """
    async with opened(kafka) as stored:
        ended = await _last_attempts(stored, channel, since, alert)
        if not ended:
            return SentAgain(0, 0, 0)
        known = await _known(stored, ended, channel, target, since)
    records, under_way = [], 0
    for identifier, (record, newest) in known.newest.items():
        if alert is None and newest.event_id != ended[identifier].notification_id:
            under_way += 1
        else:
            records.append(_record(record, newest, target, known.elsewhere))
    async with connected(new_producer(kafka), kafka) as producer:
        await Writer(producer).write(records)
    return SentAgain(len(records), under_way, len(ended) - len(known.newest))


async def _last_attempts(stored: Stored, channel: str, since: datetime, alert: str | None) -> Mapping[str, Delivery]:
    """The newest attempt of each notification that is to be sent again, by `Notification.id`."""
    newest: dict[str, Delivery] = {}
    events = stored.events(DELIVERIES, since, None if alert is None else [alert])
    async with aclosing(events) as deliveries:
        async for _, delivery in deliveries:
            if delivery.channel == channel and delivery.notification_id:
                newest[delivery.notification_id.partition(".")[0]] = delivery
    if alert is not None:
        return newest
    return {name: attempt for name, attempt in newest.items() if attempt.outcome is Outcome.FAILED}


@dataclass(frozen=True, slots=True)
class _Known:
    """What stands on `notifications`."""

    newest: dict[str, tuple[ConsumerRecord, Notification]]
    """Of each that is to be sent again the newest record, by `Notification.id`."""
    elsewhere: dict[str, int]
    """How often each was sent again that is at the other channel already."""


async def _known(stored: Stored, ended: Mapping[str, Delivery], channel: str, target: str, since: datetime) -> _Known:
    def wanted(record: ConsumerRecord) -> bool:
        return is_addressed_to(record, channel) or is_addressed_to(record, target)

    watches = {attempt.watch for attempt in ended.values()}
    keys = None if None in watches else [watch for watch in watches if watch is not None]
    known = _Known({}, {})
    async with aclosing(stored.events(NOTIFICATIONS, since - REACH_BACK, keys, wanted)) as notifications:
        async for record, notification in notifications:
            identifier, again = notification.id, notification.again
            if identifier in ended:
                before = known.newest.get(identifier)
                if before is None or before[1].again <= again:
                    known.newest[identifier] = record, notification
            elif notification.channel == target:
                known.elsewhere[identifier] = max(again, known.elsewhere.get(identifier, 0))
    return known


def _record(record: ConsumerRecord, newest: Notification, target: str, elsewhere: Mapping[str, int]) -> OutgoingRecord:
    """It is told at once, whatever it waited for before."""
    identifier, again = newest.id, newest.again + 1
    if newest.channel != target:
        identifier = notification_id(newest.message_id, target, None)
        again = elsewhere.get(identifier, -1) + 1
    changes = {"id": identifier, "channel": target, "again": again, "waits_for": None, "due_at": None}
    return addressed(newest.model_copy(update=changes), STAGE, trace_of(record), record.partition)
