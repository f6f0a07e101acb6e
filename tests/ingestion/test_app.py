"""ingestion on real Kafka: what feeds on loopback say stands on `articles`, once, and nothing is lost."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas import Article
from schemas.state import SourceError, SourceState
from services.backbone.clients import Writer
from services.backbone.keyed_state import restore
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.provision import inspect, provision
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES, INGESTION_STATE, SOURCE_INCIDENTS
from services.broker import free_port
from services.ingestion.app import body
from tests.ingestion.reading.feeds import RSS, rss
from tests.ingestion.running import running, until
from tests.ingestion.web import Request, Web, answer, drip, open_web
from tests.vocabulary import LOOPBACK, read_records


def ingestion(settings: Settings) -> AbstractAsyncContextManager[Process]:
    """Run ingestion for the block; it must end within its time."""
    return running(settings, body)


def asked(web: Web, path: str) -> int:
    return sum(request.path == path for request in web.requests)


def source(web: Web, name: str, **more: object) -> dict[str, object]:
    """`/<name>` of a site, polled every second."""
    described = {"id": name, "name": name.title(), "url": f"{web.url}/{name}", "allow_networks": [LOOPBACK]}
    return described | {"interval": 1, "max_interval": 1} | more


def write_sources(folder: Path, *sources: Mapping[str, object]) -> None:
    """Have these read, and no others."""
    file = folder / "sources" / "test.yaml"
    file.parent.mkdir(exist_ok=True)
    file.with_suffix(".new").write_text(yaml.safe_dump({"sources": [*map(dict, sources)]}), encoding="utf-8")
    file.with_suffix(".new").replace(file)


async def published(settings: Settings) -> list[Article]:
    articles = [decode(ARTICLES, record) for record in await read_records(settings.kafka, ARTICLES.name)]
    return sorted(articles, key=lambda article: article.seen_at)


async def has(settings: Settings, articles: int) -> None:
    """Wait until so many are published."""
    async with asyncio.timeout(15):
        while len(await published(settings)) < articles:  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.1)


async def state(settings: Settings) -> dict[str, SourceState]:
    return await restore(settings.kafka, INGESTION_STATE)


async def put(settings: Settings, record: OutgoingRecord) -> None:
    async with AsyncExitStack() as stack:
        writer = await Writer.start(Process("test", settings, stack, Progress("test")))
        await writer.write([record])


def titled(*titles: str) -> bytes:
    return rss("".join(f"<item><title>{t}</title><link>https://news.example/{t}</link></item>" for t in titles))


async def test_each_article_is_published_once_however_often_its_feed_is_polled(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(RSS.replace(b"<ttl>30</ttl>", b""), etag='"1"')
    write_sources(settings.config, source(web, "good"))

    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 3)

    assert sorted(article.url for article in await published(settings)) == [
        "https://news.example/en/2026/11/tea",
        "https://news.example/ur/2026/11/talks",
    ]
    assert (await state(settings))["good"].entries == 2
    assert web.requests[1].headers["if-none-match"] == '"1"'


async def test_an_edit_is_another_revision_of_the_same_article(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(rss("<item><link>https://news.example/a</link><title>Talks</title></item>"))
    write_sources(settings.config, source(web, "good"))

    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 2)
        web.answers["/good"] = answer(rss("<item><link>https://news.example/a</link><title>Talks end</title></item>"))
        before = asked(web, "/good")
        await until(lambda: asked(web, "/good") >= before + 2)

    first, second = await published(settings)
    assert first.id == second.id
    assert first.revision != second.revision
    assert (first.replaces, second.replaces) == (None, first.revision)
    assert second.title == "Talks end"


async def test_failing_feeds_do_not_disturb_a_good_one(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(titled("one"))
    web.answers["/page"] = answer(b"<!doctype html><h1>Log in</h1>", content_type="text/html")
    web.answers["/flips"] = answer(b"", "500 Internal Server Error")
    write_sources(settings.config, source(web, "page"), source(web, "good"), source(web, "flips"))

    async with ingestion(settings) as process:
        await until(lambda: asked(web, "/good") >= 3 and asked(web, "/flips") >= 2)
        web.answers["/flips"] = answer(titled("two"))
        before = asked(web, "/flips")
        await until(lambda: asked(web, "/flips") >= before + 2)
        assert process.progress.report()["ready"]

    assert [article.title for article in await published(settings)] == ["one", "two"]
    assert 1 < asked(web, "/page") < asked(web, "/good"), "a failing feed is tried again, more slowly"


async def test_a_host_that_asks_for_patience_rests_as_a_whole_and_no_other_does(settings: Settings, web: Web) -> None:
    web.answers["/busy"] = answer(b"", "503 Service Unavailable", retry_after="3600")
    web.answers["/beside"] = answer(titled("one"))
    async with open_web() as other:
        other.answers["/good"] = answer(titled("two"))
        write_sources(settings.config, source(web, "busy"))
        async with ingestion(settings):
            await until(lambda: asked(web, "/busy") == 1)
            write_sources(settings.config, source(web, "busy"), source(web, "beside"), source(other, "good"))
            await until(lambda: asked(other, "/good") >= 2)
    assert [request.path for request in web.requests] == ["/busy"]


async def test_a_restart_goes_on_where_it_was(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(titled("one"), etag='"1"')
    write_sources(settings.config, source(web, "good"))
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
    write_sources(settings.config, source(web, "good"))
    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 2)
    await put(settings, OutgoingRecord(INGESTION_STATE.name, b"good", None, []))  # as if it had never been written
    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 4)

    events = [article.event_id for article in await published(settings)]
    assert len(events) == 4
    assert len(set(events)) == 2


async def test_articles_that_the_broker_refuses_are_not_taken_for_published(settings: Settings, web: Web) -> None:
    web.answers["/good"] = answer(titled("one"), etag='"1"')
    write_sources(settings.config, source(web, "good"))
    await let_through(settings, 100)

    async with ingestion(settings):
        await until(lambda: asked(web, "/good") >= 2)
        assert [article.title for article in await published(settings)] == []
        await provision(settings.kafka, [ARTICLES])
        before = asked(web, "/good")
        await until(lambda: asked(web, "/good") >= before + 2)

    assert [article.title for article in await published(settings)] == ["one"]
    assert (await state(settings))["good"].etag == '"1"'


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


async def test_a_teaser_is_published_with_the_text_of_its_page(settings: Settings, web: Web) -> None:
    sentence = "The border crossing at Torkham was opened again after talks between officials of both sides. "
    page = f"<title>Torkham</title><body><article><h1>Torkham opened</h1><p>{sentence * 12}</p></article></body>"
    teaser = "The border crossing at Torkham was opened."
    entry = f"<item><title>Torkham opened</title><link>{web.url}/%s</link><description>{teaser}</description></item>"
    web.answers["/robots.txt"] = answer(b"User-agent: *\nDisallow: /closed")
    web.answers["/open"] = answer(page.encode(), content_type="text/html; charset=utf-8")
    web.answers["/feed"] = answer(rss(entry % "open" + entry % "closed"))
    write_sources(settings.config, source(web, "feed", full_text=True))

    async with ingestion(settings):
        await until(lambda: asked(web, "/feed") >= 2)

    whole = {article.url.rpartition("/")[2]: article for article in await published(settings)}
    assert whole["open"].text.count("Torkham") == 12
    assert "full-text" in whole["open"].marks
    assert whole["closed"].text == teaser
    assert {"teaser", "page-failed"} <= set(whole["closed"].marks)
    assert asked(web, "/closed") == 0, "its robots.txt forbids it"
    assert asked(web, "/open") == 1


async def test_a_sitemap_of_addresses_alone_is_published_with_the_words_of_its_pages(
    settings: Settings, web: Web
) -> None:
    sentence = "The border crossing at Torkham was opened again after talks between officials of both sides. "
    page = f"<title>Torkham</title><body><article><h1>Torkham opened</h1><p>{sentence * 12}</p></article></body>"
    web.answers["/robots.txt"] = answer(b"User-agent: *\nDisallow: /closed")
    web.answers["/open"] = answer(page.encode(), content_type="text/html; charset=utf-8")
    places = "".join(f"<url><loc>{web.url}/{name}</loc></url>" for name in ("open", "closed"))
    web.answers["/map"] = answer(
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{places}</urlset>".encode()
    )
    write_sources(settings.config, source(web, "map", kind="sitemap", full_text=True))

    async with ingestion(settings):
        await until(lambda: asked(web, "/map") >= 3)

    [whole] = await published(settings)
    assert (whole.title, whole.text.count("Torkham")) == ("Torkham opened", 12)
    assert asked(web, "/closed") == 0
    assert asked(web, "/open") == 1, "what was published is not asked for again"


async def test_a_folder_is_read_as_it_fills(settings: Settings) -> None:
    folder = settings.config / "drop"
    folder.mkdir()
    (folder / "one.jsonl").write_text('{"id": "1", "title": "one", "text": "A text."}\n', encoding="utf-8")
    write_sources(
        settings.config,
        {"id": "drop", "name": "Drop", "kind": "folder", "path": "drop", "interval": 1, "max_interval": 1},
    )

    async with ingestion(settings):
        await has(settings, 1)
        with (folder / "one.jsonl").open("a", encoding="utf-8") as file:
            file.write('{"id": "2", "title": "two", "text": "A text."}\n')
        await has(settings, 2)

    assert [article.title for article in await published(settings)] == ["one", "two"]


async def test_an_incident_is_told_once_and_resolved_once_across_restarts(settings: Settings, web: Web) -> None:
    began = datetime.now(UTC) - timedelta(hours=7)
    failing = SourceState(
        source_id="ill", url=f"{web.url}/ill", polled_at=began, failures=9, failing_since=began, trouble_since=began,
        last_error=SourceError(trouble="refused", error="ServerTrouble"),
    )  # fmt: skip
    await put(settings, encode(INGESTION_STATE.name, failing, "test"))
    web.answers["/ill"] = answer(b"", "500 Internal Server Error")
    write_sources(settings.config, source(web, "ill"))
    async with ingestion(settings):
        await until(lambda: asked(web, "/ill") == 1)
    async with ingestion(settings):
        await asyncio.sleep(2)
        assert asked(web, "/ill") == 1, "a restart keeps to what was planned"
        write_sources(settings.config, source(web, "ill", country="AF"))
        await until(lambda: asked(web, "/ill") == 2)  # one that was edited is asked soon
        web.answers["/ill"] = answer(titled("one"))
        write_sources(settings.config, source(web, "ill"))
        await until(lambda: asked(web, "/ill") >= 4)

    told = [decode(SOURCE_INCIDENTS, record) for record in await read_records(settings.kafka, SOURCE_INCIDENTS.name)]
    assert [(incident.kind, incident.state) for incident in told] == [("failing", "raised"), ("failing", "resolved")]
    assert len({incident.id for incident in told}) == 1


async def test_what_is_pushed_stands_on_articles_when_it_is_answered(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_TEST_TOKEN", "a-token-of-this-test")
    settings.push_port = free_port()
    pushing = {"id": "wire", "name": "Wire", "kind": "push", "token": {"env": "TOCSIN_TEST_TOKEN"}}
    write_sources(settings.config, pushing)
    item = {"id": "1", "title": "one", "text": "A text."}
    headers = {"authorization": "Bearer a-token-of-this-test"}

    async with ingestion(settings), httpx.AsyncClient() as client:
        for _ in range(100):
            with suppress(httpx.ConnectError):
                answered = await client.post(
                    f"http://127.0.0.1:{settings.push_port}/articles", json=item, headers=headers
                )
                break
            await asyncio.sleep(0.1)
        assert answered.status_code == 202
        (article,) = await published(settings)

    assert (article.title, article.source.id) == ("one", "wire")
    assert answered.json()["items"][0]["id"] == article.id


async def test_a_new_source_is_polled_without_a_restart_and_a_removed_one_no_more(settings: Settings, web: Web) -> None:
    web.answers["/old"], web.answers["/new"] = answer(titled("one")), answer(titled("two"))
    write_sources(settings.config, source(web, "old"))

    async with ingestion(settings):
        await until(lambda: asked(web, "/old") >= 1)
        write_sources(settings.config, source(web, "new"))
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
    write_sources(settings.config, source(web, "old"))

    async with ingestion(settings):
        await until(lambda: asked(web, "/old") >= 2)
        file = settings.config / "sources" / "test.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("/old", "/new"), encoding="utf-8")
        await until(lambda: asked(web, "/new") >= 2)

    assert [article.title for article in await published(settings)] == ["one", "two"]


async def test_it_stops_in_time_while_a_host_keeps_silent(settings: Settings, web: Web) -> None:
    web.answers["/silent"] = drip(b"", b"", 0.1)
    write_sources(settings.config, source(web, "silent"))

    async with ingestion(settings):
        await until(lambda: asked(web, "/silent") >= 1)
    assert await published(settings) == []
