import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from aiokafka.admin import NewTopic

from schemas import Article
from services.backbone.errors import RecordTooLarge
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode, trace_of
from services.backbone.settings import Settings
from services.backbone.stage import run_stage
from services.backbone.topics import ARTICLES, DEAD_LETTERS
from tests.backbone.clock import Clock
from tests.backbone.eventually import eventually
from tests.backbone.on_kafka import admin_of, committed, ends, put, running, stands_in
from tests.schemas.examples import example

STAGE = "tagging"


def article(number: int) -> OutgoingRecord:
    return encode("articles", example(Article, id=f"art-{number}"), "ingestion")


def articles(count: int, begin: int = 0) -> list[OutgoingRecord]:
    return [article(number) for number in range(begin, begin + count)]


def pass_on(record: ConsumedRecord) -> OutgoingRecord:
    return encode("articles.tagged", decode(ARTICLES, record), STAGE, trace_of(record))


async def run_until_committed(
    settings: Settings, transform: Callable[[ConsumedRecord], OutgoingRecord] = pass_on
) -> dict[str, object]:
    """Run the stage until it has acknowledged all that stands in `articles`; what it said of its progress then."""
    wanted = await ends(settings, "articles")
    async with running(settings, STAGE) as process:
        stage = asyncio.ensure_future(run_stage(process, ARTICLES, transform))
        async with asyncio.timeout(90):
            while await committed(settings, STAGE, "articles") != wanted:
                assert not stage.done(), stage.exception()
                await asyncio.sleep(0.3)
            await asyncio.sleep(1.2)  # it looks at its progress once a second
            report = process.progress.report()
            process.stopping.set()
            await stage
        return report


async def mapped(settings: Settings) -> Counter[str]:
    return Counter(record.key.decode() for record in await stands_in(settings, "articles.tagged"))


async def test_every_record_is_mapped_once_and_its_trace_goes_on(settings: Settings) -> None:
    sent = articles(300)
    await put(settings, sent)
    report = await run_until_committed(settings)
    assert await mapped(settings) == Counter(f"art-{number}" for number in range(300))
    assert report["ready"] is True
    assert report["lag"] == {f"articles[{number}]": 0 for number in range(3)}
    traces = {record.key: dict(record.headers)["traceparent"][:36] for record in sent}
    for record in await stands_in(settings, "articles.tagged"):
        assert (trace_of(record) or "")[:36].encode() == traces[record.key]


async def test_poison_goes_to_dead_letters_and_the_rest_goes_on(settings: Settings) -> None:
    def fail_at_two(record: ConsumedRecord) -> OutgoingRecord:
        if record.key == b"art-2":
            raise ZeroDivisionError("nobody foresaw it")
        return pass_on(record)

    bad = [
        OutgoingRecord("articles", b"a", b"\xff", []),
        OutgoingRecord("articles", b"b", None, []),
        OutgoingRecord("articles", b"c", b"{}" + b" " * 2_000_000, [("traceparent", b"\xff")]),
    ]
    await put(settings, [article(1), *bad, article(2), article(3)])
    await run_until_committed(settings, fail_at_two)
    assert await mapped(settings) == Counter(["art-1", "art-3"])
    letters = [decode(DEAD_LETTERS, record) for record in await stands_in(settings, "dead-letters")]
    assert sorted(letter.origin_key or b"" for letter in letters) == [b"a", b"art-2", b"b", b"c"]
    assert {letter.stage for letter in letters} == {STAGE}


async def test_a_restart_goes_on_at_the_committed_offset(settings: Settings) -> None:
    await put(settings, articles(50))
    await run_until_committed(settings)
    await put(settings, articles(50, begin=50))
    await run_until_committed(settings)
    assert await mapped(settings) == Counter(f"art-{number}" for number in range(100))


async def test_what_was_begun_is_finished_before_the_end(settings: Settings) -> None:
    """Stopped in the middle: what is written is acknowledged, and what is not comes again."""
    await put(settings, articles(2000))
    done = asyncio.Event()
    count = 0

    def stop_in_the_middle(record: ConsumedRecord) -> OutgoingRecord:
        nonlocal count
        count += 1
        if count == 500:
            done.set()
        return pass_on(record)

    async with running(settings, STAGE) as process:
        stage = asyncio.ensure_future(run_stage(process, ARTICLES, stop_in_the_middle))
        async with asyncio.timeout(60):
            await done.wait()
        process.stopping.set()
        async with asyncio.timeout(8):
            await stage
    written = await mapped(settings)
    acknowledged = sum((await committed(settings, STAGE, "articles")).values())
    assert 500 <= acknowledged == written.total()

    await run_until_committed(settings)
    assert await mapped(settings) == Counter(f"art-{number}" for number in range(2000))


def to_slow(record: ConsumedRecord) -> OutgoingRecord:
    return OutgoingRecord("slow", record.key or b"", record.value, [])


@pytest.mark.usefixtures("_slow_topic")
@pytest.mark.parametrize("before", [0, 10], ids=["from the beginning", "after a commit"])
async def test_a_record_whose_output_is_not_written_is_not_passed_over(settings: Settings, before: int) -> None:
    """Those behind it are written at once. Killed in that time, the record must come again."""

    def one_to_slow(record: ConsumedRecord) -> OutgoingRecord:
        return to_slow(record) if record.key == f"art-{before}".encode() else pass_on(record)

    everything = [replace(record, partition=0) for record in articles(before + 10)]
    if before:
        await put(settings, everything[:before])
        await run_until_committed(settings)
    await put(settings, everything[before:])
    async with running(settings, STAGE) as process:
        stage = asyncio.ensure_future(run_stage(process, ARTICLES, one_to_slow))
        async with asyncio.timeout(60):
            while (await mapped(settings)).total() < before + 9:  # noqa: ASYNC110
                await asyncio.sleep(0.3)
        await asyncio.sleep(3)  # it commits once a second
        assert (await committed(settings, STAGE, "articles")).get(0, 0) == before
        stage.cancel()
        await asyncio.wait({stage})

    await run_until_committed(settings)
    assert set(await mapped(settings)) == {f"art-{number}" for number in range(before + 10)}


@pytest.mark.usefixtures("_slow_topic")
async def test_a_stage_that_stands_still_is_not_ready(settings: Settings) -> None:
    clock = Clock()
    await put(settings, [replace(article(0), partition=0)])
    async with running(settings, STAGE, clock) as process:
        stage = asyncio.ensure_future(run_stage(process, ARTICLES, to_slow))
        await eventually(lambda: process.progress.report()["lag"] == {"articles[0]": 1}, seconds=30)
        assert process.progress.report()["ready"] is True
        clock.now += 61
        await asyncio.sleep(1.5)
        assert process.progress.report()["ready"] is False
        stage.cancel()
        await asyncio.wait({stage})


async def test_an_output_that_can_never_be_written_ends_the_stage_and_not_the_record(settings: Settings) -> None:
    async with admin_of(settings) as admin:
        await admin.create_topics([NewTopic("narrow", 1, 1, topic_configs={"max.message.bytes": "1000"})])

    def too_large(record: ConsumedRecord) -> OutgoingRecord:
        return OutgoingRecord("narrow", b"k", b"x" * 5000, []) if record.key == b"art-3" else pass_on(record)

    everything = [replace(record, partition=0) for record in articles(10)]
    await put(settings, everything)
    async with running(settings, STAGE) as process, asyncio.timeout(60):
        with pytest.raises(RecordTooLarge, match="narrow takes no record of 5000 bytes"):
            await run_stage(process, ARTICLES, too_large)
    assert (await committed(settings, STAGE, "articles")).get(0, 0) <= 3
    await run_until_committed(settings)
    assert set(await mapped(settings)) == {f"art-{number}" for number in range(10)}
