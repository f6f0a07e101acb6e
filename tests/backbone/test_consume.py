import asyncio
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

import pytest
from confluent_kafka import Producer
from prometheus_client import REGISTRY

from schemas import Article
from services.backbone.clients import Writer, new_consumer, stop_client
from services.backbone.consume import Handle, consume
from services.backbone.process import Process
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES, DEAD_LETTERS
from tests.backbone.clock import Clock
from tests.backbone.eventually import eventually
from tests.backbone.on_kafka import committed, ends, put, put_with_a_bad_header, running, stands_in
from tests.schemas.examples import example


def article(number: int) -> OutgoingRecord:
    return encode("articles", example(Article, id=f"art-{number}"), "ingestion")


def pass_on(record: ConsumedRecord) -> Iterable[OutgoingRecord]:
    """Each article to one record elsewhere."""
    yield encode("articles.tagged", decode(ARTICLES, record), "tried")


async def run(process: Process, handle: Handle, topic: str = "articles") -> None:
    """The loop as an app wires it."""
    writer = await Writer.start(process)
    consumer = new_consumer(process.settings.kafka, topic, group=process.settings.group(process.stage))
    process.stack.push_async_callback(stop_client, consumer)
    await consumer.start()
    await consume(process, consumer, writer, handle)


async def until_committed(settings: Settings, handle: Handle) -> None:
    """Run the loop until it has committed all that stands in `articles`, then stop it."""
    wanted = await ends(settings, "articles")
    async with running(settings) as process:
        loop = asyncio.ensure_future(run(process, handle))
        async with asyncio.timeout(60):
            while await committed(settings, "tried", "articles") != wanted:
                assert not loop.done(), loop.exception()
                await asyncio.sleep(0.2)
            process.stopping.set()
            await loop
        assert set(cast(dict[str, int], process.progress.report()["lag"]).values()) == {0}


async def written(settings: Settings) -> list[str]:
    return sorted(record.key.decode() for record in await stands_in(settings, "articles.tagged"))


async def test_a_bad_record_goes_to_dead_letters_and_the_rest_goes_on(settings: Settings) -> None:
    bad = [
        OutgoingRecord("articles", b"a", b"\xff", []),
        OutgoingRecord("articles", b"b", None, []),
        OutgoingRecord("articles", b"c", b"{}" + b" " * 2_000_000, []),
        OutgoingRecord(
            "articles", b"d" * 1_500_000, b"{}", [("tocsin_replays", b"9" * 5000), ("traceparent", b"\xff")]
        ),
        replace(article(0), headers=[("ce_type", b"tocsin.alert.v1")]),
    ]
    await put(settings, [article(1), *bad, article(2)])
    await until_committed(settings, pass_on)
    assert await written(settings) == ["art-1", "art-2"]
    letters = [decode(DEAD_LETTERS, record) for record in await stands_in(settings, "dead-letters")]
    assert sorted((letter.origin_key or b"")[:5] for letter in letters) == [b"a", b"art-0", b"b", b"c", b"ddddd"]
    assert {letter.stage for letter in letters} == {"tried"}


async def test_an_error_in_our_own_code_sets_only_its_record_aside(settings: Settings) -> None:
    def fail_in_the_middle(record: ConsumedRecord) -> Iterable[OutgoingRecord]:
        yield from pass_on(record)
        if json.loads(record.value or b"")["id"] == "art-2":
            raise ZeroDivisionError("nobody foresaw it")

    await put(settings, [article(number) for number in range(4)])
    await until_committed(settings, fail_in_the_middle)
    assert await written(settings) == ["art-0", "art-1", "art-3"], "nothing of the record that failed"
    [letter] = [decode(DEAD_LETTERS, record) for record in await stands_in(settings, "dead-letters")]
    assert (letter.origin_key, letter.error) == (b"art-2", "nobody foresaw it")


async def test_a_restart_goes_on_where_it_stood(settings: Settings) -> None:
    await put(settings, [article(number) for number in range(3)])
    await until_committed(settings, pass_on)
    await put(settings, [article(number) for number in range(3, 6)])
    await until_committed(settings, pass_on)
    assert await written(settings) == [f"art-{number}" for number in range(6)]


async def test_a_record_may_lead_to_none_and_to_many(settings: Settings) -> None:
    def repeat(record: ConsumedRecord) -> Iterable[OutgoingRecord]:
        number = int((record.key or b"").removeprefix(b"art-"))
        return [output for output in pass_on(record) for _ in range(number)]

    await put(settings, [article(number) for number in range(3)])
    await until_committed(settings, repeat)
    assert await written(settings) == ["art-1", "art-2", "art-2"]


@pytest.mark.usefixtures("_slow_topic")
async def test_while_an_output_waits_nothing_is_committed_and_the_process_is_not_ready(settings: Settings) -> None:
    """Killed in that time, the batch comes again."""

    def also_to_slow(record: ConsumedRecord) -> Iterable[OutgoingRecord]:
        yield from pass_on(record)
        yield OutgoingRecord("slow", record.key or b"", record.value, [])

    clock = Clock()
    await put(settings, [replace(article(number), partition=0) for number in range(2)])
    async with running(settings, "tried", clock) as process:
        loop = asyncio.ensure_future(run(process, also_to_slow))
        await eventually(lambda: process.progress.report()["lag"] == {"articles[0]": 2}, seconds=20)
        assert process.progress.report()["ready"] is True
        clock.now += 61
        await asyncio.sleep(1)
        assert process.progress.report()["ready"] is False
        assert await written(settings) == ["art-0", "art-1"]
        assert await committed(settings, "tried", "articles") == {}
        loop.cancel()
        await asyncio.wait({loop})

    await until_committed(settings, pass_on)
    assert await written(settings) == ["art-0", "art-0", "art-1", "art-1"], "at least once"


async def test_behind_the_mark_of_a_transaction_nothing_waits(settings: Settings) -> None:
    """No record may come for days: the partition must not be taken for one that stands still."""
    producer = Producer(settings.kafka.librdkafka() | {"transactional.id": f"{settings.deployment}.marks"})
    producer.init_transactions(20)
    producer.begin_transaction()
    producer.produce("articles", article(1).value, b"art-1", 0)
    await asyncio.to_thread(producer.commit_transaction, 20)

    clock = Clock()
    async with running(settings, "tried", clock) as process:
        loop = asyncio.ensure_future(run(process, pass_on))
        await eventually(lambda: process.progress.report()["lag"] == {"articles[0]": 0}, seconds=20)
        clock.now += 1_000
        assert process.progress.report()["ready"] is True
        process.stopping.set()
        await loop
    assert await written(settings) == ["art-1"]


async def test_what_became_of_each_record_is_counted(settings: Settings) -> None:
    def counted(outcome: str) -> float:
        return REGISTRY.get_sample_value("tocsin_records_total", {"stage": "tried", "outcome": outcome}) or 0

    before = counted("handled"), counted("dead_letter")
    await put(settings, [article(1), OutgoingRecord("articles", b"a", b"bad", []), article(2)])
    await until_committed(settings, pass_on)
    assert (counted("handled") - before[0], counted("dead_letter") - before[1]) == (2, 1)


@pytest.mark.xfail(strict=True, raises=UnicodeDecodeError, reason="aiokafka 0.14 cannot read past such a record")
async def test_a_header_whose_name_is_not_utf8_stops_nothing(settings: Settings) -> None:
    await put_with_a_bad_header(settings, replace(article(1), partition=0))
    async with running(settings) as process, asyncio.timeout(20):
        loop = asyncio.ensure_future(run(process, pass_on))
        while not loop.done() and await written(settings) != ["art-1"]:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        process.stopping.set()
        await loop
