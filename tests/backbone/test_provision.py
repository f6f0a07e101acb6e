import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas import Article
from services.backbone.errors import BrokerUnavailable, TopicMismatch
from services.backbone.provision import TopicReport, await_topics, inspect, provision, require
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ALERTING_STATE, ARTICLES, Topic, declared
from services.broker import free_port
from tests.backbone.eventually import eventually
from tests.backbone.on_kafka import admin_of, running


@pytest.fixture
async def admin(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    async with admin_of(settings) as admin:
        yield admin


async def configured(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    [response] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {entry[0]: entry[1] for entry in response.resources[0][4]}


async def becomes(admin: AIOKafkaAdminClient, topic: str, wanted: dict[str, str]) -> None:
    """Wait until the broker shows what its controller was told."""
    async with asyncio.timeout(5):
        while not wanted.items() <= (await configured(admin, topic)).items():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def configure(admin: AIOKafkaAdminClient, topic: Topic[Article], settings: dict[str, str]) -> None:
    """Change settings by hand, as an operator does."""
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name, topic.config() | settings)])
    await becomes(admin, topic.name, settings)


def states(reports: Sequence[TopicReport]) -> dict[str, str]:
    return {report.topic.name: report.state for report in reports}


async def test_what_is_missing_is_created_as_declared(settings: Settings, admin: AIOKafkaAdminClient) -> None:
    topics = declared(["desk"])
    assert states(await provision(settings.kafka, topics))["alerts.desk"] == "missing"
    described = {entry["topic"]: entry for entry in await admin.describe_topics([topic.name for topic in topics])}
    for topic in topics:
        assert len(described[topic.name]["partitions"]) == topic.partitions
        assert topic.config().items() <= (await configured(admin, topic.name)).items()


async def test_a_second_time_changes_nothing(settings: Settings) -> None:
    topics = declared(["desk"])
    await provision(settings.kafka, topics)
    again = await provision(settings.kafka, topics)
    assert set(states(again).values()) == {"present"}
    assert all(report.differences == report.refused == () for report in again)
    require(again)


async def test_several_may_provision_at_once(settings: Settings) -> None:
    topics = declared(f"desk-{number}" for number in range(5))
    await asyncio.gather(*(provision(settings.kafka, topics) for _ in range(3)))
    assert set(states(await inspect(settings.kafka, topics)).values()) == {"present"}


async def test_a_retention_changed_by_hand_is_told_and_mended_and_other_settings_stay(
    settings: Settings, admin: AIOKafkaAdminClient
) -> None:
    await configure(admin, ARTICLES, {"retention.ms": "1000", "segment.bytes": "20000000"})
    [report] = await inspect(settings.kafka, [ARTICLES])
    assert (report.state, report.differences) == ("differs", ("retention.ms is 1000, declared is 604800000",))
    require([report])  # a process runs on it all the same
    assert (await configured(admin, ARTICLES.name))["retention.ms"] == "1000", "to look changes nothing"

    await provision(settings.kafka, [ARTICLES])
    await becomes(admin, ARTICLES.name, {"retention.ms": "604800000"})
    assert (await configured(admin, ARTICLES.name))["segment.bytes"] == "20000000"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (replace(ARTICLES, partitions=4), r"articles: has 3 partitions, declared are 4; .*delete the topic"),
        (replace(ARTICLES, partitions=2), r"articles: has 3 partitions, declared are 2; .*delete the topic"),
        (replace(ARTICLES, cleanup="compact"), r"articles: has cleanup.policy delete, declared is compact; .*delete"),
    ],
    ids=["more partitions", "fewer partitions", "cleanup"],
)
async def test_what_would_lose_records_is_refused_with_the_fix_and_nothing_is_changed(
    settings: Settings, admin: AIOKafkaAdminClient, wrong: Topic[Article], told: str
) -> None:
    missing = replace(ARTICLES, name="not-there-yet")
    shorter = replace(ALERTING_STATE, name="deliveries", cleanup="delete", retention=timedelta(days=1))
    with pytest.raises(TopicMismatch, match=told):
        await provision(settings.kafka, [missing, shorter, wrong])
    assert states(await inspect(settings.kafka, [missing, shorter])) == {
        "not-there-yet": "missing",
        "deliveries": "differs",
    }
    assert set(states(await inspect(settings.kafka, declared())).values()) == {"present"}
    with pytest.raises(TopicMismatch, match=told):
        require(await inspect(settings.kafka, [wrong]))


async def test_a_topic_that_is_missing_is_told_with_the_command_that_makes_it(settings: Settings) -> None:
    with pytest.raises(TopicMismatch, match=r"^gone: missing; create it: tocsin topics provision$"):
        require(await inspect(settings.kafka, [ARTICLES, replace(ARTICLES, name="gone")]))


async def test_topics_of_others_are_none_of_our_business(settings: Settings, admin: AIOKafkaAdminClient) -> None:
    await admin.create_topics([NewTopic("theirs", 7, 1)])
    assert "theirs" not in states(await provision(settings.kafka, declared()))


async def test_without_a_broker_the_message_says_what_to_do() -> None:
    address = f"127.0.0.1:{free_port()}"
    async with asyncio.timeout(20):
        with pytest.raises(
            BrokerUnavailable, match=rf"no broker answers at {address} .*TOCSIN_KAFKA_BOOTSTRAP_SERVERS"
        ):
            await provision(KafkaSettings(bootstrap_servers=address), [ARTICLES])


async def test_a_process_that_starts_before_its_topics_waits_for_them(settings: Settings) -> None:
    later = replace(ARTICLES, name="later")
    async with running(settings) as process:
        process.progress.started()
        waiting = asyncio.ensure_future(await_topics(process, [ARTICLES, later]))
        await eventually(lambda: process.progress.report()["waiting_for"] == "topics")
        await provision(settings.kafka, [later])
        async with asyncio.timeout(5):
            await waiting


async def test_a_process_does_not_start_on_topics_of_another_shape(settings: Settings) -> None:
    async with running(settings) as process, asyncio.timeout(10):
        with pytest.raises(TopicMismatch, match="articles: has 3 partitions, declared are 4"):
            await await_topics(process, [replace(ARTICLES, partitions=4)])
