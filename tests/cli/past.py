"""A desk's past: articles go through the real engine at the times that a test says; what it writes is kept."""

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from schemas import Alert, Article, Delivery, Mention, Notification, Outcome, Source, TaggedArticle
from schemas.article import Mark
from schemas.ids import article_id, revision
from services.alerting.decide.judge import judge, judge_revised
from services.alerting.decide.memory import Memory
from services.alerting.holding.coverage import Incidents
from services.alerting.holding.due import due, reschedule
from services.alerting.holding.hold import hold
from services.alerting.holding.silences import load_silences
from services.alerting.match.compiled import Watches
from services.alerting.match.meet import match_watches, revised
from services.alerting.notify.errand import Errand, Parcel
from services.alerting.notify.routing import load_routes
from services.alerting.notify.steps import word
from services.alerting.routing.router import Router
from services.alerting.watching.book import read_book
from services.backbone.keyed_state import partition_of
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import OutgoingRecord, decode, encode
from services.backbone.topics import (
    ALERTING_STATE,
    ALERTS,
    ARTICLES,
    ARTICLES_TAGGED,
    DELIVERIES,
    MENTIONS,
    NOTIFICATIONS,
)
from services.ingestion.identity.address_key import address_key
from services.matching.sketch import sketch
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.alerting.examples import write_folder
from tests.cli.history import BEGAN, Written

PACK: dict[str, Any] = {
    "actors": [
        {
            "id": "ttp",
            "name": "Tehreek-e-Taliban Pakistan",
            "kind": "armed-group",
            "aliases": {"en": ["TTP", {"text": "Fitna", "weak": True}]},
        },
        {"id": "iskp", "name": "Daesh-Khorasan", "kind": "armed-group"},
        {"id": "noor-wali", "name": "Noor Wali Mehsud", "kind": "person", "member_of": ["ttp"]},
    ],
    "decoys": {"en": ["TTP Sports Club"]},
    "topics": [{"id": "safe-havens", "name": "Safe havens", "threshold": 1, "rules": [{"any": ["Afghan soil"]}]}],
}
SITE: dict[str, Any] = {
    "id": "example-news",
    "name": "Example News",
    "url": "https://news.example/feed",
    "country": "AF",
}
CHANNELS: dict[str, Any] = {"channels": [{"id": "terminal", "type": "terminal"}], "default_channels": ["terminal"]}
TTP: dict[str, Any] = {"id": "ttp", "name": "TTP desk", "actors": ["ttp"], "severity": "high"}


def desk(folder: Path, *watches: Mapping[str, Any], **files: object) -> Path:
    """A configuration folder with a small pack, a source, and these watches."""
    written = {f"{name}/test.yaml": content for name, content in files.items() if name != "settings"}
    return write_folder(
        folder,
        {
            "pack/small.yaml": PACK,
            "sources/sites.yaml": {"sources": [SITE]},
            "watches/desk.yaml": {"watches": [deepcopy(watch) for watch in watches or [TTP]]},
            "tocsin.yaml": files.get("settings", CHANNELS),
            **written,
        },
    )


def article(
    title: str,
    text: str = "",
    slug: str = "",
    at: datetime = BEGAN,
    source: str = "example-news",
    marks: tuple[Mark, ...] = (),
    **more: Any,
) -> Article:
    """An article at an address of its own, as ingestion makes it."""
    url = f"https://news.example/{slug or title.lower().replace(' ', '-')}"
    return Article(
        **{
            "id": article_id(address_key(url)),
            "revision": revision(title, text),
            "url": url,
            "source": Source(id=source, name=source.replace("-", " ").title(), country="AF"),
            "title": title,
            "text": text,
            "language": "en",
            "published_at": at,
            "seen_at": at,
            "marks": marks,
            "sketch": sketch(text),
            **more,
        }
    )


class Past:
    """What the services wrote."""

    def __init__(self, folder: Path) -> None:
        self.records: list[Written] = []
        self.mentions: list[Mention] = []
        self.alerts: list[Alert] = []
        self.written: dict[str, datetime] = {}
        """When each alert was, by its event id."""
        self._folder = folder
        self._book, self._engine, self._silences = read_book(folder), load_engine(folder), load_silences(folder)
        rules = self._book.installation.inhibitions
        self._watches = Watches.compile(
            self._book.watches.values(), self._book.known, self._book.digest, inhibitions=rules
        )
        self.memory = Memory()
        self._now: datetime | None = None

    def reads(self, of: Article, at: datetime | None = None) -> TaggedArticle:
        """An article is read, tagged, matched and decided."""
        now = at or of.seen_at
        self.until(now)
        tagged = tag(of, self._engine)
        self.writes(encode(ARTICLES.name, of, "ingestion"), now)
        self.writes(encode(ARTICLES_TAGGED.name, tagged, "tagging"), now)
        mentions = match_watches(tagged, self._watches, now)
        for mention in mentions:
            self.mentions.append(mention)
            self.writes(encode(MENTIONS.name, mention, "match"), now)
            verdict = judge(mention, self.memory)
            if verdict.alert is not None:
                self._alert(self._hold(verdict.alert, mention, now), now)
        if (change := revised(tagged, self._watches, mentions, now)) is not None:
            for verdict in judge_revised(change, self.memory):
                if verdict.alert is not None:
                    self._alert(self._hold(verdict.alert, None, now), now)
        return tagged

    def until(self, at: datetime) -> None:
        """Time passes; what is due is told."""
        if self._now is None:
            reschedule(self.memory, self._book.watches, self._silences, at)
            self._now = at
        while self._now < at:
            self._now = min(at, self._now + timedelta(minutes=1))
            for alert in due(self.memory, self._book.watches, self._silences, Incidents(), self._now):
                self._alert(alert, self._now)

    def routes(self, alert: Alert, at: datetime | None = None) -> list[Notification]:
        """The router decides where an alert goes, by the configuration as it is now."""
        now, routes = at or alert.rang_at, load_routes(self._folder)

        async def nothing_new(_: str) -> None: ...

        sent = encode(ALERTS.name, alert, "decide")
        record = ReadRecord(sent.topic, partition_of(alert.watch.id, ALERTS.partitions), 0, *sent_in(sent))
        outputs = asyncio.run(Router("notify", lambda: routes, nothing_new, lambda: now).handle(record))
        for output in outputs:
            self.writes(output, now)
        return [decode(NOTIFICATIONS, ReadRecord(output.topic, 0, 0, *sent_in(output))) for output in outputs]

    def delivers(self, alert: Alert, outcome: Outcome = Outcome.DELIVERED) -> None:
        """It is routed, and each channel says so much of it."""
        for notification in self.routes(alert):
            said = attempt(notification, outcome, alert.rang_at)
            self.writes(encode(DELIVERIES.name, said, "notify"), alert.rang_at)

    def writes(self, record: OutgoingRecord, at: datetime) -> None:
        """Any record."""
        self.records.append((record, at))

    def state(self) -> list[Written]:
        """What `decide` remembers, as it wrote it."""
        return [
            (OutgoingRecord(ALERTING_STATE.name, key, value, [], _partition(key)), self._now or BEGAN)
            for key, value in self.memory.dirty()
        ]

    def _hold(self, alert: Alert, mention: Mention | None, now: datetime) -> Alert:
        return hold(alert, mention, self._book.watches.get(alert.watch.id), self._silences, self.memory, now)

    def _alert(self, alert: Alert, now: datetime) -> None:
        self.alerts.append(alert)
        self.written[alert.event_id] = now
        self.writes(encode(ALERTS.name, alert, "decide"), now)


def sent_in(record: OutgoingRecord) -> tuple[bytes, bytes | None, list[tuple[str, bytes]]]:
    """What of a record comes to its readers."""
    return record.key, record.value, record.headers


def attempt(
    notification: Notification,
    outcome: Outcome,
    at: datetime,
    detail: str = "HTTP 503",
    next_at: datetime | None = None,
) -> Delivery:
    """What a channel's loop writes of a notification: after one attempt, or after none where it was not to be made."""
    parcel = Parcel.alone(errand := Errand.of(notification, (0, 0)))
    parcel.attempt, parcel.first_attempt_at = 1, at
    tried = None if outcome in (Outcome.HELD, Outcome.NOT_NEEDED) else parcel
    said = "" if outcome is Outcome.DELIVERED else detail
    return word(notification.channel, errand, tried, outcome, at, said, next_at)


def _partition(key: bytes) -> int:
    """Of the watch's mentions."""
    return partition_of(key.decode().partition("/")[0], MENTIONS.partitions)
