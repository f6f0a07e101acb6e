"""Ingestion on real Kafka, killed and stopped: no article is lost, none gets a second id, no source waits for long."""

import asyncio
import json
import random
import signal
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler

from services.backbone.keyed_state import restore
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES, INGESTION_STATE
from services.cli.run import Stage
from tests.vocabulary import Desk, Item, Site, read_records

SEED = 20261124
SOURCES = 60
ARTICLES_EACH = 20
KILLS = 3
HOSTS = 20
"""Of one host one feed is asked at a time."""


def items(source: int, count: int) -> list[Item]:
    return [Item(f"{source}-{number}", f"Report {number} of {source}", "A text.") for number in range(count)]


def published(desk: Desk) -> dict[str, list[str]]:
    """The ids under which each address stands on `articles`, one for each time."""
    ids: dict[str, list[str]] = defaultdict(list)
    for record in asyncio.run(read_records(desk.settings.kafka, ARTICLES.name)):
        article = decode(ARTICLES, record)
        ids[article.url].append(article.id)
    return ids


def events(desk: Desk, *names: str, begin: int = 0) -> list[dict[str, object]]:
    """What ingestion logged of these names, from this line on."""
    lines = desk.log(Stage.INGESTION).read_text(encoding="utf-8").splitlines()[begin:]
    said = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    return [event for event in said if event["event"] in names]


def lines(desk: Desk) -> int:
    return len(desk.log(Stage.INGESTION).read_text(encoding="utf-8").splitlines())


def polled(desk: Desk, begin: int) -> set[object]:
    """The sources that it polled since."""
    return {event["source"] for event in events(desk, "feed.polled", "feed.unchanged", begin=begin)}


def second(desk: Desk) -> Desk:
    """Another process of the same installation."""
    return Desk(desk.settings.model_copy(update={"instance": "two"}), desk.environment)


def killed_while_publishing(desk: Desk, sources: int, kills: int, every_seconds: int, seed: int) -> int:
    """Kill ingestion so often, each time in the midst of its polls, while every source publishes more.

    Returns:
        How many articles were published more than once; each under one id.
    """
    order = random.Random(seed)
    expected = {item.url for source in range(sources) for item in items(source, ARTICLES_EACH)}
    with ExitStack() as stack:
        sites = [stack.enter_context(Site().open()) for _ in range(HOSTS)]
        urls = [f"{sites[source % HOSTS].url}/feed-{source}" for source in range(sources)]
        desk.reads(*urls, every_seconds=every_seconds)
        stack.enter_context(desk.running(Stage.INGESTION))
        for life in range(1, kills + 1):
            for source in range(sources):
                sites[source % HOSTS].publishes(f"feed-{source}", items(source, max(1, life * ARTICLES_EACH // kills)))
            desk.eventually(lambda life=life: len(events(desk, "sources.followed")) >= life, "it polls")  # type: ignore[misc]
            time.sleep(order.uniform(0.2, 1.2) * every_seconds)
            desk.kills(Stage.INGESTION)
            desk.starts(Stage.INGESTION)
        desk.eventually(lambda: published(desk).keys() >= expected, "every article is published", seconds=120)
    standing = published(desk)
    assert standing.keys() == expected
    assert {url: set(ids) for url, ids in standing.items() if len(set(ids)) > 1} == {}
    return sum(len(ids) > 1 for ids in standing.values())


def test_killed_while_many_sources_publish_it_loses_no_article_and_gives_no_second_id(settings: Settings) -> None:
    killed_while_publishing(Desk(settings), SOURCES, KILLS, every_seconds=1, seed=SEED)


def test_a_second_process_takes_a_share_and_the_whole_when_the_first_is_killed(settings: Settings, site: Site) -> None:
    one, two = Desk(settings), second(Desk(settings))
    names = {f"source-{index}" for index in range(24)}
    one.reads(*(f"{site.url}/feed-{index}" for index in range(24)))
    for index in range(24):
        site.publishes(f"feed-{index}", items(index, 1))

    with one.running(Stage.INGESTION), two.running():
        one.eventually(lambda: polled(one, 0) == names, "the first polls all")
        two.starts(Stage.INGESTION)
        two.eventually(lambda: len(polled(two, 0)) > 0, "the second has a share")
        begin, begin_two = lines(one), lines(two)
        one.eventually(lambda: polled(one, begin) | polled(two, begin_two) == names, "each source is polled")
        assert not polled(one, begin) & polled(two, begin_two), "by one of them"

        one.kills(Stage.INGESTION)
        begin_two, killed_at = lines(two), time.monotonic()
        two.eventually(lambda: polled(two, begin_two) == names, "the second polls all")
        assert time.monotonic() - killed_at < settings.kafka.session_timeout_seconds + 5

    assert {item.url for index in range(24) for item in items(index, 1)} == published(one).keys()


class HoldingSite(Site):
    """Keeps the first request for a path waiting, and then answers what stood there when it came."""

    def __init__(self, path: str) -> None:
        self.held = threading.Event()
        self.let_go = threading.Event()
        self._path = path
        super().__init__()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site, usual = self, super()._handler()

        class Handler(usual):  # type: ignore[misc, valid-type]
            def _answer(self, status: int, body: bytes) -> None:
                if self.path == site._path and not site.held.is_set():
                    site.held.set()
                    site.let_go.wait(60)
                super()._answer(status, body)

        return Handler


def test_a_process_that_was_stopped_and_wakes_up_writes_nothing_over_its_successor(settings: Settings) -> None:
    one, two = Desk(settings), second(Desk(settings))
    with HoldingSite("/feed").open() as site, one.running(), two.running():
        assert isinstance(site, HoldingSite)
        site.publishes("feed", items(0, 1))
        one.reads(f"{site.url}/feed")
        one.starts(Stage.INGESTION)
        one.eventually(site.held.is_set, "the first asks, and is kept waiting")
        one.processes[Stage.INGESTION].send_signal(signal.SIGSTOP)
        site.publishes("feed", items(0, 2))
        two.starts(Stage.INGESTION)
        two.eventually(lambda: len(published(two)) == 2, "the second takes over", seconds=20)

        site.let_go.set()
        one.processes[Stage.INGESTION].send_signal(signal.SIGCONT)
        one.eventually(
            lambda: one.said(Stage.INGESTION, "share.lapsed") or one.said(Stage.INGESTION, "share.revoked"),
            "it wakes up",
        )
        time.sleep(2)  # what it would write it gets the time to

        old = [event for event in events(one, "feed.polled") if event["entries"] == 1]
        assert old == [], "what it had asked before was dropped; a share that it was given anew it may poll"
        state = asyncio.run(restore(settings.kafka, INGESTION_STATE))["source-0"]
        assert state.entries == 2
