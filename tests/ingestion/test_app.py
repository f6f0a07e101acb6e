"""ingestion on real Kafka: what feeds on loopback say stands on `articles`, once, and nothing is lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import yaml
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas import Article
from schemas.state import SourceState
from services.backbone.clients import Writer
from services.backbone.keyed_state import restore
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.provision import inspect, provision
from services.backbone.record import OutgoingRecord, decode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES, INGESTION_STATE
from services.ingestion.app import body
from tests.ingestion.reading.feeds import RSS, rss
from tests.ingestion.web import Request, Web, answer, drip
from tests.vocabulary import read_records


@asynccontextmanager
async def ingestion(settings: Settings) -> AsyncIterator[Process]:
    """Run ingestion for the block; it must end within its time."""
    async with AsyncExitStack() as stack:
        process = Process("ingestion", settings, stack, Progress("ingestion"))
        running = asyncio.ensure_future(body(process))
        try:
            yield process
        finally:
            process.stopping.set()
            await asyncio.wait_for(running, 7)


async def until(happens: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


def asked(web: Web, path: str) -> int:
    return sum(request.path == path for request in web.requests)


def write_sources(folder: Path, web: Web, *names: str) -> None:
    """Poll `/<name>` every second for each name."""
    file = folder / "sources" / "test.yaml"
    file.parent.mkdir(exist_ok=True)
    sources = [{"id": name, "name": name.title(), "url": f"{web.url}/{name}", "interval": 1} for name in names]
    file.with_suffix(".new").write_text(yaml.safe_dump({"sources": sources}), encoding="utf-8")
    file.with_suffix(".new").replace(file)


async def published(settings: Settings) -> list[Article]:
    articles = [decode(ARTICLES, record) for record in await read_records(settings.kafka, ARTICLES.name)]
    return sorted(articles, key=lambda article: article.seen_at)


async def state(settings: Settings) -> dict[str, SourceState]:
    return await restore(settings.kafka, INGESTION_STATE)


def titled(*titles: str) -> bytes:
    return rss("".join(f"<item><title>{t}</title><link>https://news.example/{t}</link></item>" for t in titles))


async def test_each_article_is_published_once_however_often_its_feed_is_polled(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(RSS.replace(b"<ttl>30</ttl>", b""), etag='"1"')
    write_sources(settings.config, web, "good")

    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 3)

    articles = await published(settings)
    assert sorted(article.url for article in articles) == [
        f"{web.url}/en/2026/11/tea",
        "https://news.example/ur/2026/11/talks",
    ]
    assert (await state(settings))["good"].revisions == {article.id: article.revision for article in articles}
    assert web.requests[1].headers["if-none-match"] == '"1"'


async def test_an_edit_is_another_revision_of_the_same_article(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(rss("<item><link>https://news.example/a</link><title>Talks</title></item>"))
    write_sources(settings.config, web, "good")

    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 2)
        web.answers["/good"] = answer(rss("<item><link>https://news.example/a</link><title>Talks end</title></item>"))
        before = asked(web, "/good")
        await until(lambda: asked(web, "/good") >= before + 2)

    first, second = await published(settings)
    assert first.id == second.id
    assert first.revision != second.revision
    assert second.title == "Talks end"


async def test_failing_feeds_do_not_disturb_a_good_one(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(titled("one"))
    web.answers["/refuses"] = answer(b"", "503 Service Unavailable", retry_after="3600")
    web.answers["/page"] = answer(b"<!doctype html><h1>Log in</h1>", content_type="text/html")
    web.answers["/flips"] = answer(b"", "500 Internal Server Error")
    write_sources(settings.config, web, "refuses", "page", "good", "flips")

    async with ingestion(settings) as process:
        await until(lambda: asked(web, "/good") >= 3 and asked(web, "/flips") >= 2)
        web.answers["/flips"] = answer(titled("two"))
        before = asked(web, "/flips")
        await until(lambda: asked(web, "/flips") >= before + 2)
        assert process.progress.report()["ready"]

    assert [article.title for article in await published(settings)] == ["one", "two"]
    assert asked(web, "/refuses") == 1, "Retry-After is kept to"
    assert 1 < asked(web, "/page") < asked(web, "/good"), "a failing feed is tried again, more slowly"


async def test_a_restart_goes_on_where_it_was(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(titled("one"), etag='"1"')
    write_sources(settings.config, web, "good")
    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 2)

    web.requests.clear()
    web.answers["/good"] = answer(titled("two", "one"), etag='"2"')
    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 2)

    assert [article.title for article in await published(settings)] == ["one", "two"]
    assert web.requests[0].headers["if-none-match"] == '"1"'


async def test_killed_before_the_state_was_written_it_gives_the_same_ids_again(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(titled("one", "two"), etag='"1"')
    write_sources(settings.config, web, "good")
    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 2)
    async with AsyncExitStack() as stack:  # as if the state had never been written
        writer = await Writer.start(Process("test", settings, stack, Progress("test")))
        await writer.write([OutgoingRecord(INGESTION_STATE.name, b"good", None, [])])
    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 4)

    events = [article.event_id for article in await published(settings)]
    assert len(events) == 4
    assert len(set(events)) == 2


async def test_articles_that_the_broker_refuses_are_not_taken_for_published(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(titled("one"), etag='"1"')
    write_sources(settings.config, web, "good")
    await let_through(settings, 100)

    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 2)
        assert await state(settings) == {}
        await provision(settings.kafka, [ARTICLES])
        before = asked(web, "/good")
        await until(lambda: asked(web, "/good") >= before + 2)

    assert [article.title for article in await published(settings)] == ["one"]
    assert len((await state(settings))["good"].revisions) == 1


async def let_through(settings: Settings, record_bytes: int) -> None:
    admin = AIOKafkaAdminClient(**settings.kafka.aiokafka())
    await admin.start()
    try:
        limit = {"max.message.bytes": str(record_bytes)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, ARTICLES.name, limit)])
    finally:
        await admin.close()
    for _ in range(100):
        (report,) = await inspect(settings.kafka, [ARTICLES])
        if report.state == "differs":
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the broker did not take over the limit")


async def test_a_new_source_is_polled_without_a_restart_and_a_removed_one_no_more(settings: Settings, web: Web) -> None:
    web.answers["/old"], web.answers["/new"] = answer(titled("one")), answer(titled("two"))
    write_sources(settings.config, web, "old")

    async with ingestion(settings):
        await until(lambda: asked(web, "/old") >= 1)
        write_sources(settings.config, web, "new")
        await until(lambda: asked(web, "/new") >= 2)
        (settings.config / "sources" / "test.yaml").write_text("sources: [{id: new}]", encoding="utf-8")
        before, old = asked(web, "/new"), asked(web, "/old")
        await until(lambda: asked(web, "/new") >= before + 2)  # a broken edit changes nothing
        assert asked(web, "/old") == old

    assert [article.title for article in await published(settings)] == ["one", "two"]


async def test_validators_of_one_address_are_not_sent_to_another(settings: Settings, web: Web) -> None:
    async def cautious(request: Request, writer: asyncio.StreamWriter) -> None:
        known = "if-none-match" in request.headers
        await answer(b"" if known else titled("two"), "304 Not Modified" if known else "200 OK")(request, writer)

    web.answers["/old"], web.answers["/new"] = answer(titled("one"), etag='"1"'), cautious
    write_sources(settings.config, web, "old")

    async with ingestion(settings):
        await until(lambda: asked(web, "/old") >= 2)
        file = settings.config / "sources" / "test.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("/old", "/new"), encoding="utf-8")
        await until(lambda: asked(web, "/new") >= 2)

    assert [article.title for article in await published(settings)] == ["one", "two"]


async def test_it_stops_in_time_while_a_host_keeps_silent(settings: Settings, web: Web) -> None:
    web.answers["/silent"] = drip(b"", b"", 0.1)
    write_sources(settings.config, web, "silent")

    async with ingestion(settings):
        await until(lambda: asked(web, "/silent") >= 1)
    assert await published(settings) == []
