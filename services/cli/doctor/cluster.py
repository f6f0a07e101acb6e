"""The brokers and what they hold: who is there, how many copies, whether anything can be written."""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import ConfigResource

from services.backbone.settings import KafkaSettings
from services.cli.doctor.finding import Finding, counted, error, named, ok, warning

SECONDS: Final = 4.0
_WANTED: Final = {"READ", "WRITE", "DESCRIBE"}
_AUTHORISATION: Final = frozenset({29, 30, 31, 53})
"""TOPIC_, GROUP_, CLUSTER_ and TRANSACTIONAL_ID_AUTHORIZATION_FAILED."""


@dataclass(frozen=True, slots=True)
class Copies:
    """One partition."""

    topic: str
    partition: int
    leader: int
    replicas: int
    in_sync: int
    least_in_sync: int
    """`min.insync.replicas`; 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the brokers say."""

    brokers: Mapping[int, str]
    """host:port of each, as it tells clients."""
    unreachable: Mapping[int, str]
    """Of those that do not answer there, why."""
    copies: tuple[Copies, ...]
    denied: Mapping[str, Collection[str]]
    """By topic what this user may not do there."""


def admin_of(kafka: KafkaSettings) -> AdminClient:
    """A client that says nothing by itself."""
    return AdminClient(kafka.librdkafka() | {"log_level": 0, "socket.timeout.ms": 4000})


async def ask_cluster(kafka: KafkaSettings, topics: Collection[str]) -> Cluster:
    """Ask about the brokers, and of these topics those that are there.

    Raises:
        confluent_kafka.KafkaException: the broker does not tell.
    """
    admin = admin_of(kafka)
    known = await asyncio.to_thread(admin.list_topics, timeout=SECONDS)
    there = [name for name in known.topics if name in topics]
    least, denied = await asyncio.gather(
        asyncio.to_thread(_least_in_sync, admin, there), asyncio.to_thread(_denied, admin, there)
    )
    brokers = {broker.id: f"{broker.host}:{broker.port}" for broker in known.brokers.values()}
    found = await asyncio.gather(*(_unreachable(address) for address in brokers.values()))
    copies = tuple(
        Copies(name, number, one.leader, len(one.replicas), len(one.isrs), least.get(name, 0))
        for name in there
        for number, one in known.topics[name].partitions.items()
    )
    unreachable = {number: why for number, why in zip(brokers, found, strict=True) if why}
    return Cluster(brokers, unreachable, copies, denied)


def judge_cluster(cluster: Cluster) -> Iterator[Finding]:
    """Whether all can be written, read and survive."""
    for number, why in cluster.unreachable.items():
        yield error(
            "cluster",
            f"broker {number} tells its clients to come to {cluster.brokers[number]}, and from here: {why}",
            "correct advertised.listeners of the broker, or the name and the way to it from here",
        )
    headless = [f"{each.topic}[{each.partition}]" for each in cluster.copies if each.leader < 0]
    if headless:
        yield error("cluster", f"no broker leads {named(headless)}", "start the brokers that are away; see their logs")
    short = [each for each in cluster.copies if each.leader >= 0 and each.in_sync < each.replicas]
    shut = [each for each in cluster.copies if each.leader >= 0 and each.in_sync < each.least_in_sync]
    for each in [each for each in shut if each.replicas < each.least_in_sync][:1]:
        fix = f"let min.insync.replicas be {each.replicas}, or give the topics more copies"
        what = (
            f"min.insync.replicas is {each.least_in_sync} and there are {each.replicas} copies: nothing can be written"
        )
        yield error("cluster", f"{each.topic}: {what}", fix)
    waiting = [f"{each.topic}[{each.partition}]" for each in shut if each.replicas >= each.least_in_sync]
    if waiting:
        fix = "start the brokers that are away; nothing is lost, what is to be written waits"
        yield error("cluster", f"too few copies are in step to write to {named(waiting)}", fix)
    behind = [f"{each.topic}[{each.partition}]" for each in short if each not in shut]
    if behind:
        fix = "start the brokers that are away, and see their disks and logs"
        yield warning("cluster", f"not every copy is in step: {named(behind)}", fix)
    if not (cluster.unreachable or headless or short or shut):
        copies = min((each.replicas for each in cluster.copies), default=0)
        kept = f", {counted(copies, 'copy').replace('copys', 'copies')} of each topic, all in step" if copies else ""
        yield ok("cluster", f"{counted(len(cluster.brokers), 'broker')} alive{kept}")
    yield from judge_rights(cluster.denied)


def judge_rights(denied: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Whether this user may do what the processes do."""
    by_operations: dict[tuple[str, ...], list[str]] = {}
    for topic, operations in denied.items():
        by_operations.setdefault(tuple(sorted(operations)), []).append(topic)
    for lacking, topics in by_operations.items():
        yield error(
            "rights",
            f"{named(lacking)} is not allowed to this user on {counted(len(topics), 'topic')}: {named(sorted(topics))}",
            "grant it to the user that runs Tocsin; other subscribers need Read and Describe only, and no doctor",
        )


async def _unreachable(address: str) -> str:
    """Why nobody can come to an address that a broker tells; empty where it can be reached."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(SECONDS / 2):
            _, writer = await asyncio.open_connection(host, int(port))
    except TimeoutError:
        return "no answer"
    except OSError as reason:
        return reason.strerror or str(reason)
    writer.close()
    return ""


def _least_in_sync(admin: AdminClient, topics: Collection[str]) -> dict[str, int]:
    if not topics:
        return {}
    asked = admin.describe_configs(
        [ConfigResource(ConfigResource.Type.TOPIC, name) for name in topics], request_timeout=SECONDS
    )
    found: dict[str, int] = {}
    for resource, future in asked.items():
        try:
            entry = future.result(SECONDS).get("min.insync.replicas")
        except KafkaException:
            continue  # a broker that does not tell, or not to us: rights are looked at beside this
        if entry is not None and str(entry.value).isdigit():
            found[resource.name] = int(entry.value)
    return found


def _denied(admin: AdminClient, topics: Collection[str]) -> dict[str, set[str]]:
    """By topic what we may not do. A broker without an authorizer allows all; one that does not tell, too."""
    if not topics:
        return {}
    denied: dict[str, set[str]] = {}
    asked = admin.describe_topics(
        TopicCollection(list(topics)), include_authorized_operations=True, request_timeout=SECONDS
    )
    for name, future in asked.items():
        try:
            described: Any = future.result(SECONDS)
        except KafkaException as reason:
            if reason.args[0].code() in _AUTHORISATION:
                denied[name] = set(_WANTED)
            continue
        allowed = {operation.name for operation in described.authorized_operations or ()}
        if allowed and "ALL" not in allowed and (lacking := _WANTED - allowed):
            denied[name] = lacking
    return denied
