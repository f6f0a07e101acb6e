"""The router on a real Kafka: what was decided outlives restarts, edits and partitions that move."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import TopicPartition

from schemas import Alert
from services.alerting.notify.routing import RoutesReader
from services.alerting.routing.loop import LOOK_BACK, RouterLoop
from services.alerting.routing.placed import KEPT
from services.alerting.routing.router import STAGE, Router
from services.alerting.routing.tail import Tail
from services.backbone.clients import Writer, new_consumer, new_producer, stop_client
from services.backbone.keyed_state import partition_of
from services.backbone.librdkafka import ReadRecord
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS, DEAD_LETTERS, NOTIFICATIONS
from tests.alerting.examples import PACK, alert, write_folder
from tests.vocabulary import read_records

CHANNELS = [{"id": name, "type": "terminal"} for name in ("desk", "mail")]
WATCHES = [f"watch-{number}" for number in range(12)]


def configure(settings: Settings, *routes: dict[str, Any]) -> None:
    installation = {"channels": CHANNELS, "default_channels": ["desk"], "routes": list(routes)}
    write_folder(settings.config, {"tocsin.yaml": installation, "pack/a.yaml": PACK})


@contextlib.asynccontextmanager
async def routing(settings: Settings) -> AsyncIterator[RouterLoop]:
    """A router by the configuration as it is now; after the block it is told to stop, and must end by itself."""
    routes = RoutesReader(settings.config, dict)()

    async def catch_up(watch: str) -> None: ...

    async with AsyncExitStack() as stack:
        process = Process("notify", settings, stack, Progress("notify"))
        writer = await Writer.start(process)
        loop = RouterLoop(process, Router("notify", lambda: routes, catch_up), writer)
        work = asyncio.ensure_future(loop.run())
        try:
            yield loop
        finally:
            process.stopping.set()
            async with asyncio.timeout(8):
                await work


async def produce(settings: Settings, alerts: Iterable[Alert], age: timedelta = timedelta()) -> None:
    moment = int((datetime.now(UTC) - age).timestamp() * 1000)
    await write(settings, [encode(ALERTS.name, each, "decide") for each in alerts], moment)


async def write(settings: Settings, records: Iterable[OutgoingRecord], moment: int | None = None) -> None:
    producer = new_producer(settings.kafka)
    await producer.start()
    try:
        for each in records:
            await producer.send_and_wait(
                each.topic, each.value, key=each.key, headers=each.headers, timestamp_ms=moment
            )
    finally:
        await stop_client(producer)


async def told(settings: Settings) -> list[tuple[str, str]]:
    """The alert's event and the channel of every notification on the topic."""
    notifications = [decode(NOTIFICATIONS, each) for each in await read_records(settings.kafka, NOTIFICATIONS.name)]
    return sorted((each.alert.event_id, each.channel) for each in notifications if each.alert is not None)


async def eventually_told(settings: Settings, wanted: Collection[tuple[str, str]], and_so_many_more: int = 0) -> None:
    end = time.monotonic() + 20
    while len(seen := await told(settings)) < len(wanted) + and_so_many_more:
        assert time.monotonic() < end, f"told only {seen}"
        await asyncio.sleep(0.1)
    more = Counter(seen) - Counter(wanted)
    assert more.total() == and_so_many_more, f"told {seen}, not {sorted(wanted)}"


async def eventually(happens: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < end, f"did not happen: {what}"
        await asyncio.sleep(0.1)


async def forget_progress(settings: Settings) -> None:
    """As a kill does before the offsets are committed: every alert comes again."""
    consumer = new_consumer(settings.kafka, group=settings.group(STAGE))
    await consumer.start()
    try:
        places = [TopicPartition(ALERTS.name, number) for number in range(ALERTS.partitions)]
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))
    finally:
        await stop_client(consumer)


def rang(id_: str, watch: str = "ttp") -> Alert:
    ring = alert(watch=watch)
    return ring.model_copy(update={"id": id_, "rang_at": datetime.now(UTC)})


def update(ring: Alert, sequence: int = 1) -> Alert:
    return ring.model_copy(update={"action": "update", "sequence": sequence})


async def test_what_was_decided_is_not_decided_again_after_a_kill_and_an_edit(settings: Settings) -> None:
    configure(settings)
    old, first, second = rang("alr-0"), rang("alr-1"), rang("alr-2")
    await produce(settings, [old], age=LOOK_BACK + timedelta(minutes=1))
    await write(settings, [OutgoingRecord(ALERTS.name, b"ttp", b"not JSON", [])])
    await produce(settings, [first])
    async with routing(settings):
        await eventually_told(settings, [("alr-1", "desk")])
    [letter] = [decode(DEAD_LETTERS, each) for each in await read_records(settings.kafka, DEAD_LETTERS.name)]
    assert (letter.stage, letter.origin_value) == ("route", b"not JSON")

    configure(settings, {"name": "all", "channels": ["mail"]})
    await forget_progress(settings)
    await produce(settings, [second, update(first)])
    async with routing(settings):
        await eventually_told(settings, [("alr-0", "mail"), ("alr-1", "desk"), ("alr-1.1", "desk"), ("alr-2", "mail")])


async def test_what_is_restored_is_bounded_in_time_and_number_and_read_on(settings: Settings) -> None:
    configure(settings)
    routes = RoutesReader(settings.config, dict)()

    async def catch_up(watch: str) -> None: ...

    async def decided(*events: str, age: timedelta = timedelta()) -> None:
        """Write what a router decides on these."""
        router, place = Router("notify", lambda: routes, catch_up), partition_of("ttp", ALERTS.partitions)
        for event in events:
            sent = encode(ALERTS.name, rang(event), "decide")
            outputs = await router.handle(ReadRecord(ALERTS.name, place, 0, sent.key, sent.value, sent.headers))
            await write(settings, outputs, int((datetime.now(UTC) - age).timestamp() * 1000))

    router = Router("notify", lambda: routes, catch_up)
    placed = router.placed(partition_of("ttp", ALERTS.partitions))
    tail = Tail(settings.kafka, router.placed, most=3)

    def known() -> list[str]:
        return [event for event in ("old", "one", "two", "three", "four") if placed.decided(event) is not None]

    await decided("old", age=KEPT + timedelta(minutes=1))
    await decided("one", "two")
    await tail.read(range(ALERTS.partitions))
    assert known() == ["one", "two"]
    await decided("three", "four")
    await tail.read(range(ALERTS.partitions))
    assert known() == ["one", "two", "three", "four"]
    assert placed.of("four", datetime.now(UTC))[0].channel == "desk"

    router = Router("notify", lambda: routes, catch_up)
    placed = router.placed(partition_of("ttp", ALERTS.partitions))
    await Tail(settings.kafka, router.placed, most=3).read(range(ALERTS.partitions))
    assert known() == ["two", "three", "four"]


async def test_updates_follow_their_rings_wherever_the_partitions_move(settings: Settings) -> None:
    configure(settings)
    rings = [rang(f"alr-{watch}", watch) for watch in WATCHES]
    expected = [(each.id, "desk") for each in rings]
    async with routing(settings) as one:
        await produce(settings, rings)
        await eventually_told(settings, expected)
        configure(settings, {"name": "all", "channels": ["mail"]})
        async with routing(settings) as other:
            await eventually(lambda: bool(one.restored) and bool(other.restored), "each has some")
            await produce(settings, [update(each) for each in rings])
            await eventually_told(settings, expected := expected + [(f"{each.id}.1", "desk") for each in rings])
            later = [rang(f"alr-later-{watch}", watch) for watch in WATCHES]
            await produce(settings, later)
            await eventually_told(settings, expected, and_so_many_more=len(later))
        went = dict(each for each in await told(settings) if "later" in each[0])
        assert set(went.values()) == {"desk", "mail"}, "one goes by the old routes, the other by the new ones"
        await eventually(lambda: len(one.restored) == ALERTS.partitions, "it has all of them again")
        await produce(settings, [update(each) for each in later])
        await eventually_told(
            settings, [*expected, *went.items(), *((f"{event}.1", channel) for event, channel in went.items())]
        )
    written = {each.partition for each in await read_records(settings.kafka, NOTIFICATIONS.name)}
    assert written == {each.partition for each in await read_records(settings.kafka, ALERTS.name)}
