from dataclasses import replace

import pytest
from confluent_kafka import Producer
from structlog.testing import capture_logs

from schemas.state import SourceState
from services.backbone.errors import TopicMismatch
from services.backbone.keyed_state import restore
from services.backbone.provision import inspect
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import Settings
from services.backbone.topics import INGESTION_STATE, MAX_RECORD_BYTES
from tests.backbone.on_kafka import put
from tests.schemas.examples import example

TOPIC = INGESTION_STATE.name


def state(source_id: str, etag: str) -> SourceState:
    return example(SourceState, source_id=source_id, etag=etag)


def saved(event: SourceState) -> OutgoingRecord:
    return encode(TOPIC, event, "ingestion")


def raw(key: str, value: bytes | None) -> OutgoingRecord:
    return OutgoingRecord(TOPIC, key.encode(), value, [])


async def test_the_newest_of_each_key_counts_and_what_was_removed_is_gone(settings: Settings) -> None:
    await put(
        settings,
        [saved(state(f"source-{number}", "old")) for number in range(20)]
        + [saved(state(f"source-{number}", "new")) for number in range(10)]
        + [raw("source-0", None), raw("source-15", None), saved(state("source-15", "again"))],
    )
    expected = {f"source-{number}": "new" if number < 10 else "old" for number in range(1, 20)} | {"source-15": "again"}
    restored = await restore(settings.kafka, INGESTION_STATE)
    assert {key: event.etag for key, event in restored.items()} == expected
    assert all(event.source_id == key for key, event in restored.items())


async def test_a_record_that_is_not_ours_is_told_and_passed_over(settings: Settings) -> None:
    mine = state("mine", "1")
    foreign = [b"not json", b'{"source_id": "x"}', b"{}" + b" " * MAX_RECORD_BYTES]
    await put(settings, [saved(mine), *(raw("mine", value) for value in foreign)])
    with capture_logs() as logs:
        assert await restore(settings.kafka, INGESTION_STATE) == {"mine": mine}
    assert [(log["event"], log["key"], log["offset"]) for log in logs] == [
        ("state.unreadable", "mine", offset) for offset in (1, 2, 3)
    ]


async def test_an_empty_topic_is_an_empty_state(settings: Settings) -> None:
    assert await restore(settings.kafka, INGESTION_STATE) == {}


async def test_a_topic_that_ends_in_an_aborted_transaction_is_read_to_its_end(settings: Settings) -> None:
    """Behind the last record stands a marker, which no consumer is handed."""
    kept = state("kept", "1")
    await put(settings, [saved(kept)])
    producer = Producer(settings.kafka.librdkafka() | {"transactional.id": f"{settings.deployment}.other"})
    producer.init_transactions(20)
    producer.begin_transaction()
    for partition in range(INGESTION_STATE.partitions):
        producer.produce(TOPIC, state("kept", "never").write(), b"kept", partition)
    producer.flush(20)
    producer.abort_transaction(20)
    assert await restore(settings.kafka, INGESTION_STATE) == {"kept": kept}


async def test_a_topic_that_does_not_exist_is_told_and_not_made(settings: Settings) -> None:
    gone = replace(INGESTION_STATE, name="gone")
    with pytest.raises(TopicMismatch, match="topic gone does not exist; create it: tocsin topics provision"):
        await restore(settings.kafka, gone)
    [report] = await inspect(settings.kafka, [gone])
    assert report.state == "missing"
