"""book: what is known of a share's sources, and what of it is written, on real Kafka."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from schemas.state import OpenIncident, SourceState, WebSubLease
from services.backbone.clients import Writer
from services.backbone.keyed_state import restore
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import INGESTION_STATE, SOURCE_INCIDENTS
from services.ingestion.book import Book
from services.ingestion.polling.step import Step
from services.ingestion.publish import Publisher
from services.ingestion.shares import Share, ShareLost
from tests.vocabulary import read_records

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
URL = "https://news.example/feed"


@pytest.fixture
async def publisher(settings: Settings) -> AsyncIterator[Publisher]:
    async with AsyncExitStack() as stack:
        writer = await Writer.start(Process("ingestion", settings, stack, Progress("ingestion")))
        yield Publisher(writer, "ingestion")


def share() -> Share:
    return Share(range(12), 12, 60, lambda: 0)


def state(**more: object) -> SourceState:
    return SourceState.model_validate({"source_id": "one", "url": URL, "polled_at": NOW, "outcome": "known"} | more)


async def written(settings: Settings) -> list[SourceState]:
    records = await read_records(settings.kafka, INGESTION_STATE.name)
    return [decode(INGESTION_STATE, record) for record in records]


async def test_a_state_is_written_when_it_says_something_and_known_all_the_same(
    settings: Settings, publisher: Publisher
) -> None:
    book = Book(share(), publisher, {})
    for minutes, etag in ((0, "1"), (1, "1"), (2, "2"), (3, "2"), (20, "2")):
        await book.keep(Step(state(polled_at=NOW + timedelta(minutes=minutes), etag=etag), timedelta(minutes=1)))
    assert [kept.polled_at.minute for kept in await written(settings)] == [0, 2, 20]
    known = book.state("one")
    assert known is not None
    assert known.polled_at.minute == 20


async def test_what_a_hub_answered_while_its_source_was_polled_is_kept(
    settings: Settings, publisher: Publisher
) -> None:
    book = Book(share(), publisher, {"one": state()})
    lease = WebSubLease(hub="https://hub.example/", topic=URL, asked_at=NOW)
    await book.keep_lease("one", lease)
    await book.keep(Step(state(etag="2"), timedelta(minutes=1)))  # of a poll that began before
    assert (await restore(settings.kafka, INGESTION_STATE))["one"].websub == lease


async def test_nothing_is_written_once_the_share_is_lost(settings: Settings, publisher: Publisher) -> None:
    lost = share()
    book = Book(lost, publisher, {"one": state()})
    lost.end()
    with pytest.raises(ShareLost):
        await book.keep(Step(state(etag="2"), timedelta(minutes=1)))
    assert await written(settings) == []
    assert book.state("one") == state()


async def test_the_incidents_of_a_source_that_is_not_read_any_more_are_resolved_once(
    settings: Settings, publisher: Publisher
) -> None:
    book = Book(share(), publisher, {"one": state(incidents=[OpenIncident(kind="silent", since=NOW)])})
    for _ in range(2):
        await book.close({"another"}, NOW)
    [record] = await read_records(settings.kafka, SOURCE_INCIDENTS.name)
    told = decode(SOURCE_INCIDENTS, record)
    assert (told.source_id, told.kind, told.state) == ("one", "silent", "resolved")
    assert (await restore(settings.kafka, INGESTION_STATE))["one"].incidents == ()
