"""How long `decide` takes to take over five million things that it must remember, and how much memory they need."""

import gc
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

import psutil
from confluent_kafka import Producer

from schemas import Source, StorySource
from schemas.ids import alert_id
from schemas.remembered import ArticleMemory, EntityMemory, Reading, Remembered, StoryMemory
from services.alerting.decide.memory import KEPT, Memory
from services.backbone.librdkafka import stream_to_end
from services.backbone.topics import ALERTING_STATE
from services.matching.sketch import sketch
from tests.bench.kafka import kafka_and_desk
from tests.bench.report import Cell, Table

KEYS: Final = 5_000_000
WATCHES: Final = 100_000
PATTERNS: Final = 200
"""Stories with texts of their own; the others differ in their ids only."""
SHARES: Final = (("article", 10), ("story", 7), ("entity", 3))
"""Of twenty keys: further articles of a story make it more articles than stories."""
_NOW: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
_ID: Final = "f" * 32
_WATCH: Final = "watch-00000"
_WORDS: Final = ["ba", "da", "fo", "gu", "ke", "li", "mo", "na", "pe", "ri", "so", "tu", "va", "wi", "ze"]


def restore(keys: int = KEYS) -> list[Table]:
    """Fill the topic as it is declared, take each partition over, one after the other, and look something up."""
    with kafka_and_desk() as (_, desk):
        config = desk.settings.kafka.librdkafka()
        size = _fill(config, keys)
        reader = config | {"enable.auto.commit": False, "isolation.level": "read_committed", "fetch.wait.max.ms": 100}
        gc.collect()
        before = psutil.Process().memory_info().rss
        memories, rows = [], list[tuple[Cell, ...]]()
        for number in range(ALERTING_STATE.partitions):
            memory = Memory()
            began, cpu = time.monotonic(), time.process_time()
            strangers = memory.restore(stream_to_end(reader, ALERTING_STATE.name, number))
            assert not strangers, strangers[:3]
            rows.append((str(number), len(memory), time.monotonic() - began, time.process_time() - cpu))
            memories.append(memory)
        held = psutil.Process().memory_info().rss - before
        found = sum(memory.article(_watch(0), _article(0)) is not None for memory in memories)
        assert found == 1, "the first article is not remembered, or more than once"
    total = [sum(row[column] for row in rows) for column in (1, 2, 3)]  # type: ignore[misc]
    assert total[0] == keys, f"{total[0]} of {keys} keys were restored"
    return [
        Table(
            "restore",
            f"decide takes over {keys:,} keys of {WATCHES:,} watches, {size / keys:.0f} bytes each, from Kafka",
            ("partition", "keys", "seconds", "CPU s, reader's threads too"),
            [*rows, ("all, by one process", *total)],
            f"""Reading from Kafka is a third of it, the rest is one dictionary; nothing is decoded but the stories of
            the last three days. In memory: {held / keys:,.0f} bytes a key, {held / 2**20:,.0f} MB in all. Two processes
            take half each.""",
        )
    ]


def _fill(config: Mapping[str, Any], keys: int) -> int:
    """Write the records, evenly over 90 days.

    Returns:
        Their bytes.
    """
    producer = Producer({**config, "linger.ms": 50, "batch.size": 1_000_000, "queue.buffering.max.messages": 1_000_000})
    size = 0
    for count, (partition, key, value) in enumerate(_records(keys)):
        size += len(key) + len(value)
        while True:
            try:
                producer.produce(ALERTING_STATE.name, value, key, partition)
                break
            except BufferError:
                producer.poll(0.1)
        if count % 10_000 == 0:
            producer.poll(0)
    assert producer.flush(120) == 0, "the records were not written in time"
    return size


def _records(keys: int) -> Iterator[tuple[int, bytes, bytes]]:
    """Partition, key and value."""
    kinds = [kind for kind, share in SHARES for _ in range(share)]
    templates = {kind: [_template(kind, number) for number in range(PATTERNS)] for kind, _ in SHARES}
    days = [(_NOW + timedelta(days=day)).strftime("%Y-%m-%d") for day in range(1, KEPT.days + 1)]
    for number in range(keys):
        kind, watch = kinds[number % len(kinds)], _watch(number)
        name = f"{number:032x}" if kind != "entity" else f"{number}"
        value = templates[kind][number % PATTERNS].replace(_ID, name).replace(_WATCH, watch)
        value = value.replace("2027-02-22T", f"{days[number * len(days) // keys]}T", 1)
        label = (
            f"article/art-{name}"
            if kind == "article"
            else f"story/art-{name}"
            if kind == "story"
            else f"entity/actor/{name}"
        )
        yield number % WATCHES % ALERTING_STATE.partitions, f"{watch}/{label}".encode(), value.encode()


def _template(kind: str, number: int) -> str:
    chance = Random(number)
    words = " ".join("".join(chance.choices(_WORDS, k=3)) for _ in range(150))
    article = f"art-{_ID}"
    parts: dict[str, Any] = {
        "article": ArticleMemory(
            story=article,
            readings={
                "example-news": Reading(
                    revision="6f1c0a9be2d34d10",
                    seen_at=_NOW,
                    passages="9f86d081 884c7d65 a1b2c3d4",
                    figures={"killed": 4},
                )
            },
        ),
        "story": StoryMemory(
            alert_id=alert_id("watch", "article"),
            opened_at=_NOW,
            last_at=_NOW,
            entities=("actor/ttp",),
            sketches=(sketch(words) or "",),
            sketch_origins=(0,),
            sources=(
                StorySource(
                    source=Source(id="example-news", name="Example News"),
                    article_id=article,
                    url="https://news.example/2026/11/24/world/agreement-on-maintenance",
                    title="Kabul and Moscow sign a maintenance agreement",
                    language="en",
                    origin="agency:afp",
                    seen_at=_NOW,
                ),
            ),
            origins=("agency:afp",),
            outlets=("example-news",),
            told=True,
        ),
        "entity": EntityMemory(last_at=_NOW, since=_NOW, recent=(_NOW,), weight=2.25, weighed_at=_NOW),
    }
    name = {"article": f"article/{article}", "story": f"story/{article}", "entity": f"entity/actor/{_ID}"}[kind]
    remembered = Remembered(
        forget_at=datetime(2027, 2, 22, 12, tzinfo=UTC), watch_id=_WATCH, name=name, **{kind: parts[kind]}
    )
    return remembered.write().decode()


def _watch(number: int) -> str:
    return f"watch-{number % WATCHES:05d}"


def _article(number: int) -> str:
    return f"art-{number:032x}"
