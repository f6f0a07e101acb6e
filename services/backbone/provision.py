"""Create or verify the topics before anything starts. Idempotent; never shrinks or retypes, and says what differs."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from services.backbone.broker_wait import wait_for_broker
from services.backbone.errors import BrokerUnavailable, TopicMismatch
from services.backbone.process import Process
from services.backbone.settings import KafkaSettings
from services.backbone.topics import TOPICS, Topic

_SET_ON_THE_TOPIC = 1
"""`config_source` DYNAMIC_TOPIC_CONFIG of DescribeConfigs."""

MISSING_SECONDS = 30.0
"""How long a process waits for topics that another is about to create."""
SETTLE_SECONDS = 15.0

State = Literal["present", "missing", "differs"]


@dataclass(frozen=True, slots=True)
class TopicReport:
    """How one topic stands on the broker against its declaration."""

    topic: Topic[Any]
    state: State
    differences: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    """Differences that provisioning does not mend, each with what a person can do."""


async def inspect(kafka: KafkaSettings, topics: Sequence[Topic[Any]]) -> list[TopicReport]:
    """Compare the broker's topics with their declaration.

    Raises:
        BrokerUnavailable: no broker answers.
    """
    async with _Admin(kafka) as admin:
        return await _inspect(admin, topics)


async def provision(kafka: KafkaSettings, topics: Sequence[Topic[Any]]) -> list[TopicReport]:
    """Create what is missing and bring retention and record size to what is declared.

    Returns:
        How each topic stood before.

    Raises:
        BrokerUnavailable: no broker answers.
        TopicMismatch: a topic has another partition count or cleanup policy; nothing was changed.
    """
    async with _Admin(kafka) as admin:
        reports = await _inspect(admin, topics)
        refused = [f"{report.topic.name}: {what}" for report in reports for what in report.refused]
        if refused:
            raise TopicMismatch("\n".join(refused))
        await _create(admin, kafka, [report.topic for report in reports if report.state == "missing"])
        await _settle(admin, topics)
        for report in reports:
            if report.state == "differs":
                await _alter(admin, report.topic)
        return reports


async def await_topics(process: Process, topics: Sequence[Topic[Any]] = TOPICS) -> None:
    """Return once the broker answers and has the topics as declared: what every process does first.

    Raises:
        TopicMismatch: a topic has another partition count or cleanup policy, or is still missing after a while.
    """
    await wait_for_broker(process)
    end = time.monotonic() + MISSING_SECONDS
    while not process.stopping.is_set():
        reports = await inspect(process.settings.kafka, topics)
        missing = any(report.state == "missing" for report in reports)
        if not missing or time.monotonic() > end:
            require(reports)
            return
        process.progress.waiting("topics")
        await process.sleep(1)


def require(reports: Iterable[TopicReport]) -> None:
    """Refuse to start on topics that are not as declared.

    Raises:
        TopicMismatch: naming each and the fix.
    """
    wrong = [
        f"{report.topic.name}: {what}"
        for report in reports
        for what in (("missing; create it: tocsin topics provision",) if report.state == "missing" else report.refused)
    ]
    if wrong:
        raise TopicMismatch("\n".join(wrong))


class _Admin:
    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._client = AIOKafkaAdminClient(**kafka.aiokafka(), request_timeout_ms=15_000)

    async def __aenter__(self) -> AIOKafkaAdminClient:
        try:
            await self._client.start()
        except (KafkaError, OSError) as error:
            await self._client.close()
            raise BrokerUnavailable.at(self._kafka.bootstrap_servers, error) from None
        return self._client

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()


async def _create(admin: AIOKafkaAdminClient, kafka: KafkaSettings, topics: Sequence[Topic[Any]]) -> None:
    if not topics:
        return
    new = [
        NewTopic(topic.name, topic.partitions, kafka.replication_factor, topic_configs=topic.config())
        for topic in topics
    ]
    try:
        response = await admin.create_topics(new)
    except TopicAlreadyExistsError:
        return  # another instance was quicker
    for name, code, *message in response.topic_errors:
        error = for_code(code)
        if error not in (TopicAlreadyExistsError,) and code != 0:
            raise TopicMismatch(f"{name}: the broker refused it: {error.__name__} {' '.join(map(str, message))}")


async def _alter(admin: AIOKafkaAdminClient, topic: Topic[Any]) -> None:
    """Set what is declared. The request replaces all of a topic's settings, so those of other people go with it."""
    [described] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
    theirs = {entry[0]: entry[1] for entry in described.resources[0][4] if entry[3] == _SET_ON_THE_TOPIC}
    resource = ConfigResource(ConfigResourceType.TOPIC, topic.name, theirs | topic.config())
    [altered] = await admin.alter_configs([resource])
    for code, message, *_ in altered.resources:
        if code != 0:
            raise TopicMismatch(f"{topic.name}: the broker refused the change: {for_code(code).__name__} {message}")


async def _settle(admin: AIOKafkaAdminClient, topics: Sequence[Topic[Any]]) -> None:
    """Wait until the broker shows what its controller has created: it can lag for a moment."""
    end = time.monotonic() + SETTLE_SECONDS
    while any(report.state == "missing" for report in await _inspect(admin, topics)):
        if time.monotonic() > end:
            raise TopicMismatch(f"the broker does not show the new topics after {SETTLE_SECONDS:.0f} s; try again")
        await asyncio.sleep(0.1)


async def _inspect(admin: AIOKafkaAdminClient, topics: Sequence[Topic[Any]]) -> list[TopicReport]:
    names = [topic.name for topic in topics]
    described = (
        {
            entry["topic"]: entry
            for entry in await admin.describe_topics([name for name in await admin.list_topics() if name in names])
            if entry["error_code"] == 0
        }
        if names
        else {}
    )
    configs = await _configs(admin, list(described))
    return [_report(topic, described.get(topic.name), configs.get(topic.name, {})) for topic in topics]


async def _configs(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    responses = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    return {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for response in responses
        for resource in response.resources
    }


def _report(topic: Topic[Any], described: dict[str, Any] | None, config: dict[str, str]) -> TopicReport:
    if described is None:
        return TopicReport(topic, "missing")
    refused: list[str] = []
    actual = len(described["partitions"])
    if actual != topic.partitions:
        refused.append(
            f"has {actual} partitions, declared are {topic.partitions}; a changed count would part keys from their "
            "state: delete the topic and provision it anew, or keep its count in services/backbone/topics.py"
        )
    declared = topic.config()
    differences = [
        f"{name} is {config[name]}, declared is {value}"
        for name, value in declared.items()
        if name in config and config[name] != value
    ]
    if "cleanup.policy" in config and config["cleanup.policy"] != topic.cleanup:
        refused.append(
            f"has cleanup.policy {config['cleanup.policy']}, declared is {topic.cleanup}; it would lose or keep "
            "records against its purpose: delete the topic and provision it anew"
        )
    state: State = "differs" if differences or refused else "present"
    return TopicReport(topic, state, tuple(differences), tuple(refused))
