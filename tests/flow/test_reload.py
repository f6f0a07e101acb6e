"""Watches come, go, break and are mended while articles arrive: by file, by a further folder, by message."""

import asyncio
import json
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import ConfigurationChange, Mention, WatchDefinition
from services.backbone.clients import new_producer, stop_client
from services.backbone.record import OutgoingRecord, decode, decode_any, encode
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ARTICLES_TAGGED, CONFIGURATION_CHANGES, DEAD_LETTERS, MENTIONS, WATCHES
from services.cli.run import Stage
from tests.alerting.examples import article, tag, tagged
from tests.vocabulary import Desk, alerts, read_records, rings

STAGES = (Stage.MATCH, Stage.DECIDE, Stage.NOTIFY)
TTP = {"any": [{"actor": "ttp"}]}


class Wire:
    """A stream of tagged articles that name the TTP, each of its own."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self.sent = 0
        self._kafka = kafka
        self._stop = threading.Event()

    @contextmanager
    def running(self) -> Iterator["Wire"]:
        """Send some twenty a second for the block."""
        thread = threading.Thread(target=lambda: asyncio.run(self._send()))
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    async def _send(self) -> None:
        producer = new_producer(self._kafka)
        await producer.start()
        try:
            while not self._stop.is_set():
                now = datetime.now(UTC)
                of = article(f"News {self.sent}", "The TTP.", f"a-{self.sent}")
                of = of.model_copy(update={"seen_at": now, "published_at": now})
                record = encode(ARTICLES_TAGGED.name, tagged(of, [tag(of, "ttp", "armed-group", "TTP")]), "test")
                await producer.send_and_wait(record.topic, record.value, key=record.key, headers=record.headers)
                self.sent += 1
                await asyncio.sleep(0.05)
        finally:
            await stop_client(producer)


def sends(desk: Desk, name: str, watch: dict[str, Any] | None) -> None:
    """Send a watch by message, or have one removed."""

    async def send() -> None:
        producer = new_producer(desk.settings.kafka)
        await producer.start()
        try:
            record = OutgoingRecord(WATCHES.name, name.encode(), None, [])
            if watch is not None:
                record = encode(
                    WATCHES.name, WatchDefinition(id=name, watch=watch, changed_at=datetime.now(UTC)), "test"
                )
            await producer.send_and_wait(record.topic, record.value, key=record.key, headers=record.headers)
        finally:
            await stop_client(producer)

    asyncio.run(send())


def mentions(desk: Desk, watch: str) -> list[Mention]:
    records = asyncio.run(read_records(desk.settings.kafka, MENTIONS.name))
    found = [decode_any(MENTIONS, record) for record in records]
    return [each for each in found if isinstance(each, Mention) and each.watch.id == watch]


def live(desk: Desk, watch: str) -> set[str]:
    """The articles that met a watch as they came."""
    return {each.article.id for each in mentions(desk, watch) if not each.first_pass}


def ready(desk: Desk, stage: Stage) -> dict[str, Any]:
    """What `/readyz` of a process says."""
    listening = next(line for line in desk.log(stage).read_text().splitlines() if "health.listening" in line)
    with urllib.request.urlopen(f"http://127.0.0.1:{json.loads(listening)['port']}/readyz") as answer:
        return dict(json.load(answer))


def changes(desk: Desk) -> list[ConfigurationChange]:
    records = asyncio.run(read_records(desk.settings.kafka, CONFIGURATION_CHANGES.name))
    return [decode(CONFIGURATION_CHANGES, record) for record in records]


def edit(desk: Desk) -> None:
    """Everything that a desk may do to its watches."""
    desk.eventually(lambda: len(rings(desk)) > 5, "the first watch rings")

    desk.writes("watches/more.yaml", {"watches": [{"id": "by-file", **TTP}]})
    desk.eventually(lambda: bool(live(desk, "by-file")), "a watch in a file is in force", seconds=8)
    desk.writes("teams/kabul/a.yaml", {"watches": [{"id": "by-folder", **TTP}]})
    desk.eventually(lambda: bool(live(desk, "by-folder")), "a watch of a team is in force", seconds=8)
    sends(desk, "by-message", TTP)
    desk.eventually(lambda: bool(live(desk, "by-message")), "a watch that was sent is in force", seconds=8)

    broken = {"id": "broken", "any": [{"actor": "tpp"}]}
    desk.writes("watches/broken.yaml", {"watches": [broken, {"id": "beside", **TTP}]})
    sends(desk, "nonsense", {"anyy": []})
    desk.eventually(lambda: bool(live(desk, "beside")), "the good one beside it is in force", seconds=8)
    desk.eventually(lambda: len(dead_letters(desk)) == 1, "a message that is no watch is set aside")
    for stage, part in ((Stage.MATCH, "watches"), (Stage.DECIDE, "watches"), (Stage.NOTIFY, "routes")):
        desk.eventually(lambda: ready(desk, stage)["configuration"][part]["defects"] == 2, "it is told")  # noqa: B023
        answer = ready(desk, stage)
        assert answer["ready"] is True
        assert "unknown actor 'tpp'" in answer["configuration"][part]["refused"][0]
    assert desk.said(Stage.MATCH, "did you mean 'ttp'?")

    for number in range(20):
        desk.watches(old={**TTP, "name": f"Version {number}"})
        desk.writes("watches/broken.yaml", "watches: [" if number % 2 else {"watches": [{"id": "beside", **TTP}]})
        time.sleep(0.1)
    sends(desk, "by-message", None)
    (desk.settings.config / "watches" / "more.yaml").unlink()
    desk.writes("watches/broken.yaml", {"watches": [{"id": "beside", **TTP}]})
    desk.eventually(lambda: versions(desk, "by-message", "removed"), "it is removed", seconds=8)
    last = len(mentions(desk, "old"))
    desk.eventually(lambda: len(mentions(desk, "old")) > last + 10, "articles go on")
    newest = {each.article.id for each in mentions(desk, "old")[-5:]}
    assert not newest & live(desk, "by-message") | newest & live(desk, "by-file")


@pytest.mark.timeout(240)
def test_watches_come_and_go_while_articles_arrive_and_none_is_lost_or_told_twice(desk: Desk) -> None:
    desk.watches(old=TTP)
    desk.writes("tocsin.yaml", {"channels": [{"id": "screen", "type": "terminal"}], "watch_folders": ["teams/kabul"]})
    desk.writes("teams/kabul/empty.yaml", "# nothing yet\n")
    with desk.running(*STAGES):
        with Wire(desk.settings.kafka).running() as wire:
            edit(desk)
        desk.eventually(lambda: len(rings_of(desk, "old")) >= wire.sent, "every article rings")
        assert set(desk.stops(*STAGES).values()) == {0}

    assert Counter(each.article.id for each in mentions(desk, "old")).most_common(1)[0][1] == 1
    assert len(mentions(desk, "old")) == wire.sent
    for watch in ("old", "by-folder", "beside"):
        assert Counter(rings_of(desk, watch)) == Counter(dict.fromkeys(live(desk, watch), 1)), watch
    for watch in ("by-file", "by-message"):
        rang, came = (
            Counter(rings_of(desk, watch)),
            [each.article.id for each in mentions(desk, watch) if not each.first_pass],
        )
        assert set(rang.values()) == {1}
        assert set(came[: len(rang)]) == rang.keys(), "until it was removed, every one rang"
    quiet = [each for each in alerts(desk) if each.held == "first-pass"]
    assert {each.watch.id for each in quiet} == {"by-file", "by-folder", "by-message", "beside"}
    told = {(each.stage, each.part, each.outcome) for each in changes(desk)}
    assert told >= {
        (stage, part, outcome)
        for stage, part in (("match", "watches"), ("decide", "watches"), ("notify", "routes"))
        for outcome in ("started", "accepted", "refused")
    }


def rings_of(desk: Desk, watch: str) -> list[str]:
    return [ring.article.id for ring in rings(desk) if ring.watch == watch]


def dead_letters(desk: Desk) -> list[bytes | None]:
    return [record.key for record in asyncio.run(read_records(desk.settings.kafka, DEAD_LETTERS.name))]


def versions(desk: Desk, watch: str, what: str) -> bool:
    """Whether `match` and `decide` have taken over a version in which this became of a watch."""
    return {each.stage for each in changes(desk) if watch in getattr(each, what)} >= {"match", "decide"}
