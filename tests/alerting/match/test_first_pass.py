"""A new watch goes through what is stored, quietly: `match` on a real Kafka."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas import Mention, TaggedArticle
from services.alerting.app import match_body
from services.alerting.match import first_pass
from services.backbone.clients import new_producer, stop_client
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import decode_any, encode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES_TAGGED, MENTIONS
from tests.alerting.examples import PACK, article, tag, tagged, write_folder
from tests.vocabulary import read_records

NOW = datetime.now(UTC)


def stored(slug: str, hours: float | None = 1, text: str = "Officials spoke of the TTP.", **more: Any) -> TaggedArticle:
    """An article that was published so many hours ago and names the TTP."""
    published_at = None if hours is None else NOW - timedelta(hours=hours)
    of = article("News", text, slug).model_copy(update={"published_at": published_at, "seen_at": NOW, **more})
    return tagged(of, [tag(of, "ttp", "armed-group", "TTP")] if "TTP" in text else [])


async def stores(settings: Settings, articles: Iterable[TaggedArticle], days_ago: int = 0) -> None:
    producer = new_producer(settings.kafka)
    await producer.start()
    try:
        at = int((datetime.now(UTC) - timedelta(days=days_ago)).timestamp() * 1000)
        for each in articles:
            record = encode(ARTICLES_TAGGED.name, each, "test")
            await producer.send_and_wait(
                record.topic, record.value, key=record.key, headers=record.headers, timestamp_ms=at
            )
    finally:
        await stop_client(producer)


def watched(settings: Settings, *names: str, **more: Any) -> None:
    """The first of these was there before; the others are new, and say more."""
    watches: list[dict[str, Any]] = [
        {"id": name, "any": [{"actor": "ttp"}], **(more if number else {})} for number, name in enumerate(names)
    ]
    write_folder(settings.config, {"watches/desk.yaml": {"watches": watches}, "pack/small.yaml": PACK})


async def mentions(settings: Settings) -> list[Mention]:
    found = [decode_any(MENTIONS, record) for record in await read_records(settings.kafka, MENTIONS.name)]
    return sorted((each for each in found if isinstance(each, Mention)), key=lambda each: each.met_at)


async def met(settings: Settings, watch: str) -> list[tuple[str, bool]]:
    """The articles that met a watch, and whether quietly."""
    return [
        (each.article.url.rsplit("/", 1)[1], each.first_pass)
        for each in await mentions(settings)
        if each.watch.id == watch
    ]


@contextlib.asynccontextmanager
async def matching(settings: Settings) -> AsyncIterator[Process]:
    async with AsyncExitStack() as stack:
        process = Process("match", settings, stack, Progress("match"))
        work = asyncio.ensure_future(match_body(process))
        try:
            yield process
        finally:
            process.stopping.set()
            async with asyncio.timeout(8):
                await work


async def until(settings: Settings, watch: str, number: int) -> list[tuple[str, bool]]:
    async with asyncio.timeout(30):
        while len(found := await met(settings, watch)) < number:  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(0.2)
    return found


async def test_a_new_watch_is_held_against_what_is_stored_quietly_and_rings_from_then_on(settings: Settings) -> None:
    watched(settings, "old")
    await stores(settings, [stored("four-days", hours=96)], days_ago=4)
    canary = stored("canary", id="tocsin-canary-latin-1")  # no watch of a desk meets it, whatever it names
    await stores(settings, [canary, *(stored(f"a-{number}") for number in range(9))])
    async with matching(settings):
        await until(settings, "old", 10)
        watched(settings, "old", "new")
        found = await until(settings, "new", 9)
        assert set(found) == {(f"a-{number}", True) for number in range(9)}, "three days back, and no further"
        await stores(settings, [stored("live")])
        assert (await until(settings, "new", 10))[-1] == ("live", False)

    assert {quiet for _, quiet in await met(settings, "old")} == {False}, "at a start there is no first pass"
    assert len(await met(settings, "old")) == 11, "a watch that was there before is not held against them again"
    first = {each.id for each in await mentions(settings)}

    watched(settings, "old")
    async with matching(settings):
        await asyncio.sleep(2)
        watched(settings, "old", "new")
        await until(settings, "new", 20)
    assert {each.id for each in await mentions(settings)} == first, "done again, it gives the same ids"


async def test_of_what_was_published_within_ring_last_the_newest_revision_rings(settings: Settings) -> None:
    watched(settings, "old")
    first, second = stored("revised", text="The TTP said one."), stored("revised", text="The TTP said two.")
    await stores(
        settings,
        [
            stored("late", hours=7),
            stored("undated", hours=None),
            stored("in-time", hours=5),
            first,
            second,
            stored("mended", text="The TTP, they say."),
            stored("mended", text="Nobody is named."),
            stored("taken-back"),
            stored("taken-back", marks=("withdrawn",)),
        ],
    )
    async with matching(settings):
        await until(settings, "old", 7)
        watched(settings, "old", "new", ring_last="6h")
        await until(settings, "new", 4)
        await stores(settings, [stored("live")])
        found = await until(settings, "new", 5)

    assert sorted(found) == [("in-time", False), ("late", True), ("live", False), ("revised", False), ("undated", True)]
    [told] = [each for each in await mentions(settings) if each.watch.id == "new" and "revised" in each.article.url]
    assert told.article.revision == second.article.revision


async def test_a_pass_looks_at_so_many_articles_and_no_more_and_the_live_stream_goes_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_pass, "MOST_ARTICLES", 30)
    monkeypatch.setattr(first_pass, "MOST_A_SECOND", 10)
    monkeypatch.setattr(first_pass, "BATCH_RECORDS", 5)
    watched(settings, "old")
    await stores(settings, [stored(f"a-{number:02}") for number in range(60)])
    async with matching(settings):
        await until(settings, "old", 60)
        watched(settings, "old", "new")
        await until(settings, "new", 5)
        await stores(settings, [stored("live")])
        await until(settings, "old", 61)
        found = await met(settings, "new")
        assert ("live", False) in found
        assert len(found) < 25, "the pass is still under way: the live stream did not wait for it"
        found = await until(settings, "new", 26)
        await asyncio.sleep(2)
    assert 25 < len(await met(settings, "new")) <= 31, "ten of each partition, as far as they hold so many"
