"""Records of the three topics as a consumer gives them, and a store to take them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from schemas import Alert, ArticleSummary, Event, Source, WatchSummary
from schemas.ids import alert_id
from services.alerting.api.store import Store
from services.alerting.api.writing import Log, Written
from services.backbone.record import encode
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, FEEDBACK
from tests.alerting.examples import NOON

PARTITIONS = 3
TOPICS = (ALERTS, ACKNOWLEDGEMENTS, FEEDBACK)
BEGINNING = {Log(topic.name, number): 0 for topic in TOPICS for number in range(PARTITIONS)}
NOON_MS = int(NOON.timestamp() * 1000)


@dataclass(frozen=True)
class Record:
    """A record at its place."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def record(topic: str, event: Event, partition: int, offset: int, timestamp: int = NOON_MS) -> Record:
    """An event as it stands on a topic."""
    out = encode(topic, event, "tests")
    return Record(topic, partition, offset, timestamp, out.key, out.value, out.headers)


def alert(
    what: object,
    sequence: int = 0,
    *,
    watch: str = "ttp",
    owner: str | None = None,
    severity: str = "normal",
    language: str = "en",
    country: str | None = None,
    **more: Any,
) -> Alert:
    """What a watch rang for."""
    source = Source.model_validate({"id": "example-news", "name": "Example News", "country": country})
    article = ArticleSummary(
        id=f"art-{what}", revision="1", url="", title=f"Title {what}", source=source, language=language, seen_at=NOON
    )
    values: dict[str, Any] = {
        "id": alert_id(watch, str(what)),
        "sequence": sequence,
        "action": "ring" if sequence == 0 else "update",
        "reason": "first-mention" if sequence == 0 else "further-source",
        "watch": WatchSummary.model_validate({"id": watch, "name": watch, "owner": owner, "severity": severity}),
        "article": article,
        "matches": (),
        "topics": (),
        "passages": (),
        "rang_at": NOON,
        "config_digest": "d1ge57",
    }
    return Alert.model_validate(values | more)


def alerts(*places: tuple[int, int], begin: int = 0) -> list[Record]:
    """An alert at each of these partitions and offsets, a second after the other."""
    return [
        record(ALERTS.name, alert(f"{partition}/{offset}"), partition, offset, NOON_MS + 1_000 * number)
        for number, (partition, offset) in enumerate(places, begin)
    ]


async def take(store: Store, records: Iterable[Record]) -> list[Written]:
    """Take over records as one batch; the offsets that come next are those after them."""
    batch = list(records)
    by_log = groupby(
        sorted(batch, key=lambda each: (each.topic, each.partition, each.offset)),
        lambda each: Log(each.topic, each.partition),
    )
    return await store.take(batch, {log: [each.offset for each in of_log][-1] + 1 for log, of_log in by_log})


@asynccontextmanager
async def opened(folder: Path, name: str = "one") -> AsyncIterator[Store]:
    """A store for the block, that reads all partitions from their beginning."""
    store = await asyncio.to_thread(Store, folder / f"{name}.sqlite")
    try:
        await store.begin(BEGINNING)
        yield store
    finally:
        await store.close()
