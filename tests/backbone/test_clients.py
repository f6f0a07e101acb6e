import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import NewTopic
from structlog.testing import capture_logs

from schemas import Article
from services.backbone import broker_wait
from services.backbone.broker_wait import wait_for_broker
from services.backbone.clients import Writer, new_consumer
from services.backbone.errors import BrokerRefuses, BrokerUnavailable, RecordTooLarge
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import KafkaSettings, Settings
from services.broker import KafkaBroker, free_port
from tests.backbone.eventually import eventually
from tests.backbone.kafka_dialect import broker_that_knows
from tests.backbone.on_kafka import admin_of, put, running, stands_in
from tests.broker.conftest import JARS, installed
from tests.schemas.examples import example


def articles(count: int, begin: int = 0) -> list[OutgoingRecord]:
    return [
        encode("articles", example(Article, id=f"art-{number}"), "ingestion") for number in range(begin, begin + count)
    ]


def keys(records: list[OutgoingRecord]) -> list[bytes]:
    return sorted(record.key for record in records)


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[KafkaBroker]:
    """A broker that a test may stop."""
    with installed(KafkaBroker(tmp_path / "broker", free_port(), jars=JARS)) as broker:
        yield broker


def settings_of(broker: KafkaBroker, tmp_path: Path) -> Settings:
    return Settings(config=tmp_path, instance="one", kafka=KafkaSettings(bootstrap_servers=broker.address))


async def test_what_is_written_stands_there(settings: Settings) -> None:
    written = articles(500)
    async with running(settings) as process:
        writer = await Writer.start(process)
        await writer.write(written)
        standing = await stands_in(settings, "articles")
    assert sorted(record.key for record in standing) == keys(written)
    by_key = {record.key: record for record in standing}
    assert all(by_key[record.key].value == record.value for record in written)
    assert [name for name, _ in by_key[written[0].key].headers] == [name for name, _ in written[0].headers]


async def test_drained_means_that_all_is_acknowledged(settings: Settings) -> None:
    async with running(settings) as process:
        writer = await Writer.start(process)
        futures = [await writer.send(record) for record in articles(300)]
        await writer.drain()
        assert all(future.done() and future.exception() is None for future in futures)


async def test_a_named_partition_is_kept_to(settings: Settings) -> None:
    record = OutgoingRecord("articles", b"k", b"v", [], partition=2)
    async with running(settings) as process:
        await (await Writer.start(process)).write([record, record])
    assert [standing.partition for standing in await stands_in(settings, "articles")] == [2, 2]


async def test_equal_keys_stand_in_one_partition_whichever_client_writes(settings: Settings) -> None:
    """librdkafka's default would be another hash; `decide` sets it to this one."""
    from confluent_kafka import Producer

    written = articles(50)
    await put(settings, written)
    producer = Producer(settings.kafka.librdkafka() | {"partitioner": "murmur2_random"})
    for record in written:
        producer.produce("articles", b"", record.key)
    producer.flush(20)
    partitions: dict[bytes, set[int]] = {}
    for record in await stands_in(settings, "articles"):
        partitions.setdefault(record.key, set()).add(record.partition)
    assert len(partitions) == 50
    assert all(len(numbers) == 1 for numbers in partitions.values())


@pytest.mark.parametrize("size", [5_000, 5 * 1024 * 1024], ids=["over the topic's limit", "over the client's limit"])
@pytest.mark.parametrize("idempotent", [False, True], ids=["plain", "idempotent"])
async def test_a_record_that_the_broker_does_not_take_is_told_and_the_rest_is_written(
    settings: Settings, size: int, idempotent: bool
) -> None:
    """Of an idempotent producer the broker takes nothing more then (OutOfOrderSequenceNumber), so another goes on."""
    async with admin_of(settings) as admin:
        await admin.create_topics([NewTopic("narrow", 1, 1, topic_configs={"max.message.bytes": "2000"})])
    async with running(settings) as process:
        writer = await Writer.start(process, idempotent=idempotent)
        refused = await writer.send(OutgoingRecord("narrow", b"large", b"x" * size, []))
        with pytest.raises(RecordTooLarge, match=f"narrow takes no record of {size} bytes"):
            await refused
        await writer.write([OutgoingRecord("narrow", key, b"x", []) for key in (b"one", b"two")])
        await writer.drain()
    assert sorted(record.key for record in await stands_in(settings, "narrow")) == [b"one", b"two"]


async def test_what_is_written_while_the_broker_is_away_arrives_when_it_is_back(
    own_broker: KafkaBroker, tmp_path: Path
) -> None:
    """Longer away than a request may take, so that the client itself gives up and the writer must try again."""
    settings = settings_of(own_broker, tmp_path)
    async with admin_of(settings) as admin:
        await admin.create_topics([NewTopic("articles", 3, 1)])
    producer = AIOKafkaProducer(
        bootstrap_servers=own_broker.address, acks="all", request_timeout_ms=2000, retry_backoff_ms=100
    )
    await producer.start()
    try:
        writer = Writer(producer, bound=60)
        await writer.write(articles(20))
        await asyncio.to_thread(own_broker.stop)

        futures = [await writer.send(record) for record in articles(60, begin=20)]
        one_more = asyncio.ensure_future(writer.send(articles(1, begin=80)[0]))
        await asyncio.sleep(5)
        ended = [(number, future.exception()) for number, future in enumerate(futures) if future.done()]
        assert not ended, "neither written nor given up"
        assert not one_more.done(), "what is on its way is bounded"

        await asyncio.to_thread(own_broker.start, daemon=False)
        async with asyncio.timeout(60):
            await asyncio.gather(*futures, await one_more)
            await writer.drain()
        assert {record.key for record in await stands_in(settings, "articles")} == set(keys(articles(81)))
    finally:
        await producer.stop()


async def test_what_the_client_has_no_room_for_while_the_broker_is_away_is_tried_again(
    own_broker: KafkaBroker, tmp_path: Path
) -> None:
    """More for one partition than the client gathers (16 KiB): what comes then waits, and is refused in the end."""
    settings = settings_of(own_broker, tmp_path)
    async with admin_of(settings) as admin:
        await admin.create_topics([NewTopic("articles", 1, 1)])
    producer = AIOKafkaProducer(bootstrap_servers=own_broker.address, acks="all", request_timeout_ms=2000)
    await producer.start()
    try:
        writer = Writer(producer, bound=60)
        await writer.write(articles(1))
        await asyncio.to_thread(own_broker.stop)

        futures = await asyncio.gather(*(writer.send(record) for record in articles(60)))
        assert not any(future.done() for future in futures)

        await asyncio.to_thread(own_broker.start, daemon=False)
        async with asyncio.timeout(60):
            await asyncio.gather(*futures)
        assert {record.key for record in await stands_in(settings, "articles")} == set(keys(articles(60)))
    finally:
        await producer.stop()


async def test_a_process_waits_for_its_broker_and_says_so_once(tmp_path: Path) -> None:
    broker = KafkaBroker(tmp_path / "broker", free_port(), jars=JARS)
    async with running(settings_of(broker, tmp_path)) as process:
        process.progress.started()
        with capture_logs() as logs:
            waiting = asyncio.ensure_future(wait_for_broker(process))
            await eventually(lambda: process.progress.report()["waiting_for"] == "broker")
            await asyncio.sleep(5)
            assert not waiting.done()
            with installed(broker):
                async with asyncio.timeout(30):
                    await waiting
        [away] = [log for log in logs if log["event"] == "broker.away"]
        assert away["bootstrap_servers"] == broker.address
        assert "tocsin broker start" in away["fix"]


async def test_a_process_that_is_stopped_meanwhile_waits_no_longer(tmp_path: Path) -> None:
    broker = KafkaBroker(tmp_path / "broker", free_port(), jars=JARS)
    async with running(settings_of(broker, tmp_path)) as process:
        starting = asyncio.ensure_future(Writer.start(process))
        await eventually(lambda: process.progress.report()["waiting_for"] == "broker")
        process.stopping.set()
        async with asyncio.timeout(3):
            with pytest.raises(BrokerUnavailable):
                await starting


async def test_a_consumer_begins_at_the_beginning_and_commits_nothing_by_itself(settings: Settings) -> None:
    await put(settings, articles(5))
    for _ in range(2):
        consumer = new_consumer(settings.kafka, "articles", group=settings.group("tried"))
        await consumer.start()
        try:
            seen: list[bytes] = []
            async with asyncio.timeout(20):
                while len(seen) < 5:
                    for batch in (await consumer.getmany(timeout_ms=200)).values():
                        seen += [record.key for record in batch]
        finally:
            await consumer.stop()
        assert sorted(seen) == keys(articles(5))


async def test_a_broker_that_will_never_let_us_in_ends_the_process_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_wait, "REFUSED_SECONDS", 1.0)
    async with broker_that_knows({3: (0, 9), 9: (0, 6), 18: (0, 3), 28: (0, 2)}) as address:
        settings = Settings(config=tmp_path, port=0, kafka=KafkaSettings(bootstrap_servers=address))
        async with running(settings) as process:
            with pytest.raises(BrokerRefuses, match=r"wrong version .* OffsetFetch .*; run Apache Kafka 2\.5 or later"):
                async with asyncio.timeout(10):
                    await wait_for_broker(process)
            report = process.progress.report()
            assert report["waiting_for"] == "broker"
            assert "a broker of the wrong version" in str(report["why"])
