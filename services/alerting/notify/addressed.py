"""A notification as a record: its channel stands in a header, so that the others' loops pass it over unread."""

from dataclasses import replace
from typing import Final

from schemas import Notification
from services.backbone.record import ConsumedRecord, OutgoingRecord, encode, header
from services.backbone.topics import NOTIFICATIONS

CHANNEL_HEADER: Final = "channel"


def addressed(
    notification: Notification, stage: str, trace: str | None = None, partition: int | None = None
) -> OutgoingRecord:
    """The record of a notification.

    Args:
        notification: what is told, and where.
        stage: the process that sends it.
        trace: `traceparent` of what led to it.
        partition: that of the alert; None lets the key decide, which comes to the same.

    Raises:
        RecordTooLarge: it would be longer than a record may be.
    """
    record = encode(NOTIFICATIONS.name, notification, stage, trace)
    headers = [*record.headers, (CHANNEL_HEADER, notification.channel.encode())]
    return replace(record, headers=headers, partition=partition)


def is_addressed_to(record: ConsumedRecord, channel: str) -> bool:
    """Whether a record may be for this channel: one without the header has to be read to know."""
    named = header(record.headers, CHANNEL_HEADER)
    return named is None or named == channel.encode()
