"""What is stored of the way of alerts to their channels, gathered from the topics."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas import Acknowledgement, Alert, Delivery, Notification
from services.alerting.routing.router import STAGE
from services.backbone.clients import new_consumer
from services.backbone.settings import Settings
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, DELIVERIES, NOTIFICATIONS, E, Topic
from services.cli.connection import connected
from services.cli.stored import Stored, written_at

CLOCKS_DIFFER: Final = timedelta(hours=1)
"""At most: what follows an alert may bear an earlier time than the alert itself."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is stored, each kind in the order of time."""

    notifications: Sequence[Notification] = ()
    """To which channels they were routed."""
    deliveries: Sequence[Delivery] = ()
    """What these did with them."""
    steps: Sequence[Acknowledgement] = ()
    """What people did about the alerts."""
    written: Mapping[str, datetime] = field(default_factory=dict)
    """When each alert was written, by its event id."""
    not_read: frozenset[str] = frozenset()
    """Event ids of the alerts that the router has not come to."""


async def sent(stored: Stored, settings: Settings, watch: str, alerts: Sequence[tuple[ConsumerRecord, Alert]]) -> Sent:
    """Gather what is stored of those of these alerts that tell.

    Notifications are looked for in the partition of the watch, the rest in those of the alerts, from when the first of
    these was written.

    Args:
        stored: what is on the broker.
        settings: of the installation.
        watch: whose alerts they are.
        alerts: with the records that they stand in.

    Raises:
        TopicMismatch: a topic is missing.
    """
    told = {alert.event_id: record for record, alert in alerts if alert.tells}
    if not told:
        return Sent()
    ids = {alert.id for _, alert in alerts if alert.event_id in told}
    written = {event: written_at(record) for event, record in told.items()}
    since, marks = min(written.values()) - CLOCKS_DIFFER, [f'"{one}"'.encode() for one in ids]
    events = stored.events(NOTIFICATIONS, since, [watch], lambda record: any(mark in record.value for mark in marks))
    async with aclosing(events) as found:
        notifications = [one async for _, one in found if one.alert is not None and one.message_id in told]
    lacking = told.keys() - {one.message_id for one in notifications}
    return Sent(
        notifications,
        await _of(stored, DELIVERIES, since, ids),
        await _of(stored, ACKNOWLEDGEMENTS, since, ids),
        written,
        await _not_read(settings, {event: told[event] for event in lacking}),
    )


async def _of(stored: Stored, topic: Topic[E], since: datetime, alerts: Collection[str]) -> list[E]:
    async with aclosing(stored.events(topic, since, alerts)) as events:
        return [event async for _, event in events]


async def _not_read(settings: Settings, records: Mapping[str, ConsumerRecord]) -> frozenset[str]:
    """Which of these the router has not read; it is asked for only where something is lacking."""
    if not records:
        return frozenset()
    consumer = new_consumer(settings.kafka, group=settings.group(STAGE))
    async with connected(consumer, settings.kafka):  # it asks for the group's place, and joins nobody
        wheres = {TopicPartition(ALERTS.name, record.partition) for record in records.values()}
        reached = {where.partition: await consumer.committed(where) or 0 for where in wheres}
    return frozenset(event for event, record in records.items() if record.offset >= reached[record.partition])
