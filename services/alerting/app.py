"""Wires the three processes of alerting.

match_body    articles.tagged > match_watches(tagged, watches) > mentions
decide_body   mentions > decide(mention, memory) > alerts, state and offsets in one transaction
notify_body   alerts > route(alert) > notifications > deliver(message, channel), a loop of its own for each channel
              > deliveries
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from services.alerting.canary.absence import Absence
from services.alerting.canary.arrivals import Arrivals
from services.alerting.canary.channel import CanaryChannel
from services.alerting.canary.watches import note_tags
from services.alerting.decide.decider import AlertDecider
from services.alerting.decide.incidents import IncidentsFollower
from services.alerting.decide.policies import PoliciesInForce, SilencesReader, SourceIds
from services.alerting.handling.follower import HandlingFollower
from services.alerting.match.first_pass import FirstPass
from services.alerting.match.load import WatchesInForce, WatchesReader
from services.alerting.match.meet import match_watches, revised
from services.alerting.notify.channel_loop import ChannelLoop
from services.alerting.notify.channels.channel import Channel
from services.alerting.notify.routing import RoutesReader
from services.alerting.notify.running import RunningChannels
from services.alerting.notify.trouble import Trouble
from services.alerting.routing.loop import RouterLoop
from services.alerting.routing.router import Router
from services.alerting.watching.book import BookReader
from services.alerting.watching.sent import SentWatches
from services.backbone.ages import Since
from services.backbone.audit import Audit
from services.backbone.canary import CANARY, is_canary
from services.backbone.clients import Writer, new_consumer, partitions_of, stop_client
from services.backbone.consume import consume
from services.backbone.errors import TopicMismatch
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.provision import await_topics, provision
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode, trace_of
from services.backbone.telemetry import logger
from services.backbone.topics import ALERTING_STATE, ARTICLES_TAGGED, MENTIONS, alert_topic
from services.backbone.transaction import TransactionalLoop

ROUND_SECONDS: Final = 1.0
PROVIDE_SECONDS: Final = 20.0
CATCH_UP_ROUNDS: Final = 4
CATCH_UP_SECONDS: Final = 2.0
"""For what is sent by message: the process that met a new watch may have read it a moment earlier."""

log = logger()


async def match_body(process: Process) -> None:
    """Hold every tagged article against the watches in force; a changed folder is compiled aside and swapped in."""
    settings, kafka = process.settings, process.settings.kafka

    async def provide_topics(watches: WatchesInForce) -> None:
        await provision(kafka, [alert_topic(name) for name in sorted(watches.compiled.topics)])

    sent = SentWatches(process, sets_aside=True)
    reader = WatchesReader(settings.config, sent)
    watches = Live(
        "watches",
        reader,
        provide_topics,
        contents=lambda version: version.book.contents,
        refused=lambda version: version.book.refused,
        folders=lambda version: version.book.folders,
    )
    await await_topics(process)
    writer = await Writer.start(process)
    await provide_topics(watches.current)

    async def take_over_sent() -> None:
        await watches.reload()
        if reader.books.last is not None:
            await sent.set_aside_broken(reader.books.last.messages, writer)

    await sent.catch_up()
    await take_over_sent()
    consumer = new_consumer(kafka, ARTICLES_TAGGED.name, group=settings.group(process.stage))
    process.stack.push_async_callback(stop_client, consumer)
    await consumer.start()
    everywhere = [partition.partition for partition in await partitions_of(consumer, MENTIONS.name)]

    def handle(record: ConsumedRecord) -> list[OutgoingRecord]:
        tagged, in_force = decode(ARTICLES_TAGGED, record), watches.current
        compiled = in_force.compiled
        if is_canary(record.key):
            compiled = in_force.canary
            note_tags(tagged)
        mentions = match_watches(tagged, compiled, now := datetime.now(UTC))
        outputs = [encode(MENTIONS.name, mention, process.stage, trace_of(record)) for mention in mentions]
        if (news := revised(tagged, compiled, mentions, now)) is not None:
            told = encode(MENTIONS.name, news, process.stage, trace_of(record))
            outputs += [replace(told, partition=number) for number in everywhere]
        Since.of(tagged.article, revised=tagged.article.replaces is not None).observe(process.stage, datetime.now(UTC))
        return outputs

    first_pass = FirstPass(process, consumer, lambda: watches.current, writer)
    watches.then(first_pass.begin)
    await asyncio.gather(
        consume(process, consumer, writer, handle),
        watches.watch(process, Audit.of(process, writer)),
        sent.follow(take_over_sent),
        first_pass.run(),
    )


async def decide_body(process: Process) -> None:
    """Decide in a thread: librdkafka's calls block. It sees whichever watches, silences and incidents are in force."""
    settings, kafka, loop = process.settings, process.settings.kafka, asyncio.get_running_loop()

    def provide_topic(name: str) -> None:
        try:
            asyncio.run_coroutine_threadsafe(provision(kafka, [alert_topic(name)]), loop).result(PROVIDE_SECONDS)
        except TopicMismatch as error:
            log.error("topic.differs", topic=alert_topic(name).name, error=str(error))  # alerts can be written there

    await await_topics(process)
    writer = await Writer.start(process)
    audit = Audit.of(process, writer)
    sent = SentWatches(process)
    await sent.catch_up()
    incidents = IncidentsFollower(process)
    handling = HandlingFollower(process)
    await asyncio.gather(incidents.catch_up(), handling.catch_up())
    watches = Live(
        "watches",
        BookReader(settings.config, sent),
        contents=lambda book: book.contents,
        refused=lambda book: book.refused,
        folders=lambda book: book.folders,
    )
    silences = Live(
        "silences",
        SilencesReader(settings.config),
        contents=lambda silences: {each.id: each for each in silences.listed},
        refused=lambda silences: silences.refused,
    )
    sources = Live("sources", partial(SourceIds.read, settings.config))
    policies = PoliciesInForce(lambda: watches.current, lambda: silences.current, lambda: sources.current)

    def catch_up(watch: str) -> None:
        reading = _read_until(lambda: watch in watches.current.watches, watches, process)
        with suppress(TimeoutError):  # it is not in force then, and what it met is held
            asyncio.run_coroutine_threadsafe(reading, loop).result(PROVIDE_SECONDS)

    decider = AlertDecider(
        process.stage, policies, incidents, provide_topic, catch_up, lambda: datetime.now(UTC), handling.of
    )
    deciding = TransactionalLoop(settings, process.stage, MENTIONS.name, ALERTING_STATE.name, process.progress)
    await asyncio.gather(
        asyncio.to_thread(deciding.run, decider, process.stopping.is_set),
        watches.watch(process, audit),
        silences.watch(process, audit),
        sources.watch(process),
        sent.follow(watches.reload),
        incidents.follow(),
        handling.follow(),
    )


async def notify_body(process: Process) -> None:
    """Route each alert, and keep one loop for each channel; a changed folder starts, ends or replaces those whose
    channels changed."""
    sent = SentWatches(process)
    routes = Live(
        "routes",
        RoutesReader(process.settings.config, sent),
        contents=lambda version: version.contents,
        refused=lambda version: version.book.refused,
        folders=lambda version: version.book.folders,
        by_contents=True,
    )
    await await_topics(process)
    writer = await Writer.start(process)
    handling = HandlingFollower(process)
    canary = CanaryChannel(Arrivals(timedelta(seconds=process.settings.canary_interval_seconds)))
    built_in = {CANARY: canary} if process.settings.canary else {}

    def channels() -> Mapping[str, Channel]:
        return {**routes.current.channels, **built_in}

    trouble = Trouble(process, writer, channels, lambda: routes.current.book.installation.trouble_channels)
    absence = Absence(process, canary, trouble)

    def begin(channel: Channel) -> ChannelLoop:
        loop = ChannelLoop(process, channel, writer, handling, trouble)
        if channel is canary:
            absence.reader = loop
        return loop

    await asyncio.gather(sent.catch_up(), handling.catch_up(), trouble.catch_up())
    await routes.reload()

    async def catch_up(watch: str) -> None:
        await _read_until(lambda: watch in routes.current.book.watches, routes, process)

    router = Router(process.stage, lambda: routes.current, catch_up)
    process.progress.started()
    await asyncio.gather(
        RouterLoop(process, router, writer).run(),
        _keep_channels(process, channels, begin),
        absence.watch(),
        routes.watch(process, Audit.of(process, writer)),
        sent.follow(routes.reload),
        handling.follow(),
        trouble.follow(),
    )


async def _read_until(known: Callable[[], bool], live: Live[Any], process: Process) -> None:
    """Read the configuration anew until something is known of it, for a moment at most."""
    for _ in range(CATCH_UP_ROUNDS):
        await live.reload()
        if known() or process.stopping.is_set():
            return
        await process.sleep(CATCH_UP_SECONDS / CATCH_UP_ROUNDS)


async def _keep_channels(
    process: Process, wanted: Callable[[], Mapping[str, Channel]], begin: Callable[[Channel], ChannelLoop]
) -> None:
    channels = RunningChannels(begin)
    while not process.stopping.is_set():
        channels.look(wanted())
        if channels.moves:
            process.progress.beat()
        await process.sleep(ROUND_SECONDS)
    await channels.end()
