"""Alerts as records become notifications as records: decided once."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import Alert, Held, Notification
from schemas.ids import notification_id
from services.alerting.notify.addressed import CHANNEL_HEADER
from services.alerting.notify.routing import Routes, load_routes
from services.alerting.routing.placed import DECISION_HEADER, Decision, Placed
from services.alerting.routing.router import FRESH, Router
from services.backbone.errors import UnreadableRecord
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, encode, header
from services.backbone.topics import ALERTS, NOTIFICATIONS
from tests.alerting.examples import NOON, PACK, alert, write_folder

PARTITION = 3
MINUTE = timedelta(minutes=1)
CHANNELS = [{"id": name, "type": "terminal"} for name in ("desk", "mail", "chat", "pager")]


class Desk:
    """An installation whose routes can be edited, its clock, and the router in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOON
        self.asked_for: list[str] = []
        self.router = self.new_router()

    def new_router(self) -> Router:
        """One that remembers nothing: as after a restart."""
        return Router("notify", lambda: self.routes, self.catch_up, lambda: self.now)

    def write(self, *routes: dict[str, Any], **watch: Any) -> None:
        installation = {"channels": CHANNELS, "default_channels": ["desk"], "routes": list(routes)}
        watches = [{"id": "ttp", "any": [{"actor": "ttp"}], **watch}]
        write_folder(
            self.folder, {"tocsin.yaml": installation, "pack/a.yaml": PACK, "watches/a.yaml": {"watches": watches}}
        )
        self.routes: Routes = load_routes(self.folder)

    async def catch_up(self, watch: str) -> None:
        self.asked_for.append(watch)
        self.routes = load_routes(self.folder)

    async def handle(self, alert: Alert) -> list[OutgoingRecord]:
        sent = encode(ALERTS.name, alert, "decide")
        return await self.router.handle(ReadRecord(ALERTS.name, PARTITION, 7, sent.key, sent.value, sent.headers))

    async def told(self, alert: Alert) -> list[str]:
        return channels(await self.handle(alert))

    def restore(self, records: Sequence[OutgoingRecord]) -> None:
        """Let a new router take over, with these records on the topic."""
        self.router = self.new_router()
        for record in records:
            decision = Decision.read(header(record.headers, DECISION_HEADER) or b"")
            assert decision is not None
            self.router.placed(PARTITION).put(decision, [(header(record.headers, "ce_id") or b"").decode()])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.write()
    return desk


def rang(**more: Any) -> Alert:
    return alert().model_copy(update={"rang_at": NOON, **more})


def update(ring: Alert, sequence: int = 1, **more: Any) -> Alert:
    return ring.model_copy(update={"action": "update", "sequence": sequence, **more})


def channels(records: Sequence[OutgoingRecord]) -> list[str]:
    return [(header(record.headers, CHANNEL_HEADER) or b"").decode() for record in records]


def notifications(records: Sequence[OutgoingRecord]) -> list[Notification]:
    return [Notification.read(record.value or b"") for record in records]


KABUL = {"name": "kabul", "channels": ["mail"], "escalate": {"after": "15m", "channels": ["pager"]}}


async def test_an_alert_becomes_one_notification_a_channel_in_the_partition_of_its_number(desk: Desk) -> None:
    desk.write(KABUL)
    ring = rang()
    records = await desk.handle(ring)
    told, called = notifications(records)

    assert {(record.topic, record.key, record.partition) for record in records} == {
        (NOTIFICATIONS.name, b"ttp", PARTITION)
    }
    assert channels(records) == ["mail", "pager"]
    assert told.id == notification_id(ring.event_id, "mail", None)
    assert (told.alert, told.route, told.waits_for, told.due_at) == (ring, ("default", "kabul"), None, None)
    assert (called.waits_for, called.due_at, called.routed_at) == ("acknowledgement", NOON + 15 * MINUTE, NOON)


async def test_what_is_held_is_not_routed_and_what_is_told_later_is(desk: Desk) -> None:
    held = rang(held=Held.OUTSIDE_HOURS)

    assert await desk.told(held) == []
    assert await desk.told(update(held)) == []
    assert await desk.told(rang(sequence=2)) == ["desk"]


async def test_what_is_told_later_calls_others_so_long_after_it_is_told_not_after_it_rang(desk: Desk) -> None:
    desk.write(KABUL)
    desk.now = NOON + timedelta(hours=8)
    _, called = notifications(await desk.handle(rang(sequence=1)))

    assert called.due_at == desk.now + 15 * MINUTE


async def test_a_record_that_is_no_alert_is_refused(desk: Desk) -> None:
    with pytest.raises(UnreadableRecord):
        await desk.router.handle(ReadRecord(ALERTS.name, PARTITION, 7, b"ttp", b"not JSON", []))


# once


async def test_a_record_that_comes_again_after_all_was_written_gives_nothing(desk: Desk) -> None:
    desk.write(KABUL)
    ring = rang()
    records = await desk.handle(ring)
    desk.write({"channels": ["chat"]})

    assert await desk.told(ring) == []
    desk.restore(records)
    assert await desk.told(ring) == []


async def test_a_kill_between_two_notifications_leaves_the_decision_as_it_was(desk: Desk) -> None:
    desk.write(KABUL)
    ring = rang()
    first, second = await desk.handle(ring)
    desk.write({"channels": ["chat"]})
    desk.now += 5 * MINUTE
    desk.restore([first])
    [again] = await desk.handle(ring)

    assert (again.value, again.partition) == (second.value, second.partition)


async def test_a_kill_before_any_was_written_lets_it_be_decided_by_what_is_in_force_now(desk: Desk) -> None:
    desk.write(KABUL)
    await desk.handle(rang())
    desk.write({"channels": ["chat"]})
    desk.restore([])

    assert await desk.told(rang()) == ["chat"]


# updates


async def test_an_update_follows_its_ring_over_a_reload_and_a_restart(desk: Desk) -> None:
    desk.write(KABUL)
    ring = rang()
    records = await desk.handle(ring)
    desk.write({"channels": ["chat"]})

    assert await desk.told(update(ring)) == ["mail", "pager"]
    desk.restore(records)
    assert await desk.told(update(ring)) == ["mail", "pager"]


async def test_an_update_whose_ring_was_never_routed_goes_by_the_routes_and_so_do_those_after_it(desk: Desk) -> None:
    ring = rang()

    assert await desk.told(update(ring, 1)) == ["desk"]
    desk.write({"channels": ["chat"]})
    assert await desk.told(update(ring, 2)) == ["desk"]


async def test_an_update_goes_by_the_routes_where_the_channels_of_its_ring_are_all_gone(desk: Desk) -> None:
    desk.write({"channels": ["chat"]})
    ring = rang()
    await desk.handle(ring)
    desk.routes = load_routes(write_folder(desk.folder, {"tocsin.yaml": {"channels": CHANNELS[:1]}}))
    assert await desk.told(update(ring)) == []

    installation = {"channels": CHANNELS[:1], "default_channels": ["desk"]}
    desk.routes = load_routes(write_folder(desk.folder, {"tocsin.yaml": installation}))
    assert await desk.told(update(ring, 2)) == ["desk"]


async def test_an_alert_that_rings_again_goes_by_the_routes_and_its_updates_to_all_that_were_told(desk: Desk) -> None:
    ring = rang()
    await desk.handle(ring)
    desk.write({"channels": ["chat"]})

    assert await desk.told(ring.model_copy(update={"sequence": 1})) == ["chat"]
    assert await desk.told(update(ring, 2)) == ["desk", "chat"]


async def test_who_was_told_nothing_is_told_of_updates_by_the_routes(desk: Desk) -> None:
    desk.write({"match": {"action": "ring"}, "channels": []})
    ring = rang()

    assert await desk.told(ring) == []
    assert await desk.told(update(ring)) == ["desk"]


# the watch's own choice, and configurations that are newer elsewhere


async def test_the_choice_of_a_watch_comes_before_the_routes(desk: Desk) -> None:
    desk.write({"name": "all", "channels": ["mail"]}, channels=["chat"])
    [told] = notifications(await desk.handle(rang()))

    assert (told.channel, told.route) == ("chat", ("default", "watch ttp"))


async def test_an_alert_of_a_configuration_that_is_not_known_yet_waits_for_it_once(desk: Desk) -> None:
    before = desk.routes
    desk.write(channels=["chat"])
    newer = desk.routes.book.digest
    desk.routes = before

    assert await desk.told(rang(config_digest=newer)) == ["chat"]
    assert await desk.told(rang(config_digest=newer, id="alr-2")) == ["chat"]
    assert await desk.told(rang(config_digest="0ther", id="alr-3", rang_at=NOON - FRESH)) == ["chat"]
    assert desk.asked_for == ["ttp"], "not again, and not for an alert that every reload is older than"


async def test_partitions_know_nothing_of_each_other(desk: Desk) -> None:
    await desk.handle(rang())

    assert desk.router.placed(PARTITION).of(rang().id, NOON) != ()
    assert desk.router.placed(PARTITION + 1).of(rang().id, NOON) == ()
    assert isinstance(desk.router.placed(PARTITION + 1), Placed)
