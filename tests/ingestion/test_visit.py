"""visit: a poll, or what a hub sends, through to articles and state, on real Kafka."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from schemas.state import OpenIncident, SourceState
from services.backbone.settings import Settings
from services.ingestion.book import Book
from services.ingestion.read import Document
from services.ingestion.shares import Share, ShareLost
from services.ingestion.sources import Source
from services.ingestion.visit import Means, Visits, publish_all
from tests.ingestion.visiting import Hubs, articles, source, titled, visits_of, whole
from tests.ingestion.web import Request, Web, answer


async def published(settings: Settings) -> list[str]:
    return sorted(article.title for article in await articles(settings))


async def test_what_a_hub_sent_is_not_published_again_by_the_next_poll(
    settings: Settings, means: Means, web: Web
) -> None:
    visits, book = visits_of(means, whole())
    web.answers["/feed"] = answer(titled("one"))
    await visits.poll(source(web))
    sent = Document(titled("two"), f"{web.url}/feed", None)
    await visits.content(source(web), sent)
    await visits.content(source(web), sent)
    assert await published(settings) == ["one", "two"]

    web.answers["/feed"] = answer(titled("three", "two", "one"))
    await visits.poll(source(web))
    assert await published(settings) == ["one", "three", "two"]
    state = book.state("one")
    assert state is not None
    assert state.entries == 3
    assert isinstance(means.hubs, Hubs)
    assert [missed for _, missed in means.hubs.told] == [True, True], "of polls only"


async def test_what_a_hub_sends_does_not_end_a_storm_that_other_hosts_are_in(means: Means, web: Web) -> None:
    storm = OpenIncident(kind="network", since=datetime.now(UTC) - timedelta(minutes=10))
    state = SourceState(source_id="one", url=source(web).url, polled_at=storm.since, incidents=(storm,))
    book = Book(whole(), means.publisher, {"one": state})
    await Visits(means, whole(), book).content(source(web), Document(titled("one"), f"{web.url}/feed", None))
    after = book.state("one")
    assert after is not None
    assert storm in after.incidents


async def test_what_a_hub_sent_of_a_source_of_another_process_is_published_as_it_is(
    settings: Settings, means: Means, web: Web
) -> None:
    await publish_all(means, source(web), Document(titled("one", "two"), f"{web.url}/feed", None))
    assert await published(settings) == ["one", "two"]


async def test_a_poll_whose_share_ends_meanwhile_writes_nothing(settings: Settings, means: Means, web: Web) -> None:
    share = whole()
    visits, book = visits_of(means, share)

    async def late(request: Request, writer: asyncio.StreamWriter) -> None:
        share.end()
        await answer(titled("one"))(request, writer)

    web.answers["/feed"] = late
    with pytest.raises(ShareLost):
        await visits.poll(source(web))
    assert await published(settings) == []
    assert book.states == {}


async def test_what_is_pushed_is_noted_by_the_one_process_that_can_know_of_all(means: Means) -> None:
    pushed = Source(id="wire", name="Wire", kind="push", token="0123456789abcdef")
    for share, outcome in ((whole(), "unchanged"), (Share(range(6), 12, 60, lambda: 0), None)):
        visits, book = visits_of(means, share)
        await visits.look(pushed)
        state = book.state("wire")
        assert (state and state.outcome) == outcome
