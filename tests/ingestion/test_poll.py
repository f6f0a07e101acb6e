"""poll: one source read over loopback, without Kafka."""

from datetime import timedelta

import httpx
import pytest

from services.ingestion.poll import Reading, Unchanged, poll, poll_once
from services.ingestion.reading.feed import FeedUnreadable
from services.ingestion.sources import Source
from tests.ingestion.reading.feeds import RSS, rss
from tests.ingestion.web import Web, answer


def source(web: Web) -> Source:
    return Source(id="example-news", name="Example News", url=f"{web.url}/feed")


async def test_a_feed_becomes_articles(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(RSS, content_type="application/rss+xml; charset=utf-8")

    first, second = await poll_once(source(web), client)

    assert first.url == "https://news.example/ur/2026/11/talks"
    assert second.url == f"{web.url}/en/2026/11/tea"
    assert [article.id for article in await poll_once(source(web), client)] == [first.id, second.id]


async def test_what_the_host_asks_for_is_kept(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(RSS, etag='"1"', cache_control="max-age=60")
    reading = await poll(source(web), client)

    assert isinstance(reading, Reading)
    assert reading.asked == timedelta(minutes=30), "the feed's ttl is the longer of the two"
    web.answers["/feed"] = answer(b"", "304 Not Modified", cache_control="max-age=60")
    assert await poll(source(web), client, reading) == Unchanged(timedelta(minutes=1))


async def test_an_entry_without_words_is_refused_and_the_rest_read(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(rss("<item><link>https://news.example/a</link></item><item><title>t</title></item>"))
    reading = await poll(source(web), client)

    assert isinstance(reading, Reading)
    assert [article.title for article in reading.articles] == ["t"]
    assert len(reading.refused) == 1


async def test_a_feed_that_was_cut_off_is_fetched_again(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(RSS[:-200], etag='"1"', last_modified="Tue, 24 Nov 2026 05:00:00 GMT")
    reading = await poll(source(web), client)

    assert isinstance(reading, Reading)
    assert len(reading.articles) == 1
    assert reading.etag is reading.last_modified is None


async def test_a_page_in_place_of_the_feed_is_an_error(web: Web, client: httpx.AsyncClient) -> None:
    web.answers["/feed"] = answer(b"<!doctype html><title>Are you human?</title>", content_type="text/html")

    with pytest.raises(FeedUnreadable, match="an HTML page"):
        await poll_once(source(web), client)
