"""Wires the three processes of alerting.

match_body    articles.tagged > match_watches(tagged, watches) > mentions
decide_body   mentions > decide(mention, memory) > alerts, state and offsets in one transaction
notify_body   alerts > deliver(alert, channel), a loop of its own for each channel > deliveries
"""

import asyncio
import time
from datetime import UTC, datetime
from functools import partial
from typing import Final

from schemas import Alert
from services.alerting.decide.decider import AlertDecider
from services.alerting.match.meet import match_watches
from services.alerting.notify.channel_loop import ChannelLoop
from services.alerting.notify.routing import Routes, load_routes
from services.alerting.watching.watches import Watches, load_watches
from services.backbone.clients import Writer, new_consumer, stop_client
from services.backbone.consume import consume
from services.backbone.errors import TopicMismatch
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.provision import await_topics, provision
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode, trace_of
from services.backbone.telemetry import ARTICLE_AGE_SECONDS, logger
from services.backbone.topics import ALERTING_STATE, ARTICLES_TAGGED, MENTIONS, alert_topic
from services.backbone.transaction import TransactionalLoop

ROUND_SECONDS: Final = 1.0
STANDS_STILL_SECONDS: Final = 60.0
PROVIDE_SECONDS: Final = 20.0

log = logger()


async def match_body(process: Process) -> None:
    """Hold every tagged article against the watches in force; a changed folder is compiled aside and swapped in."""
    settings, kafka = process.settings, process.settings.kafka

    async def provide_topics(watches: Watches) -> None:
        await provision(kafka, [alert_topic(name) for name in sorted(watches.topics)])

    watches = Live("watches", partial(load_watches, settings.config), provide_topics)
    await await_topics(process)
    writer = await Writer.start(process)
    await provide_topics(watches.current)

    def handle(record: ConsumedRecord) -> list[OutgoingRecord]:
        tagged = decode(ARTICLES_TAGGED, record)
        mentions = match_watches(tagged, watches.current, now := datetime.now(UTC))
        ARTICLE_AGE_SECONDS.labels(process.stage).observe((now - tagged.article.seen_at).total_seconds())
        return [encode(MENTIONS.name, mention, process.stage, trace_of(record)) for mention in mentions]

    consumer = new_consumer(kafka, ARTICLES_TAGGED.name, group=settings.group(process.stage))
    process.stack.push_async_callback(stop_client, consumer)
    await consumer.start()
    await asyncio.gather(consume(process, consumer, writer, handle), watches.watch(process))


async def decide_body(process: Process) -> None:
    """Decide in a thread: librdkafka's calls block."""
    settings, kafka, loop = process.settings, process.settings.kafka, asyncio.get_running_loop()

    def provide_topic(name: str) -> None:
        try:
            asyncio.run_coroutine_threadsafe(provision(kafka, [alert_topic(name)]), loop).result(PROVIDE_SECONDS)
        except TopicMismatch as error:
            log.error("topic.differs", topic=alert_topic(name).name, error=str(error))  # alerts can be written there

    await await_topics(process)
    deciding = TransactionalLoop(settings, process.stage, MENTIONS.name, ALERTING_STATE.name, process.progress)
    await asyncio.to_thread(deciding.run, AlertDecider(process.stage, provide_topic), process.stopping.is_set)


async def notify_body(process: Process) -> None:
    """Keep one loop for each channel; a changed folder starts, ends or replaces those whose channels changed."""
    routes = Live("routes", partial(load_routes, process.settings.config))
    await await_topics(process)
    writer = await Writer.start(process)
    process.progress.started()
    await asyncio.gather(_keep_channels(process, routes, writer), routes.watch(process))


async def _keep_channels(process: Process, routes: Live[Routes], writer: Writer) -> None:
    running: dict[asyncio.Task[None], ChannelLoop] = {}

    def is_routed(channel_id: str, alert: Alert) -> bool:
        return channel_id in routes.current.channels_of(alert.watch.id)

    while not process.stopping.is_set():
        for task in [task for task in running if task.done()]:
            running.pop(task)
            task.result()
        wanted = routes.current.channels
        for loop in running.values():
            if wanted.get(loop.channel.config.id) != loop.channel:
                loop.stop()
        at_work = {loop.channel.config.id for loop in running.values()}
        for channel_id in wanted.keys() - at_work:
            loop = ChannelLoop(process, wanted[channel_id], partial(is_routed, channel_id), writer)
            running[asyncio.create_task(loop.run())] = loop
        if all(time.monotonic() - loop.moved_at < STANDS_STILL_SECONDS for loop in running.values()):
            process.progress.beat()
        await process.sleep(ROUND_SECONDS)
    for loop in running.values():
        loop.stop()
    await asyncio.gather(*running)
