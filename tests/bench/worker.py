"""One worker from `articles` to `articles.tagged`, measured from inside.

`python -m tests.bench.worker KIND same|tag RECORDS-TO-WARM-UP RECORDS-MEASURED`, where the kind is one of

plain   the loop of services/backbone/consume.py: aiokafka, nothing else
stage   our Faust stage
naive   what a first Faust app looks like: typed records, `sink=`, defaults

The clock is CPU time of this process, all threads. It runs from the first record after the warm-up until the last
output is acknowledged and the offsets are committed, and prints microseconds a record.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable

import faust
from faust.types import StreamT

from schemas import Article
from services.backbone.clients import Writer, new_consumer, stop_client
from services.backbone.consume import consume
from services.backbone.process import Body, Process, run_process
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode, trace_of
from services.backbone.settings import DEFAULT_CONFIG, Settings, load_settings
from services.backbone.stage import run_stage
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED
from services.broker import free_port
from services.tagging.pack import load_engine
from services.tagging.tag import tag
from tests.bench.cpu import MICRO

Transform = Callable[[ConsumedRecord], OutgoingRecord]


class Meter:
    """Counts records; knows the first and the last."""

    def __init__(self, warm_up: int, measured: int) -> None:
        self._warm_up = warm_up
        self._measured = measured
        self._seen = 0
        self._began = 0.0

    def count(self) -> bool:
        """One more record has come.

        Returns:
            Whether it is the last one.
        """
        self._seen += 1
        if self._seen == self._warm_up + 1:
            self._began = time.process_time()
        return self._seen == self._warm_up + self._measured

    def report(self) -> None:
        """All is written: print what a record took."""
        print((time.process_time() - self._began) / self._measured * MICRO, flush=True)


def transform_of(name: str) -> Transform:
    """`same`: the record as it came. `tag`: what the tagging process does."""
    if name == "same":
        return lambda record: OutgoingRecord(
            ARTICLES_TAGGED.name, record.key or b"", record.value, list(record.headers or ())
        )
    engine = load_engine(DEFAULT_CONFIG)

    def tagged(record: ConsumedRecord) -> OutgoingRecord:
        return encode(ARTICLES_TAGGED.name, tag(decode(ARTICLES, record), engine), "bench", trace_of(record))

    return tagged


def plain(transform: Transform, meter: Meter) -> Body:
    """aiokafka, nothing else."""

    async def body(process: Process) -> None:
        writer = await Writer.start(process)
        consumer = new_consumer(process.settings.kafka, ARTICLES.name, group=process.settings.group("plain"))
        process.stack.push_async_callback(stop_client, consumer)
        await consumer.start()
        await consume(process, consumer, writer, lambda record: [_counted(process, meter, transform, record)])
        meter.report()

    return body


def stage(transform: Transform, meter: Meter) -> Body:
    """Faust on our terms."""

    async def body(process: Process) -> None:
        await run_stage(process, ARTICLES, lambda record: _counted(process, meter, transform, record))
        meter.report()

    return body


def _counted(process: Process, meter: Meter, transform: Transform, record: ConsumedRecord) -> OutgoingRecord:
    if meter.count():
        process.stopping.set()
    return transform(record)


class ArticleRecord(faust.Record, include_metadata=False):
    """An article, typed as Faust's guide shows."""

    id: str
    revision: str
    url: str
    source: dict[str, str]
    title: str
    text: str
    language: str | None
    authors: list[str]
    published_at: str | None
    seen_at: str
    truncated: bool


class TaggedRecord(faust.Record, include_metadata=False):
    """A tagged article."""

    article: dict[str, object]
    actors: list[dict[str, object]]
    topics: list[dict[str, object]]
    pack_digest: str


async def naive(name: str, meter: Meter, settings: Settings) -> None:
    """Typed records, `sink=`, defaults; the web server's port alone is not, for another app may have it."""
    app = faust.App(settings.group("naive"), broker=f"kafka://{settings.kafka.bootstrap_servers}", web_port=free_port())
    articles = app.topic(ARTICLES.name, value_type=ArticleRecord)
    tagged = app.topic(ARTICLES_TAGGED.name, value_type=ArticleRecord if name == "same" else TaggedRecord)
    engine = load_engine(DEFAULT_CONFIG) if name == "tag" else None
    done = asyncio.Event()

    @app.agent(articles, sink=[tagged])
    async def tagging(records: StreamT[ArticleRecord]) -> AsyncIterator[object]:
        async for record in records:
            last = meter.count()
            if engine is None:
                yield record
            else:
                found = tag(Article.model_validate(record.asdict()), engine)
                yield TaggedRecord(**found.model_dump(mode="json"))
            if last:  # the sinks have it: an agent goes on behind its `yield` when they do
                await app.producer.flush()
                await app.consumer.commit()
                meter.report()
                done.set()

    await app.start()
    await done.wait()
    await app.stop()


def main(kind: str, name: str, warm_up: str, measured: str) -> int:
    """Run one worker to the end of what was produced before."""
    settings = load_settings(port=0)
    meter = Meter(int(warm_up), int(measured))
    if kind == "naive":
        asyncio.run(naive(name, meter, settings))
        return 0
    body = {"plain": plain, "stage": stage}[kind]
    return run_process("bench", settings, body(transform_of(name), meter))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
