"""How far each consumer is behind: what is committed against where the topics end, looked at twice, two seconds apart.

stage            reads               its place
tagging          articles            moves with every record
match            articles.tagged     moves with every record
decide           mentions            moves with every record
route            alerts              moves with every record
notify.<channel> notifications       stands below what is not all done, so it may stand for as long as something is held
recheck-<delay>  alerts              stands at what is not due yet: on purpose

What waits is looked for by reading, not by counting: behind the last record of a transaction stands its mark, and no
reader ever commits that.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError as AioKafkaError
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from services.backbone.clients import new_consumer, partitions_of
from services.backbone.errors import BrokerUnavailable, TopicMismatch
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ALERTS, ARTICLES, ARTICLES_TAGGED, MENTIONS, NOTIFICATIONS, Topic
from services.cli.connection import connected
from services.cli.doctor.cluster import SECONDS, admin_of
from services.ingestion.rechecking.delays import DELAYS

APART_SECONDS: Final = 2.0
READ_MS: Final = 400
MOST_ROUNDS: Final = 3
SLACK: Final = timedelta(hours=1)

STAGES: Final[Mapping[str, Topic[Any]]] = {
    "tagging": ARTICLES,
    "match": ARTICLES_TAGGED,
    "decide": MENTIONS,
    "route": ALERTS,
}


@dataclass(frozen=True, slots=True)
class Reader:
    """One consumer group as it should be."""

    name: str
    """Without the deployment's."""
    stage: str
    """The process that it is of."""
    topic: Topic[Any]
    holds: timedelta | None = timedelta(0)
    """For how long it leaves a record on purpose; None where that may be for any time."""
    begins_late: bool = False
    """Whether it begins at a moment of its own: where it committed nothing, nothing waits for it."""


@dataclass(frozen=True, slots=True)
class Group:
    """How a reader stands."""

    reader: Reader
    members: int
    waiting: int
    """Records that it has not handled, or a few less: marks of transactions count too."""
    oldest: datetime | None
    """When the oldest of them was written; None where none waits, or none could be read in time."""
    moved: int
    """Records that it handled while it was looked at."""
    lost: int = 0
    """Records that were deleted before it had handled them."""
    denied: bool = False
    """This user may not look at it, nor join it."""


def readers_of(channels: Iterable[str], *, recheck: bool) -> list[Reader]:
    """Every group of an installation with these channels."""
    late = {"route"}
    return [
        *(
            Reader(name, "notify" if name == "route" else name, topic, begins_late=name in late)
            for name, topic in STAGES.items()
        ),
        *(Reader(f"notify.{each}", "notify", NOTIFICATIONS, holds=None, begins_late=True) for each in channels),
        *(
            Reader(f"recheck-{delay.name}", "ingestion", ALERTS, holds=delay.after + SLACK)
            for delay in DELAYS
            if recheck
        ),
    ]


async def ask_groups(settings: Settings, readers: Collection[Reader]) -> tuple[list[Group], dict[str, int]]:
    """Look at the groups of a deployment.

    Returns:
        How each reader stands, and how many members the group of each stage has.

    Raises:
        BrokerUnavailable: no broker answers.
    """
    admin = admin_of(settings.kafka)
    names = [settings.group(reader.name) for reader in readers]
    asked = [*names, settings.group("ingestion")]
    async with _consumer(settings) as consumer, _places_of_groups(settings.kafka) as places_of_groups:
        topics = sorted({reader.topic.name for reader in readers})
        (members, denied), first, *found = await asyncio.gather(
            _members(admin, asked), _committed(places_of_groups, names), *(_bounds(consumer, topic) for topic in topics)
        )
        bounds = dict(zip(topics, found, strict=True))
        await asyncio.sleep(APART_SECONDS)
        second = await _committed(places_of_groups, names)
        groups = []
        for reader, name in zip(readers, names, strict=True):
            starts, ends = bounds[reader.topic.name]
            before, now = first.get(name, {}), second.get(name, {})
            places = _places(reader, now, starts)
            behind = {place: offset for place, offset in places.items() if offset < ends[place]}
            oldest = await _oldest(consumer, behind, ends)
            groups.append(
                Group(
                    reader,
                    members.get(name, 0),
                    sum(ends[place] - offset for place, offset in behind.items()) if oldest is not None else 0,
                    oldest,
                    sum(max(0, now[place] - before.get(place, now[place])) for place in now),
                    sum(max(0, starts[place] - now[place]) for place in now if place in starts),
                    name in denied,
                )
            )
    by_stage = {"ingestion": members.get(settings.group("ingestion"), 0)}
    for group in groups:
        if group.reader.name in STAGES:
            by_stage[group.reader.stage] = by_stage.get(group.reader.stage, 0) + group.members
    return groups, by_stage


@asynccontextmanager
async def _consumer(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    async with connected(new_consumer(settings.kafka, fetch_max_wait_ms=50), settings.kafka) as consumer:
        yield consumer


@asynccontextmanager
async def _places_of_groups(kafka: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Who is asked what groups committed. Not librdkafka's administrator, which the rest asks: that ends the process,
    by a segmentation fault, where a broker that has just started has no coordinator yet (seen with 2.16.0)."""
    client = AIOKafkaAdminClient(**kafka.aiokafka(), request_timeout_ms=int(SECONDS * 1000))
    try:
        try:
            await client.start()
        except (AioKafkaError, OSError) as error:
            raise BrokerUnavailable.at(kafka.bootstrap_servers, error) from None
        yield client
    finally:
        await client.close()


async def _bounds(
    consumer: AIOKafkaConsumer, topic: str
) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
    """Where each partition begins and ends now; nothing where there is no such topic."""
    try:
        partitions = await partitions_of(consumer, topic)
    except TopicMismatch:
        return {}, {}
    starts, ends = await asyncio.gather(consumer.beginning_offsets(partitions), consumer.end_offsets(partitions))
    return starts, ends


def _places(
    reader: Reader, committed: Mapping[TopicPartition, int], starts: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Where it goes on, partition by partition."""
    if reader.begins_late and not committed:
        return {}
    return {place: max(start, committed.get(place, start)) for place, start in starts.items()}


async def _oldest(
    consumer: AIOKafkaConsumer, behind: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> datetime | None:
    """When the oldest record from these offsets on was written; None where there is none."""
    if not behind:
        return None
    consumer.assign(list(behind))
    for place, offset in behind.items():
        consumer.seek(place, offset)
    oldest: int | None = None
    open_ = set(behind)
    for _ in range(MOST_ROUNDS):
        for place, records in (await consumer.getmany(*open_, timeout_ms=READ_MS, max_records=len(open_))).items():
            if records:
                oldest = min(records[0].timestamp, oldest if oldest is not None else records[0].timestamp)
                open_.discard(place)
        open_ = {place for place in open_ if await consumer.position(place) < ends[place]}
        if not open_:
            break
    return datetime.fromtimestamp(oldest / 1000, UTC) if oldest is not None else None


async def _members(admin: AdminClient, groups: Collection[str]) -> tuple[dict[str, int], set[str]]:
    """Of each group how many read, none where nobody ever joined it; and those that we may not look at."""
    asked = admin.describe_consumer_groups(list(groups), request_timeout=SECONDS)
    found: dict[str, int] = {}
    denied: set[str] = set()
    for name, future in asked.items():
        try:
            described: Any = await asyncio.wrap_future(future)
        except KafkaException as reason:
            if reason.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                denied.add(name)
            continue
        found[name] = len(described.members)
    return found, denied


async def _committed(admin: AIOKafkaAdminClient, groups: Collection[str]) -> dict[str, dict[TopicPartition, int]]:
    """Of each group what it committed; nothing of one that we may not look at, or that nobody answers for yet."""

    async def one(name: str) -> dict[TopicPartition, int]:
        try:
            found = await admin.list_consumer_group_offsets(name)
        except AioKafkaError:
            return {}
        return {place: each.offset for place, each in found.items() if each.offset >= 0}

    found = await asyncio.gather(*map(one, groups))
    return dict(zip(groups, found, strict=True))


async def newest_of(kafka: KafkaSettings, topics: Collection[str]) -> datetime | None:
    """When the newest record of these topics was written, by the clock of who wrote it; None where there is none."""
    newest: list[int] = []
    async with connected(new_consumer(kafka, fetch_max_wait_ms=50), kafka) as consumer:
        for topic in topics:
            starts, ends = await _bounds(consumer, topic)
            last = {place: max(starts[place], end - 2) for place, end in ends.items() if starts[place] < end}
            if not last:
                continue
            consumer.assign(list(last))
            for place, offset in last.items():
                consumer.seek(place, offset)
            for records in (await consumer.getmany(timeout_ms=READ_MS)).values():
                newest += [record.timestamp for record in records]
    return datetime.fromtimestamp(max(newest) / 1000, UTC) if newest else None
