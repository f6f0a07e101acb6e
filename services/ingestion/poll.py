"""One poll of one source, without Kafka: fetch > parse > assemble."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from schemas import Article
from services.ingestion.fetching.fetch import Fetched, NotModified, Validators, fetch
from services.ingestion.identity.assemble import ArticleWithoutText, build_article
from services.ingestion.polling.schedule import asked_by_cache_control
from services.ingestion.reading.feed import parse_feed
from services.ingestion.sources import Source


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a source's feed now."""

    articles: tuple[Article, ...]
    refused: tuple[ArticleWithoutText, ...]
    """One for each entry that could not be made an article."""
    etag: str | None
    last_modified: str | None
    """Both None where the feed was cut off: the rest is to be fetched, not to be taken for unchanged."""
    asked: timedelta
    """How long the host asks not to be polled again."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The feed is what it was."""

    asked: timedelta


async def poll(
    source: Source, client: httpx.AsyncClient, known: Validators | None = None, workers: Executor | None = None
) -> Reading | Unchanged:
    """Poll a source once.

    Args:
        source: what to poll.
        client: of `fetch.new_client`.
        known: the validators of the last reading; None reads the feed whatever it was before.
        workers: where the feed is parsed, off the event loop; None for the loop's own threads.

    Raises:
        FetchFailed: the host gave no content.
        FeedUnreadable: what it gave is no feed.
    """
    answer = await fetch(client, source.url, known, source.headers)
    if isinstance(answer, NotModified):
        return Unchanged(asked_by_cache_control(answer.cache_control))
    return await asyncio.get_running_loop().run_in_executor(workers, read_answer, answer, source, datetime.now(UTC))


async def poll_once(source: Source, client: httpx.AsyncClient) -> list[Article]:
    """The articles in a source's feed now, whether they were seen before or not.

    Raises:
        FetchFailed: the host gave no content.
        FeedUnreadable: what it gave is no feed.
    """
    reading = await poll(source, client)
    return list(reading.articles) if isinstance(reading, Reading) else []


def read_answer(answer: Fetched, source: Source, now: datetime) -> Reading:
    """Make articles of what was fetched.

    Raises:
        FeedUnreadable: it is no feed.
    """
    feed = parse_feed(answer.body, answer.url, answer.content_type, now)
    articles: list[Article] = []
    refused: list[ArticleWithoutText] = []
    for entry in feed.entries:
        try:
            articles.append(build_article(entry, source, now))
        except ArticleWithoutText as error:
            refused.append(error)
    return Reading(
        articles=tuple(articles),
        refused=tuple(refused),
        etag=answer.etag if feed.complete else None,
        last_modified=answer.last_modified if feed.complete else None,
        asked=max(asked_by_cache_control(answer.cache_control), feed.ttl),
    )
