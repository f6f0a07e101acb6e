"""The three processes of alerting on a real Kafka."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from prometheus_client import REGISTRY
from standardwebhooks import Webhook as Verifier

from schemas import Alert, ArticleRevised, Delivery, Event, Outcome, WatchDefinition
from services.alerting.app import decide_body, match_body, notify_body
from services.backbone.clients import new_producer, stop_client
from services.backbone.errors import TopicMismatch
from services.backbone.process import Body, Process
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord, decode, decode_any, encode
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ALERTS, ARTICLES_TAGGED, DEAD_LETTERS, DELIVERIES, MENTIONS, WATCHES, Topic
from tests.alerting.examples import NOON, PACK, SECRET, alert, article, mention, tag, tagged, write_folder
from tests.alerting.notify.channels.receiver import Receiver, status
from tests.vocabulary import read_records

SECRETS = {"HOOK_SECRET": SECRET}


@contextlib.asynccontextmanager
async def running(body: Body, settings: Settings, stage: str) -> AsyncIterator[Process]:
    """A process at work for the block; then it is told to stop, as by SIGTERM, and must end by itself."""
    async with AsyncExitStack() as stack:
        process = Process(stage, settings, stack, Progress(stage))
        work = asyncio.ensure_future(body(process))
        try:
            yield process
        finally:
            process.stopping.set()
            async with asyncio.timeout(8):
                await work


async def eventually(happens: Callable[[], Awaitable[bool]], what: str, seconds: float = 30) -> None:
    """Wait until something holds; a topic that was made a moment ago may not be readable yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(TopicMismatch):
            if await happens():
                return
        await asyncio.sleep(0.1)
    pytest.fail(f"did not happen within {seconds} s: {what}")


async def produce(kafka: KafkaSettings, records: Iterable[OutgoingRecord], age: timedelta = timedelta()) -> None:
    """Write records as if they had been written some time ago."""
    producer = new_producer(kafka)
    await producer.start()
    try:
        moment = int((datetime.now(UTC) - age).timestamp() * 1000)
        for each in records:
            await producer.send_and_wait(
                each.topic, each.value, key=each.key, headers=each.headers, timestamp_ms=moment
            )
    finally:
        await stop_client(producer)


async def events(settings: Settings, topic: Topic[Any]) -> list[Any]:
    return [decode(topic, record) for record in await read_records(settings.kafka, topic.name)]


def records(topic: Topic[Any], given: Iterable[Event]) -> list[OutgoingRecord]:
    return [encode(topic.name, event, "test") for event in given]


def configure(settings: Settings, watches: object = (), installation: object = None) -> Path:
    files = {"watches/desk.yaml": {"watches": watches}, "pack/small.yaml": PACK, "tocsin.yaml": installation or {}}
    return write_folder(settings.config, files)


def named(slug: str) -> Event:
    """A tagged article that names the TTP."""
    of = article("News of the day", "Officials spoke of the TTP.", slug)
    return tagged(of, [tag(of, "ttp", "armed-group", "TTP")])


# match


async def test_match_follows_the_watches_in_force_and_sets_bad_records_aside(settings: Settings) -> None:
    configure(settings, [{"id": "ttp", "any": [{"actor": "ttp"}]}])

    async def met() -> set[tuple[str, str]]:
        live = [each for each in await events(settings, MENTIONS) if not each.first_pass]
        return {(each.watch.id, each.article.url[-3:]) for each in live}

    async with running(match_body, settings, "match") as process:
        bad = OutgoingRecord(ARTICLES_TAGGED.name, b"key", b"not JSON", [])
        await produce(settings.kafka, [bad, *records(ARTICLES_TAGGED, [named("one")])])
        await eventually(lambda: _is(met, {("ttp", "one")}), "the watch is met")
        (letter,) = await events(settings, DEAD_LETTERS)
        assert (letter.stage, letter.origin_value) == ("match", b"not JSON")

        write_folder(settings.config, {"watches/desk.yaml": "watches:\n  - id: ttp\n    anyy: []\n"})
        await eventually(lambda: _reloaded("watches", 0), "the broken edit is refused, and a metric says so", seconds=5)
        await produce(settings.kafka, records(ARTICLES_TAGGED, [named("two")]))
        await eventually(lambda: _is(met, {("ttp", "one"), ("ttp", "two")}), "the last good watches stay")

        configure(settings, [{"id": "desk", "any": ["spoke of"], "topic": "desk"}])
        await eventually(lambda: _reloaded("watches", 1), "the good edit is taken over", seconds=5)
        assert await read_records(settings.kafka, "alerts.desk") == [], "its topic is there before the first alert"
        await produce(settings.kafka, records(ARTICLES_TAGGED, [named("six")]))
        await eventually(
            lambda: _is(met, {("ttp", "one"), ("ttp", "two"), ("desk", "six")}), "the new watches are in force"
        )
        report = process.progress.report()
        assert report["ready"]
        assert cast(dict[str, Any], report["configuration"])["watches"]["refused"] == []


async def test_match_takes_over_what_is_sent_and_sets_aside_what_is_no_watch(settings: Settings) -> None:
    configure(settings, [{"id": "filed", "any": [{"actor": "ttp"}]}])

    def sent(name: str, **watch: Any) -> OutgoingRecord:
        return encode(WATCHES.name, WatchDefinition(id=name, watch=watch, changed_at=NOON), "portal")

    async def live() -> set[str]:
        return {each.watch.id for each in await events(settings, MENTIONS) if not each.first_pass}

    await produce(settings.kafka, [sent("before", any=[{"actor": "ttp"}]), sent("typo", anyy=[])])
    async with running(match_body, settings, "match"):
        await eventually(lambda: _at_least(lambda: events(settings, DEAD_LETTERS), 1), "the broken one is set aside")
        await produce(settings.kafka, records(ARTICLES_TAGGED, [named("one")]))
        await eventually(lambda: _is(live, {"filed", "before"}), "what was sent before is in force from the start")
        await produce(settings.kafka, [sent("later", any=["spoke of"], topic="far-desk")])
        await eventually(lambda: _has_topic(settings, "alerts.far-desk"), "the topic is made before the first alert")
        await produce(settings.kafka, records(ARTICLES_TAGGED, [named("two")]))
        await eventually(lambda: _is(live, {"filed", "before", "later"}), "what is sent is in force within moments")

    quiet = {(each.watch.id, each.article.url[-3:]) for each in await events(settings, MENTIONS) if each.first_pass}
    assert quiet == {("later", "one")}
    [letter] = await events(settings, DEAD_LETTERS)
    assert (letter.stage, letter.origin_topic, letter.origin_key) == ("match", "watches", b"typo")
    assert "did you mean 'any'?" in letter.fix


async def test_a_revision_is_told_to_every_partition_of_mentions(settings: Settings) -> None:
    configure(settings, [{"id": "ttp", "any": [{"actor": "ttp"}]}])
    of = article("News of the day", "Nobody is named.", "one").model_copy(update={"replaces": "5e0b9f8ad1c23c00"})
    async with running(match_body, settings, "match"):
        await produce(settings.kafka, records(ARTICLES_TAGGED, [tagged(of)]))

        async def told() -> set[int]:
            return {record.partition for record in await read_records(settings.kafka, MENTIONS.name)}

        await eventually(lambda: _is(told, set(range(MENTIONS.partitions))), "whoever was told of it hears that")
    told_of = [decode_any(MENTIONS, record) for record in await read_records(settings.kafka, MENTIONS.name)]
    assert {(each.article.revision, each.met) for each in told_of if isinstance(each, ArticleRevised)} == {
        (of.revision, ())
    }
    assert len(told_of) == MENTIONS.partitions


# decide


async def test_decide_rings_once_for_an_article_over_repeats_and_restarts(settings: Settings) -> None:
    given = [mention(watch, slug) for watch in ("ttp", "iskp", "kabul") for slug in ("one", "two", "three")]

    async def rung() -> Counter[tuple[str, str]]:
        return Counter((each.watch.id, each.article.id) for each in await events(settings, ALERTS))

    expected = Counter((each.watch.id, each.article.id) for each in given)
    for life in ("first", "second"):
        async with running(decide_body, settings, "decide"):
            last = mention("last", life)
            expected[last.watch.id, last.article.id] += 1
            await produce(settings.kafka, records(MENTIONS, [*given, *given[::-1], last]))
            await eventually(lambda: _at_least(rung, expected.total()), "each article rings for each watch")
    assert await rung() == expected


async def test_decide_makes_the_topic_of_a_watch_where_it_is_missing_and_sets_bad_records_aside(
    settings: Settings,
) -> None:
    configure(settings, [{"id": "ttp", "any": [{"actor": "ttp"}], "topic": "far-desk"}])
    async with running(decide_body, settings, "decide"):
        bad = OutgoingRecord(MENTIONS.name, b"ttp", b"{}", [])
        await produce(settings.kafka, [bad, *records(MENTIONS, [mention(topic="far-desk")])])
        await eventually(lambda: _has_topic(settings, "alerts.far-desk"), "the topic is made")
        await eventually(lambda: _at_least(lambda: events(settings, ALERTS), 1), "the mention rings")

    own = [decode(ALERTS, record) for record in await read_records(settings.kafka, "alerts.far-desk")]
    assert own == await events(settings, ALERTS)
    assert [each.model_copy(update={"remark": None}) for each in own] == [alert(topic="far-desk")]
    (letter,) = await events(settings, DEAD_LETTERS)
    assert (letter.stage, letter.origin_topic) == ("decide", "mentions")


# notify


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def hook(receiver: Receiver, name: str = "hook", retry_seconds: Iterable[float] = (0.2, 0.2)) -> dict[str, Any]:
    return {
        "id": name,
        "type": "webhook",
        "url": receiver.url,
        "secret": {"env": "HOOK_SECRET"},
        "allow_networks": ["127.0.0.0/8"],
        "retry_seconds": list(retry_seconds),
    }


def installation(*channels: dict[str, Any]) -> dict[str, Any]:
    return {"channels": list(channels), "default_channels": [channel["id"] for channel in channels]}


def received(receiver: Receiver) -> Counter[str]:
    return Counter(headers["webhook-id"] for _, headers, _ in receiver.requests)


def rang(*slugs: str, **more: Any) -> list[Alert]:
    return [alert(slug=slug, **more) for slug in slugs]


@pytest.mark.usefixtures("secrets")
async def test_a_dead_channel_holds_up_no_other_and_ends_as_failed(settings: Settings) -> None:
    given = rang("one", "two", "three")
    async with Receiver([status(200)]).listening() as good, Receiver([status(500)]).listening() as dead:
        configure(settings, (), installation(hook(dead, "dead"), hook(good, "good")))
        await produce(settings.kafka, records(ALERTS, given))

        async def written() -> list[Delivery]:
            return await events(settings, DELIVERIES)

        async def ends() -> Counter[tuple[str, Outcome]]:
            return Counter((each.channel, each.outcome) for each in await written() if each.outcome.ends)

        async with running(notify_body, settings, "notify"):
            ended = Counter({("good", Outcome.DELIVERED): 3, ("dead", Outcome.FAILED): 3})
            await eventually(lambda: _is(ends, ended), "all have ended")

        assert received(good) == Counter(each.id for each in given)
        assert received(dead).keys() == {each.id for each in given}
        for _, headers, body in good.requests + dead.requests:
            Verifier(SECRET).verify(body, headers)
        dead.requests.clear()

        four = rang("four")
        async with running(notify_body, settings, "notify"):
            await produce(settings.kafka, records(ALERTS, four))
            await eventually(lambda: _is(ends, ended + Counter(ended.keys())), "the next alert has ended")
        assert received(good).total() == 4, "after a restart nothing that was done comes again"
        assert received(dead).keys() == {four[0].id}


@pytest.mark.usefixtures("secrets")
async def test_alerts_go_where_their_watch_says(settings: Settings) -> None:
    async with Receiver([status(200)]).listening() as usual, Receiver([status(200)]).listening() as special:
        watches = [
            {"id": "chosen", "any": [{"actor": "ttp"}], "channels": ["special"]},
            {"id": "nowhere", "any": [{"actor": "ttp"}], "channels": []},
        ]
        both = {"channels": [hook(usual, "usual"), hook(special, "special")], "default_channels": ["usual"]}
        configure(settings, watches, both)
        given = [alert(watch=watch) for watch in ("gone", "chosen", "nowhere", "gone-too")]
        await produce(settings.kafka, records(ALERTS, given))
        async with running(notify_body, settings, "notify"):
            await eventually(lambda: _at_least(lambda: events(settings, DELIVERIES), 3), "they are delivered")

        assert received(usual) == Counter([given[0].id, given[3].id])
        assert received(special) == Counter([given[1].id])


@pytest.mark.usefixtures("secrets")
async def test_the_first_alert_of_a_new_watch_goes_where_the_watch_says(settings: Settings) -> None:
    """It may come before this process has seen that the folder has changed."""
    async with Receiver([status(200)]).listening() as usual, Receiver([status(200)]).listening() as special:
        both = {"channels": [hook(usual, "usual"), hook(special, "special")], "default_channels": ["usual"]}
        configure(settings, (), both)
        async with running(notify_body, settings, "notify"):
            await produce(settings.kafka, records(ALERTS, rang("old")))
            await eventually(lambda: _at_least(lambda: events(settings, DELIVERIES), 1), "it is at work")
            new = alert(watch="new").model_copy(update={"rang_at": datetime.now(UTC), "config_digest": "of-the-new"})
            configure(settings, [{"id": "new", "any": [{"actor": "ttp"}], "channels": ["special"]}], both)
            await produce(settings.kafka, records(ALERTS, [new]))
            await eventually(lambda: _at_least(lambda: events(settings, DELIVERIES), 2), "it is delivered")

        assert received(special) == Counter([new.id])


@pytest.mark.usefixtures("secrets")
async def test_a_new_channel_begins_with_the_last_hour(settings: Settings) -> None:
    recent = rang("recent")
    await produce(settings.kafka, records(ALERTS, rang("old", "older")), age=timedelta(hours=2))
    await produce(settings.kafka, records(ALERTS, recent), age=timedelta(minutes=30))
    async with Receiver([status(200)]).listening() as receiver:
        configure(settings, (), installation(hook(receiver)))
        async with running(notify_body, settings, "notify"):
            await eventually(lambda: _at_least(lambda: events(settings, DELIVERIES), 1), "the new channel works")
            await asyncio.sleep(0.5)

        assert received(receiver) == Counter([recent[0].id])


@pytest.mark.usefixtures("secrets")
async def test_channels_are_added_and_changed_without_a_restart(settings: Settings) -> None:
    first, second = rang("first", "second")
    configure(settings)
    async with (
        Receiver([status(200)]).listening() as here,
        Receiver([status(200)]).listening() as there,
        running(notify_body, settings, "notify") as process,
    ):
        configure(settings, (), installation(hook(here)))
        await produce(settings.kafka, records(ALERTS, [first]))
        await eventually(lambda: _at_least(lambda: events(settings, DELIVERIES), 1), "the added channel works")

        configure(settings, (), installation(hook(there)))
        await asyncio.sleep(3)
        await produce(settings.kafka, records(ALERTS, [second]))
        await eventually(lambda: _at_least(lambda: events(settings, DELIVERIES), 2), "the changed channel works")

        assert (received(here), received(there)) == (Counter([first.id]), Counter([second.id]))
        assert process.progress.report()["ready"]


@pytest.mark.usefixtures("secrets")
async def test_an_attempt_in_flight_may_end_when_the_process_stops(settings: Settings) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await answer.wait()
        await status(200)(writer)

    await produce(settings.kafka, records(ALERTS, rang("one")))
    async with Receiver([slowly]).listening() as receiver:
        configure(settings, (), installation(hook(receiver)))
        async with running(notify_body, settings, "notify"):
            await asked.wait()
            asyncio.get_running_loop().call_later(1.5, answer.set)
        async with running(notify_body, settings, "notify"):
            await asyncio.sleep(3)
        assert len(receiver.requests) == 1

    (delivery,) = await events(settings, DELIVERIES)
    assert delivery.outcome is Outcome.DELIVERED


@pytest.mark.usefixtures("secrets")
async def test_an_alert_that_cannot_be_read_is_set_aside_and_the_next_is_delivered(settings: Settings) -> None:
    await produce(settings.kafka, [OutgoingRecord(ALERTS.name, b"ttp", b"[]", []), *records(ALERTS, rang("one"))])
    async with Receiver([status(200)]).listening() as receiver:
        configure(settings, (), installation(hook(receiver)))
        async with running(notify_body, settings, "notify"):
            await eventually(lambda: _at_least(lambda: events(settings, DELIVERIES), 1), "the good one is delivered")
            await eventually(lambda: _at_least(lambda: events(settings, DEAD_LETTERS), 1), "the bad one is set aside")


async def _reloaded(part: str, success: int) -> bool:
    return REGISTRY.get_sample_value("tocsin_configuration_reload_success", {"part": part}) == success


async def _is(read: Callable[[], Awaitable[object]], expected: object) -> bool:
    return await read() == expected


async def _at_least(read: Callable[[], Awaitable[Any]], number: int) -> bool:
    found = await read()
    return (found.total() if isinstance(found, Counter) else len(found)) >= number


async def _has_topic(settings: Settings, name: str) -> bool:
    return await read_records(settings.kafka, name) is not None
