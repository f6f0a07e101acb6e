"""`tocsin channel` shows how the ways out fare, tries one, and lets one be told again."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import ChannelState, Delivery, Notification, Outcome
from services.alerting.notify.installation import load_installation
from services.backbone.errors import ConfigurationError
from services.backbone.keyed_state import restore
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import CHANNEL_INCIDENTS, CHANNEL_STATE, DELIVERIES, NOTIFICATIONS
from services.cli.channel.naming import UnknownChannel
from tests.alerting.examples import SECRET, write_folder
from tests.backbone.on_kafka import put, stands_in
from tests.cli.command import invoke, variables_of
from tests.faults.fickle_receiver import FickleReceiver, Says
from tests.vocabulary import LOOPBACK

NOW = datetime.now(UTC)
NOBODY = {"TOCSIN_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}


def written(folder: Path, url: str = "https://desk.example/hook", **more: Any) -> Path:
    """A folder with a webhook and a terminal, who is told of trouble."""
    hook = {"id": "hook", "type": "webhook", "url": url, "secret": {"env": "HOOK_SECRET"}, **more}
    channels = [hook, {"id": "screen", "type": "terminal"}]
    return write_folder(folder, {"tocsin.yaml": {"channels": channels, "default_channels": ["hook", "screen"]}})


def digest(folder: Path, name: str) -> str:
    return next(config.digest for config, _, _ in load_installation(folder).channels if config.id == name)


def state(settings: Settings, **more: Any) -> ChannelState:
    return ChannelState(channel="hook", config=digest(settings.config, "hook"), at=NOW, reason="HTTP 410", **more)


def tocsin(settings: Settings, *arguments: str) -> list[str]:
    told = invoke("channel", *arguments, **variables_of(settings))
    assert told.exit_code == 0, told.output
    return told.stdout.splitlines()


def stand(settings: Settings, records: Sequence[OutgoingRecord]) -> None:
    asyncio.run(put(settings, records))


def test_a_test_message_goes_through_the_real_channel_and_says_that_it_is_one(tmp_path: Path) -> None:
    with FickleReceiver(SECRET, {Says.TAKEN: 1}, seed=0).open() as receiver:
        folder = written(tmp_path, receiver.url, allow_networks=[LOOPBACK])
        told = invoke("channel", "test", "hook", "--config", folder, HOOK_SECRET=SECRET)

    assert told.exit_code == 0, told.output
    assert told.stdout.startswith("hook took it: HTTP 200")
    (message,) = receiver.taken
    assert message.startswith("test-")
    assert f"id {message}" in told.stdout
    (payload,) = receiver.payloads
    assert payload["test"] is True
    assert payload["type"] == "tocsin.alert.v1"
    assert "test" in payload["data"]["article"]["title"]


@pytest.mark.parametrize(
    ("says", "words"),
    [(Says.ERROR, "did not take it; an alert would be tried again: HTTP 500: oops"), (Says.CUT, "did not take it")],
)
def test_what_is_not_taken_ends_with_status_1_and_what_was_answered(tmp_path: Path, says: Says, words: str) -> None:
    with FickleReceiver(SECRET, {says: 1}, seed=0).open() as receiver:
        folder = written(tmp_path, receiver.url, allow_networks=[LOOPBACK])
        told = invoke("channel", "test", "hook", "--config", folder, HOOK_SECRET=SECRET)

    assert told.exit_code == 1
    assert words in told.stdout


def test_a_channel_that_is_unknown_or_lacks_its_secret_is_refused_with_the_fix(tmp_path: Path) -> None:
    folder = written(tmp_path)

    unknown = invoke("channel", "test", "hok", "--config", folder).exception
    assert isinstance(unknown, UnknownChannel)
    assert "did you mean 'hook'" in str(unknown)
    unusable = invoke("channel", "test", "hook", "--config", folder).exception
    assert isinstance(unusable, ConfigurationError)
    assert "tocsin.yaml:" in str(unusable)
    assert "HOOK_SECRET is not set" in str(unusable)


def test_channels_are_listed_with_state_lag_and_last_outcome(settings: Settings) -> None:
    written(settings.config)
    attempts = [
        Delivery(
            alert_id="alr-1", channel="hook", attempt=each, outcome=Outcome.RETRYING, attempted_at=NOW, detail=said
        )
        for each, said in ((1, "HTTP 500"), (2, "HTTP 503"))
    ]
    failing = state(settings, failing_since=NOW - timedelta(minutes=90))
    others = ChannelState(channel="screen", config="of another description", disabled_at=NOW, at=NOW)
    stand(
        settings,
        [
            *(encode(DELIVERIES.name, each, "notify") for each in attempts),
            *(encode(CHANNEL_STATE.name, each, "notify") for each in (failing, others)),
        ],
    )

    hook, screen = map(json.loads, tocsin(settings, "list", "--json"))
    assert (hook["id"], hook["type"], hook["state"], hook["behind"]) == ("hook", "webhook", "dead", None)
    assert (hook["last"]["attempt"], hook["last"]["detail"]) == (2, "HTTP 503")
    assert (screen["state"], screen["last"]) == ("ok", None)
    shown = "\n".join(tocsin(settings, "list"))
    for word in ("dead", "never began", "retrying: HTTP 503", "none of late"):
        assert word in shown


def test_without_a_broker_the_configuration_is_listed(tmp_path: Path) -> None:
    told = invoke("channel", "list", "--config", written(tmp_path), **NOBODY)

    assert told.exit_code == 0
    assert [line.split() for line in told.stdout.splitlines()[1:]] == [["hook", "webhook"], ["screen", "terminal"]]
    assert "how they fare is not known" in told.stderr


def test_a_disabled_channel_is_told_again_once_it_is_enabled_and_that_its_trouble_is_over(settings: Settings) -> None:
    written(settings.config)
    assert tocsin(settings, "enable", "hook") == ["hook was not disabled"]
    stand(settings, [encode(CHANNEL_STATE.name, state(settings, disabled_at=NOW, told_at=NOW), "notify")])

    first, second = tocsin(settings, "enable", "hook")

    assert "hook is told again" in first
    assert "tocsin deliveries retry --channel hook" in second
    after = asyncio.run(restore(settings.kafka, CHANNEL_STATE))["hook"]
    assert (after.disabled_at, after.told_at, after.failing_since) == (None, None, None)
    (incident,) = [decode(CHANNEL_INCIDENTS, each) for each in asyncio.run(stands_in(settings, CHANNEL_INCIDENTS.name))]
    assert (incident.kind, incident.state, incident.since) == ("disabled", "resolved", NOW)
    word: list[Notification] = [
        decode(NOTIFICATIONS, each) for each in asyncio.run(stands_in(settings, NOTIFICATIONS.name))
    ]
    assert [(each.channel, each.incident) for each in word] == [("screen", incident)]
    assert tocsin(settings, "enable", "hook") == ["hook was not disabled"]
