"""A channel that wants nothing any more: told on another one, enabled by hand, and what failed there sent again."""

import asyncio

from schemas import Alert
from services.backbone.record import encode
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS
from services.cli.run import Stage
from tests.alerting.examples import SECRET
from tests.bench.kafka import produce
from tests.cli.command import invoke, variables_of
from tests.faults.fickle_receiver import FickleReceiver, Says
from tests.flow.test_notify_killed import made
from tests.vocabulary import LOOPBACK, Desk


def hook(name: str, receiver: FickleReceiver) -> dict[str, object]:
    secret = {"env": "WEBHOOK_SECRET"}
    return {"id": name, "type": "webhook", "url": receiver.url, "secret": secret, "allow_networks": [LOOPBACK]}


def rings(desk: Desk, alert: Alert) -> None:
    asyncio.run(produce(desk.settings.kafka, [encode(ALERTS.name, alert, "decide")]))


def tocsin(settings: Settings, *arguments: str) -> str:
    told = invoke(*arguments, **variables_of(settings))
    assert told.exit_code == 0, told.output
    return told.stdout


def incidents(receiver: FickleReceiver) -> list[str]:
    told = [payload["data"] for payload in receiver.payloads if payload["type"] == "tocsin.channel-incident.v1"]
    return [f"{data['channel']} {data['kind']} {data['state']}" for data in told]


def test_a_channel_that_answers_410_is_disabled_told_of_enabled_and_made_up_for(settings: Settings) -> None:
    first, second = made(2)
    with (
        FickleReceiver(SECRET, {Says.GONE: 1}, seed=0).open() as left,
        FickleReceiver(SECRET, {Says.TAKEN: 1}, seed=0).open() as other,
    ):
        desk = Desk(settings, {"WEBHOOK_SECRET": SECRET})
        channels = [hook("left", left), hook("other", other)]
        desk.writes("tocsin.yaml", {"channels": channels, "default_channels": ["left", "other"]})
        with desk.running(Stage.NOTIFY):
            rings(desk, first)
            desk.eventually(lambda: incidents(other) == ["left disabled raised"], "its trouble is told on the other")
            rings(desk, second)
            desk.eventually(lambda: second.id in other.taken, "the other goes on")
            desk.eventually(
                lambda: tocsin(settings, "deliveries", "list", "--channel", "left").count("failed") == 2, "both failed"
            )
            assert left.said.total() == 1
            assert "disabled" in tocsin(settings, "channel", "list")

            left.turns(Says.TAKEN)
            assert "left is told again" in tocsin(settings, "channel", "enable", "left")
            assert tocsin(settings, "deliveries", "retry", "--channel", "left") == "2 sent again, to left\n"
            desk.eventually(lambda: set(left.taken) == {first.id, second.id}, "what failed is sent again")
            desk.eventually(lambda: "left disabled resolved" in incidents(other), "that it is over is told")
            desk.stops(Stage.NOTIFY)
    assert [left.taken[first.id], left.taken[second.id]] == [1, 1]
    assert not left.refused
