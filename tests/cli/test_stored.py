"""What is stored is read in the order of time, bounded in time, by key and in memory."""

import asyncio
from collections.abc import Collection
from contextlib import aclosing
from datetime import datetime, timedelta

import pytest
from confluent_kafka import Producer

from services.backbone.errors import BrokerUnavailable, TopicMismatch
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ALERTS, DELIVERIES
from services.broker import free_port
from services.cli import stored
from services.cli.stored import opened, written_at
from tests.alerting.examples import alert
from tests.cli.history import BEGAN, Written, store

HOUR = timedelta(hours=1)


def rung(number: int, moment: datetime) -> Written:
    """An alert of a watch of its own, so that they stand in all partitions."""
    return encode(ALERTS.name, alert(watch=f"watch-{number}", slug=f"story-{number}"), "decide"), moment


def read(settings: Settings, since: datetime | None = None, keys: Collection[str] | None = None) -> list[str]:
    """The watches of the alerts, in the order in which they are handed on."""

    async def watches() -> list[str]:
        async with opened(settings.kafka) as topics:
            return [event.watch.id async for _, event in topics.events(ALERTS, since, keys)]

    return asyncio.run(watches())


def test_several_partitions_are_read_as_one_in_the_order_of_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "HELD", 2)
    store(settings, [rung(number, BEGAN + number * HOUR) for number in range(40)])

    every = [f"watch-{number}" for number in range(40)]
    assert read(settings) == every
    assert read(settings, since=BEGAN + 30 * HOUR) == every[30:]
    assert read(settings, since=BEGAN + 40 * HOUR) == []
    assert read(settings, keys={"watch-7", "watch-31"}) == ["watch-7", "watch-31"]
    assert read(settings, since=BEGAN + 30 * HOUR, keys=["watch-7", "watch-31"]) == ["watch-31"]


def test_what_is_of_the_canary_is_passed_over(settings: Settings) -> None:
    of_canary = encode(ALERTS.name, alert(watch="tocsin-canary-latin"), "decide")
    store(settings, [rung(1, BEGAN), (of_canary, BEGAN), rung(2, BEGAN)])
    assert sorted(read(settings)) == ["watch-1", "watch-2"]
    assert read(settings, keys=["tocsin-canary-latin"]) == []


def test_what_was_taken_back_is_not_there_and_what_is_unreadable_is_told(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    doubtful = Producer(settings.kafka.librdkafka() | {"transactional.id": "doubtful"})
    doubtful.init_transactions(10)
    doubtful.begin_transaction()
    doubtful.produce(ALERTS.name, alert(watch="taken-back").write(), key=b"taken-back")
    doubtful.flush(10)
    doubtful.abort_transaction(10)
    store(
        settings,
        [
            rung(1, BEGAN),
            (OutgoingRecord(ALERTS.name, b"watch-1", b"no JSON", []), BEGAN),
            (OutgoingRecord(ALERTS.name, b"watch-1", None, []), BEGAN),
            rung(2, BEGAN + HOUR),
        ],
    )

    assert read(settings) == ["watch-1", "watch-2"]
    [told] = capsys.readouterr().err.splitlines()
    assert told.startswith("alerts[")
    assert "not a Alert: Invalid JSON" in told


def test_one_stretch_is_read_after_another_and_knows_its_size(settings: Settings) -> None:
    store(settings, [rung(number, BEGAN + number * HOUR) for number in range(6)])

    async def two() -> tuple[list[datetime], int, int]:
        async with opened(settings.kafka) as topics:
            first = await topics.stretch(ALERTS.name)
            async with aclosing(topics.records(first)) as records:
                moments = [written_at(await anext(records)), written_at(await anext(records))]
            second = await topics.stretch(ALERTS.name, BEGAN + 4 * HOUR)
            moments += [written_at(record) async for record in topics.records(second)]
            nothing = await topics.stretch(DELIVERIES.name)
            moments += [written_at(record) async for record in topics.records(nothing)]
            return moments, first.size, second.size

    assert asyncio.run(two()) == ([BEGAN, BEGAN + HOUR, BEGAN + 4 * HOUR, BEGAN + 5 * HOUR], 6, 2)


def test_a_topic_or_a_broker_that_is_not_there_is_an_error_with_the_fix(settings: Settings) -> None:
    async def ask(kafka: KafkaSettings) -> None:
        async with opened(kafka) as topics:
            await topics.stretch("alerts.nowhere")

    with pytest.raises(TopicMismatch, match="create it: tocsin topics provision"):
        asyncio.run(ask(settings.kafka))
    with pytest.raises(BrokerUnavailable, match="start one"):
        asyncio.run(ask(KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port()}")))
