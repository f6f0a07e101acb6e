"""CPU of each stage for one article, without a broker: what the broker's clients add is in faust_path and latency."""

import asyncio
import contextlib
import io
import json
import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

import feedparser
import httpx
import uvloop
from ahocorasick_rs import AhoCorasick

from schemas import Alert, Article, Event, Mention, Source, TaggedArticle
from schemas.state import SourceState
from services.alerting.decide.decider import AlertDecider
from services.alerting.decide.judge import judge
from services.alerting.decide.memory import Memory
from services.alerting.decide.policies import Policies
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.silences import Silences
from services.alerting.match.load import load_watches
from services.alerting.match.meet import match_watches
from services.alerting.notify.channels.webhook import WebhookConfig
from services.alerting.notify.message import Message
from services.alerting.notify.render import render_plain
from services.alerting.watching.book import read_sound_book
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.settings import DEFAULT_CONFIG
from services.backbone.telemetry import configure_logging, logger
from services.backbone.topics import ALERTS, ARTICLES, ARTICLES_TAGGED, MENTIONS, Topic
from services.ingestion.fetching.fetch import new_client
from services.ingestion.fetching.hosts import Hosts
from services.ingestion.identity.assemble import build_article
from services.ingestion.poll import NOTHING, Poller
from services.ingestion.reading.feed import parse_feed
from services.ingestion.sources import Source as Feed
from services.ingestion.workers import Workers
from services.tagging.pack import load_engine, load_pack
from services.tagging.tag import tag
from tests.bench.articles import articles
from tests.bench.cpu import cpu_of_await, cpu_of_each
from tests.bench.limits import LIMITS
from tests.bench.report import Cell, Table
from tests.bench.site import site
from tests.vocabulary import Item, rss

ARTICLES_MEASURED: Final = 300
ENTRIES: Final = 50
REQUESTS: Final = 200
NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET: Final = "whsec_dG9jc2luLWJlbmNoLXNlY3JldC0wMTIzNDU2Nzg5"
CORPUS: Final = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "articles" / "dev.jsonl"
"""Real articles, which are no part of the project: one more row where they are."""

Row = tuple[Cell, ...]


def stages() -> list[Table]:
    """Each stage's own work, and a record's way in and out."""
    ours = articles(ARTICLES_MEASURED)
    tagged = _tagged(ours)
    mentions = _mentions(tagged)
    alerts = [alert for mention in mentions if (alert := judge(mention, Memory()).alert) is not None]
    with site() as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        poll_row, webhook_row = runner.run(_polling(url)), runner.run(_webhook(url, alerts[0]))
    stage_rows: list[Row] = [
        *_ingestion(ours),
        poll_row,
        *_tagging(ours),
        *_matching(tagged, mentions),
        *_deciding(mentions),
        ("notify", "render for a terminal", "alert", cpu_of_each(alerts, render_plain), None, None, None),
        webhook_row,
    ]
    record_rows = [
        row
        for topic, events in ((ARTICLES, ours), (ARTICLES_TAGGED, tagged), (MENTIONS, mentions), (ALERTS, alerts))
        for row in _records(topic, events)
    ]
    return [
        Table(
            "stages",
            "CPU of each stage, without a broker",
            ("stage", "work", "one", "us", "peer", "peer us", "ratio"),
            stage_rows,
            LIMITS["stages"],
        ),
        Table(
            "records",
            "CPU of a record's way in and out",
            ("event", "work", "bytes", "us", "peer", "peer us", "ratio"),
            record_rows,
            LIMITS["records"],
        ),
    ]


def _tagged(given: Sequence[Article]) -> list[TaggedArticle]:
    engine = load_engine(DEFAULT_CONFIG)
    return [tag(article, engine) for article in given]


def _mentions(given: Sequence[TaggedArticle]) -> list[Mention]:
    watches = load_watches(DEFAULT_CONFIG)
    return [mention for tagged in given for mention in match_watches(tagged, watches, NOW)]


def _ingestion(given: Sequence[Article]) -> Iterator[Row]:
    feed = Feed(id="bench", name="Bench", url="https://news.example/feed.xml")
    body = rss([Item(str(n), one.title, f"<p>{one.text}</p>") for n, one in enumerate(given[:ENTRIES])])
    entries = parse_feed(body, feed.url, "application/rss+xml", NOW).entries
    assert len(entries) == ENTRIES
    parse = cpu_of_each([body], lambda one: parse_feed(one, feed.url, "application/rss+xml", NOW)) / ENTRIES
    plain = cpu_of_each([body], lambda one: feedparser.parse(io.BytesIO(one))) / ENTRIES
    assemble = cpu_of_each(entries, lambda entry: build_article(entry, feed, NOW))
    yield (
        "ingestion",
        f"parse a feed of {ENTRIES} entries",
        "entry",
        parse,
        "feedparser's defaults",
        plain,
        parse / plain,
    )
    yield "ingestion", "assemble the article", "entry", assemble, None, None, None


async def _polling(url: str) -> Row:
    feed = Feed(id="bench", name="Bench", url=url, allow_networks=(ip_network("127.0.0.0/8"),))
    known = SourceState(source_id="bench", url=url, etag='"one"', polled_at=NOW)
    async with new_client() as client, Workers() as workers:
        poller = Poller(client, workers, Hosts(1))
        ours = await cpu_of_await(lambda: poller.poll(feed, known, NOTHING, NOW), REQUESTS)
    async with httpx.AsyncClient(trust_env=False) as client:
        plain = await cpu_of_await(lambda: client.get(url, headers={"if-none-match": '"one"'}), REQUESTS)
    return "ingestion", "poll answered 304, over loopback", "poll", ours, "bare httpx", plain, ours / plain


def _tagging(given: Sequence[Article]) -> Iterator[Row]:
    engine = load_engine(DEFAULT_CONFIG)
    yield _tag_row("our own articles", given, lambda one: tag(one, engine))
    if CORPUS.exists():
        yield _tag_row("real articles", _real_articles(), lambda one: tag(one, engine))


def _tag_row(what: str, given: Sequence[Article], work: Callable[[Article], object]) -> Row:
    pack = load_pack(DEFAULT_CONFIG).pack
    aliases = [alias.text for actor in pack.actors for alias in actor.names]
    phrases = [phrase.strip("*") for concept in pack.concepts for said in concept.phrases.values() for phrase in said]
    automaton = AhoCorasick([phrase.lower() for phrase in aliases + phrases])
    ours = cpu_of_each(given, work)
    peer = cpu_of_each(given, lambda one: automaton.find_matches_as_indexes(one.text.lower()))
    return "tagging", f"tag {what}, default pack", "article", ours, "bare automaton, no checks", peer, ours / peer


def _real_articles() -> list[Article]:
    lines = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").split("\n") if line]
    source = Source(id="corpus", name="Corpus")
    return [
        Article(id=line["id"], revision="0", url="", source=source, title=line["title"], text=line["text"], seen_at=NOW)
        for line in lines[:ARTICLES_MEASURED]
    ]


def _matching(given: Sequence[TaggedArticle], mentions: Sequence[Mention]) -> Iterator[Row]:
    watches = load_watches(DEFAULT_CONFIG)
    met = {mention.article.id for mention in mentions}
    for what, some in (
        ("an article that meets none of the default watches", [one for one in given if one.article.id not in met]),
        ("one that meets one", [one for one in given if one.article.id in met]),
    ):
        cost = cpu_of_each(some, lambda one: match_watches(one, watches, NOW))
        yield "match", what, "article", cost, None, None, None


def _deciding(mentions: Sequence[Mention]) -> Iterator[Row]:
    policies = Policies(read_sound_book(DEFAULT_CONFIG).watches, Silences())
    first = [_read(encode(MENTIONS.name, mention, "bench"), offset) for offset, mention in enumerate(mentions)]

    def decide(records: Sequence[ReadRecord]) -> None:
        decider = AlertDecider("bench", lambda: policies, Incidents, lambda _: None, lambda _: None, lambda: NOW)
        decider.restore(0, [])
        for record in records:
            decider.decide(record)
        decider.changes()

    with _logs_in_a_file():
        rings = cpu_of_each([first], decide) / len(first)
        twice = cpu_of_each([[*first, *first]], decide) / len(first)
        log = logger()
        said = cpu_of_each(mentions, lambda one: log.info("bench", reason="r", watch="w", article=one.article.id))
    yield "decide", "a mention that rings: decode, decide, encode alert and state", "mention", rings, None, None, None
    yield "decide", "a repeat: decode, decide", "mention", twice - rings, None, None, None
    yield "decide", "one log event at level info, as JSON", "event", said, None, None, None


@contextlib.contextmanager
def _logs_in_a_file() -> Iterator[None]:
    with tempfile.TemporaryFile("w", encoding="utf-8") as file, contextlib.redirect_stderr(file):
        configure_logging("json", "info")
        try:
            yield
        finally:
            logging.getLogger().handlers.clear()


async def _webhook(url: str, alert: Alert) -> Row:
    config = WebhookConfig(
        id="bench", type="webhook", url=f"{url}/hook", secret={"env": "SECRET"}, allow_networks=("127.0.0.0/8",)
    )
    async with config.channel(Path(), {"SECRET": SECRET}).connect() as send:
        message = Message.of(alert, config.id)
        ours = await cpu_of_await(lambda: send(message), REQUESTS)
    body = message.body()
    async with httpx.AsyncClient(trust_env=False) as client:
        plain = await cpu_of_await(lambda: client.post(f"{url}/hook", content=body), REQUESTS)
    return "notify", "webhook, signed, over loopback", "alert", ours, "bare httpx", plain, ours / plain


def _records(topic: Topic[Any], events: Sequence[Event]) -> Iterator[Row]:
    records = [_read(encode(topic.name, event, "bench"), offset) for offset, event in enumerate(events)]
    values = [record.value or b"" for record in records]
    plain = [json.loads(value) for value in values]
    name, size = topic.model.__name__, sum(map(len, values)) // len(values)
    written = cpu_of_each(events, lambda event: encode(topic.name, event, "bench"))
    dumped = cpu_of_each(plain, lambda one: json.dumps(one, ensure_ascii=False).encode())
    yield name, "encode", size, written, "json.dumps", dumped, written / dumped
    read = cpu_of_each(records, lambda record: decode(topic, record))
    loaded = cpu_of_each(values, json.loads)
    yield name, "decode", size, read, "json.loads", loaded, read / loaded


def _read(record: OutgoingRecord, offset: int) -> ReadRecord:
    return ReadRecord(record.topic, 0, offset, record.key, record.value, record.headers)
