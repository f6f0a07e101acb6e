"""A group's message, made of what stands on `notifications`: while its alerts are held nothing of them is kept."""

from collections.abc import Sequence
from typing import Final

from schemas import AlertGroup, AlertItem, GroupItem, Notification, Severity
from services.alerting.notify.errand import Parcel

MOST_TITLE: Final = 300
"""Characters of a title that a group shows."""
MOST_NAMES: Final = 10

RANK: Final[dict[Severity, int]] = {"low": 0, "normal": 1, "high": 2, "critical": 3}


def as_group(parcel: Parcel, channel: str, shown: Sequence[GroupItem]) -> AlertGroup:
    """What a group's message tells.

    Args:
        parcel: a group.
        channel: where it goes.
        shown: its alerts, at least one; in whatever order, the message is the same.
    """
    assert parcel.reason is not None  # noqa: S101 - it is asked of groups
    items = sorted(shown, key=lambda each: (each.item.rang_at, each.message_id))
    return AlertGroup(
        id=parcel.message_id,
        channel=channel,
        reason=parcel.reason,
        severity=max((item.severity for item in items), key=RANK.__getitem__),
        items=tuple(items),
        stands_for=max(parcel.in_all, len(parcel.errands)),
        since=items[0].item.rang_at,
        at=parcel.at,
    )


def item_of(notification: Notification) -> GroupItem:
    """What a group shows of an alert; groups are made of what is word of an article."""
    alert = notification.alert
    assert alert is not None  # noqa: S101 - see above
    assert alert.article is not None  # noqa: S101
    article, title = alert.article, alert.article.title
    return GroupItem(
        watch=alert.watch.id,
        watch_name=alert.watch.name,
        severity=alert.watch.severity,
        message_id=alert.event_id,
        action=alert.action,
        item=AlertItem(
            alert_id=alert.id,
            reason=alert.reason,
            title=title if len(title) <= MOST_TITLE else title[: MOST_TITLE - 1] + "…",
            url=article.url,
            source=article.source,
            language=article.language,
            names=tuple(match.name for match in alert.matches[:MOST_NAMES]),
            rang_at=alert.rang_at,
            source_count=max(alert.source_count, 1),
        ),
    )
