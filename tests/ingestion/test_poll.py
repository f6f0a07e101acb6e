"""poll: one source read over loopback, without Kafka."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from schemas.state import SourceState
from services.backbone.addresses import LOOPBACK
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.poll import NOTHING, Answer, Poller
from services.ingestion.reading.entry import FeedUnreadable
from services.ingestion.sources import Source
from services.ingestion.workers import Workers
from tests.ingestion.reading.feeds import RSS, rss
from tests.ingestion.web import Web, answer

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
NAMESPACES = {
    "xmlns": "sitemaps.org/schemas/sitemap/0.9",
    "xmlns:n": "google.com/schemas/sitemap-news/0.9",
}


@pytest.fixture
async def poller(client: httpx.AsyncClient) -> AsyncIterator[Poller]:
    async with Workers() as workers:
        yield Poller(client, workers, Hosts(5))


def source(web: Web, path: str = "/feed", **more: Any) -> Source:
    return Source(id="example-news", name="Example News", url=f"{web.url}{path}", allow_networks=LOOPBACK, **more)


def state_after(answer: Answer, source: Source) -> SourceState:
    """As it is when all that was read is published."""
    return SourceState(
        source_id=source.id, url=source.url, etag=answer.etag, last_modified=answer.last_modified, polled_at=NOW
    )


def titles(answer: Answer) -> list[str]:
    assert answer.reading is not None
    return [sighting.article.title for sighting in answer.reading.seen.fresh]


async def test_what_the_host_and_the_feed_ask_for_is_kept_while_it_is_what_it_was(web: Web, poller: Poller) -> None:
    web.answers["/feed"] = answer(RSS, etag='"1"', cache_control="max-age=60")
    first = await poller.poll(source(web), None, NOTHING, NOW)
    assert len(titles(first)) == 2
    assert first.asked.at_least == timedelta(minutes=30), "the feed's ttl is the longer of the two"

    web.answers["/feed"] = answer(b"", "304 Not Modified", cache_control="max-age=60")
    again = await poller.poll(source(web), state_after(first, source(web)), first.last, NOW)
    assert web.requests[-1].headers["if-none-match"] == '"1"'
    assert again.reading is None
    assert again.etag == '"1"'
    assert again.asked.at_least == timedelta(minutes=30)


async def test_the_same_bytes_again_are_not_read_again(web: Web, poller: Poller) -> None:
    web.answers["/feed"] = answer(RSS)  # by a host that knows no conditional requests
    first = await poller.poll(source(web), None, NOTHING, NOW)
    assert first.reading is not None
    assert (await poller.poll(source(web), None, first.last, NOW)).reading is None
    web.answers["/feed"] = answer(RSS.replace(b"tea", b"two"))
    assert (await poller.poll(source(web), None, first.last, NOW)).reading is not None


async def test_a_feed_that_was_cut_off_is_fetched_again(web: Web, poller: Poller) -> None:
    web.answers["/feed"] = answer(RSS[:-200], etag='"1"', last_modified="Tue, 24 Nov 2026 05:00:00 GMT")
    cut = await poller.poll(source(web), None, NOTHING, NOW)
    assert len(titles(cut)) == 1
    assert cut.etag is cut.last_modified is None
    assert (await poller.poll(source(web), None, cut.last, NOW)).reading is not None


async def test_an_entry_without_words_is_refused_and_the_rest_read(web: Web, poller: Poller) -> None:
    web.answers["/feed"] = answer(rss("<item><link>https://news.example/a</link></item><item><title>t</title></item>"))
    found = await poller.poll(source(web), None, NOTHING, NOW)
    assert titles(found) == ["t"]
    assert found.reading is not None
    assert len(found.reading.seen.refused) == 1


async def test_a_page_in_place_of_the_feed_is_an_error(web: Web, poller: Poller) -> None:
    web.answers["/feed"] = answer(b"<!doctype html><title>Are you human?</title>", content_type="text/html")
    with pytest.raises(FeedUnreadable, match="not a feed; correct the source's url"):
        await poller.poll(source(web), None, NOTHING, NOW)


async def test_an_index_of_sitemaps_is_followed_and_one_that_fails_takes_none_of_the_others(
    web: Web, poller: Poller
) -> None:
    def sitemap(title: str) -> bytes:
        news = f"<n:news><n:publication_date>2026-11-24</n:publication_date><n:title>{title}</n:title></n:news>"
        url = f"<url><loc>https://news.example/{title}</loc>{news}</url>"
        spaces = [f"{name}='http://www.{where}'" for name, where in NAMESPACES.items()]
        return f"<urlset {' '.join(spaces)}>{url}</urlset>".encode()

    places = "".join(f"<sitemap><loc>{web.url}/{name}</loc></sitemap>" for name in ("one", "gone", "two"))
    web.answers["/index"] = answer(f"<sitemapindex>{places}</sitemapindex>".encode(), etag='"index"')
    web.answers["/one"], web.answers["/two"] = answer(sitemap("one")), answer(sitemap("two"))
    index = source(web, "/index", kind="sitemap")

    found = await poller.poll(index, None, NOTHING, NOW)
    assert titles(found) == ["one", "two"]
    assert found.etag is None, "what the index names changes while the index does not"

    web.answers["/gone"] = answer(sitemap("three"))
    whole = await poller.poll(index, None, found.last, NOW)
    assert sorted(titles(whole)) == ["one", "three", "two"]
    assert (await poller.poll(index, None, whole.last, NOW)).reading is None


async def test_a_sitemap_may_be_a_list_of_addresses_alone(web: Web, poller: Poller) -> None:
    web.answers["/list.txt"] = answer(b"https://news.example/one\nhttps://news.example/two\n")
    found = await poller.poll(source(web, "/list.txt", kind="sitemap", full_text=True), None, NOTHING, NOW)
    assert found.reading is not None
    assert [one.article.url for one in found.reading.seen.fresh] == [
        "https://news.example/one",
        "https://news.example/two",
    ]


async def test_secrets_go_to_the_sources_own_host_and_to_no_other(web: Web, poller: Poller) -> None:
    web.answers["/feed"] = answer(RSS)
    secret = source(web, headers={"x-key": "a secret"})
    moved = SourceState.model_validate(
        {
            "source_id": secret.id,
            "url": secret.url,
            "polled_at": NOW,
            "moved": {"to": f"{web.url.replace('127.0.0.1', 'localhost')}/feed", "since": NOW, "followed": True},
        }
    )
    await poller.poll(secret, None, NOTHING, NOW)
    assert web.requests[-1].headers["x-key"] == "a secret"
    await poller.poll(secret, moved, NOTHING, NOW)
    assert web.requests[-1].headers["host"].startswith("localhost")
    assert "x-key" not in web.requests[-1].headers
