import asyncio
import threading

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, Producer, TopicPartition

from services.backbone import librdkafka
from services.backbone.librdkafka import read, stream_to_end
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings
from tests.backbone.on_kafka import put, put_with_a_bad_header

STATE = "alerting.state"


@pytest.fixture
def reading(settings: Settings) -> dict[str, object]:
    return settings.kafka.librdkafka() | {"isolation.level": "read_committed"}


def written(settings: Settings, records: list[tuple[bytes, bytes | None]]) -> None:
    producer = Producer(settings.kafka.librdkafka())
    for key, value in records:
        producer.produce(STATE, value, key, 0)
    assert producer.flush(20) == 0


def begun(settings: Settings, name: str) -> Producer:
    producer = Producer(settings.kafka.librdkafka() | {"transactional.id": f"{settings.deployment}.{name}"})
    producer.init_transactions(20)
    producer.begin_transaction()
    return producer


def test_a_partition_is_read_whole_oldest_first_and_nothing_of_the_others(
    settings: Settings, reading: dict[str, object]
) -> None:
    records = [(b"%d" % number, b"value" if number % 3 else None) for number in range(5_000)]
    written(settings, records)
    assert list(stream_to_end(reading, STATE, 0)) == [(key, value, at) for at, (key, value) in enumerate(records)]
    assert list(stream_to_end(reading, STATE, 1)) == []


def test_a_transaction_that_is_open_is_waited_for_and_one_that_is_aborted_never_seen(
    settings: Settings, reading: dict[str, object]
) -> None:
    aborted, late = begun(settings, "aborted"), begun(settings, "late")
    aborted.produce(STATE, b"never", b"a", 0)
    aborted.flush(20)
    late.produce(STATE, b"at last", b"b", 0)
    late.flush(20)
    aborted.abort_transaction(20)
    commit = threading.Timer(1.5, late.commit_transaction, [20])
    commit.start()
    assert [(key, value) for key, value, _ in stream_to_end(reading, STATE, 0)] == [(b"b", b"at last")]
    commit.join()


def test_a_partition_whose_end_does_not_come_is_an_error(
    settings: Settings, reading: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(librdkafka, "STILL_SECONDS", 1.0)
    for_ever = begun(settings, "for-ever")
    for_ever.produce(STATE, b"open", b"a", 0)
    for_ever.flush(20)
    with pytest.raises(KafkaException, match="not read to its end"):
        list(stream_to_end(reading, STATE, 0))
    for_ever.abort_transaction(20)


async def test_a_header_whose_name_is_not_utf8_is_passed_over_however_many_were_read_before(settings: Settings) -> None:
    good, bad = (OutgoingRecord("mentions", key, b"{}", [("n", b"1")], 0) for key in (b"good", b"bad"))
    await put(settings, [good])
    await put_with_a_bad_header(settings, bad)

    first, second = await asyncio.to_thread(polled, settings, 2)
    heated = [read(first).headers for _ in range(1_000)]
    broken = read(second)

    assert heated == 1_000 * [[("n", b"1")]]
    assert (broken.key, broken.headers) == (b"bad", None)


def polled(settings: Settings, number: int) -> list[Message]:
    """So many messages of the first partition of the mentions."""
    consumer = Consumer(settings.kafka.librdkafka() | {"group.id": "unused"})
    consumer.assign([TopicPartition("mentions", 0, OFFSET_BEGINNING)])
    try:
        return consumer.consume(number, timeout=20)
    finally:
        consumer.close()
