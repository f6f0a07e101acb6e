"""`tocsin deliveries` shows what became of each attempt, and sends again what failed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas import Alert, Delivery, Notification, Outcome
from schemas.ids import notification_id
from services.alerting.notify.addressed import addressed, is_addressed_to
from services.backbone.record import decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import DELIVERIES, NOTIFICATIONS
from services.cli.channel.naming import UnknownChannel
from tests.alerting.examples import alert, write_folder
from tests.backbone.on_kafka import put, stands_in
from tests.cli.command import invoke, variables_of

NOW = datetime.now(UTC)
MINUTE = timedelta(minutes=1)


def notification(told: Alert, channel: str, **more: Any) -> Notification:
    identifier = notification_id(told.event_id, channel, more.get("waits_for"))
    return Notification(id=identifier, channel=channel, routed_at=NOW - MINUTE, alert=told, **more)


def attempt(of: Notification, outcome: Outcome, number: int = 1, detail: str = "") -> Delivery:
    assert of.alert is not None
    return Delivery(
        alert_id=of.alert.id,
        notification_id=of.event_id,
        message_id=of.message_id,
        watch=of.alert.watch.id,
        sequence=of.alert.sequence,
        channel=of.channel,
        attempt=number,
        outcome=outcome,
        attempted_at=NOW - MINUTE,
        detail=detail,
    )


@pytest.fixture
def desk(settings: Settings) -> Settings:
    """A desk with two channels, each a terminal."""
    channels = [{"id": name, "type": "terminal"} for name in ("hook", "mail")]
    write_folder(settings.config, {"tocsin.yaml": {"channels": channels, "default_channels": ["hook"]}})
    return settings


def stand(desk: Settings, notifications: Sequence[Notification], attempts: Sequence[Delivery]) -> None:
    records = [addressed(each, "notify") for each in notifications]
    asyncio.run(put(desk, [*records, *(encode(DELIVERIES.name, each, "notify") for each in attempts)]))


def notified(desk: Settings) -> list[Notification]:
    """What stands on the topic beyond the first records, in the order of watches."""
    records = asyncio.run(stands_in(desk, NOTIFICATIONS.name))
    found = [decode(NOTIFICATIONS, record) for record in records]
    assert all(is_addressed_to(record, each.channel) for record, each in zip(records, found, strict=True))
    return found


def tocsin(desk: Settings, *arguments: str) -> list[str]:
    told = invoke("deliveries", *arguments, **variables_of(desk))
    assert told.exit_code == 0, told.output
    return told.stdout.splitlines()


def test_attempts_are_listed_with_outcome_and_reason_and_chosen_by_channel_outcome_alert_and_time(
    desk: Settings,
) -> None:
    first, second = notification(alert(watch="one"), "hook"), notification(alert(watch="two"), "mail")
    failed = attempt(first, Outcome.FAILED, 3, "HTTP 503; given up after 3 attempts")
    taken = attempt(second, Outcome.DELIVERED)
    stand(desk, [], [failed, taken])

    assert len(tocsin(desk, "list")) == 2
    (line,) = tocsin(desk, "list", "--channel", "hook")
    for word in ("failed", "hook", failed.alert_id, "of one", "attempt 3", "HTTP 503; given up"):
        assert word in line
    (line,) = tocsin(desk, "list", "--outcome", "delivered", "--json")
    assert Delivery.read(line.encode()) == taken
    assert len(tocsin(desk, "list", "--alert", taken.alert_id)) == 1
    tomorrow = invoke("deliveries", "list", "--since", "2999-01-01", **variables_of(desk))
    assert tomorrow.exit_code == 2


def test_what_failed_is_sent_again_under_its_message_id_and_only_that_and_only_once(desk: Settings) -> None:
    failed = notification(alert(watch="one"), "hook", waits_for="hours", due_at=NOW)
    taken = notification(alert(watch="two"), "hook")
    elsewhere = notification(alert(watch="one"), "mail")
    stand(
        desk,
        [failed, taken, elsewhere],
        [
            attempt(failed, Outcome.RETRYING, 1),
            attempt(failed, Outcome.FAILED, 2),
            attempt(taken, Outcome.DELIVERED),
            attempt(elsewhere, Outcome.FAILED),
        ],
    )

    assert tocsin(desk, "retry", "--channel", "hook") == ["1 sent again, to hook"]
    assert tocsin(desk, "retry", "--channel", "hook") == [
        "0 sent again, to hook",
        "1 more are on their way again already",
    ]

    (again,) = [each for each in notified(desk) if each not in (failed, taken, elsewhere)]
    assert (again.id, again.again, again.channel, again.waits_for, again.due_at) == (failed.id, 1, "hook", None, None)
    assert again.message_id == failed.message_id
    assert again.event_id != failed.event_id
    assert again.alert == failed.alert

    stand(desk, [], [attempt(again, Outcome.FAILED)])
    assert tocsin(desk, "retry", "--channel", "hook") == ["1 sent again, to hook"]
    assert max(each.again for each in notified(desk)) == 2


def test_one_alert_is_sent_again_even_where_it_was_taken(desk: Settings) -> None:
    wanted, other = notification(alert(watch="one"), "hook"), notification(alert(watch="two"), "hook")
    stand(desk, [wanted, other], [attempt(wanted, Outcome.DELIVERED), attempt(other, Outcome.FAILED)])
    assert wanted.alert is not None

    assert tocsin(desk, "retry", "--channel", "hook", "--alert", wanted.alert.id) == ["1 sent again, to hook"]

    assert {each.event_id for each in notified(desk)} == {wanted.id, other.id, f"{wanted.id}.1"}


def test_what_failed_at_one_channel_goes_to_another_each_time_that_it_is_asked_for(desk: Settings) -> None:
    failed = notification(alert(watch="one"), "hook")
    stand(desk, [failed], [attempt(failed, Outcome.FAILED)])

    for _ in range(2):
        assert tocsin(desk, "retry", "--channel", "hook", "--to", "mail") == ["1 sent again, to mail"]

    as_routed = notification(failed.alert, "mail") if failed.alert else None
    assert as_routed is not None
    first, second = sorted((each for each in notified(desk) if each.channel == "mail"), key=lambda each: each.again)
    assert (first.id, first.again, second.id, second.again) == (as_routed.id, 0, as_routed.id, 1)
    assert first.message_id == failed.message_id


def test_what_stands_on_the_topic_no_longer_is_said_and_an_unknown_channel_is_refused(desk: Settings) -> None:
    stand(desk, [], [attempt(notification(alert(), "hook"), Outcome.FAILED)])

    told = invoke("deliveries", "retry", "--channel", "hook", **variables_of(desk))
    assert told.stdout == "0 sent again, to hook\n"
    assert told.stderr == "1 more stand on notifications no longer\n"

    refused = invoke("deliveries", "retry", "--channel", "hok", **variables_of(desk))
    assert isinstance(refused.exception, UnknownChannel)
    assert "did you mean 'hook'" in str(refused.exception)
