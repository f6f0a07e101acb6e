"""What only Apache Kafka does: it keeps its records, and takes further listeners and properties."""

import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient

from services.backbone.errors import PortTaken
from services.broker import KafkaBroker, Listener, Running, free_port
from services.broker.errors import BrokerDidNotStart
from tests.broker.conftest import JARS, installed
from tests.broker.test_local import create, first_value, produce


@pytest.mark.parametrize("end", [KafkaBroker.stop, KafkaBroker.kill], ids=["stop", "kill -9"])
async def test_records_are_there_after_an_end_and_a_new_start(
    own_kafka: KafkaBroker, end: Callable[[KafkaBroker], Running | None]
) -> None:
    first = own_kafka.start()
    await create(own_kafka, "words")
    await produce(own_kafka, "words", b"kept")
    assert end(own_kafka) == first
    assert own_kafka.start().pid != first.pid
    assert await first_value(own_kafka, "words") == b"kept"


def test_topics_are_never_made_by_naming_them(own_kafka: KafkaBroker) -> None:
    own_kafka.start()
    producer = Producer({"bootstrap.servers": own_kafka.address, "message.timeout.ms": 1000, "log_level": 0})
    producer.produce("misspelt", b"x")
    producer.flush(5)
    assert "misspelt" not in AdminClient({"bootstrap.servers": own_kafka.address}).list_topics(timeout=5).topics


async def test_a_record_may_have_four_mebibytes_and_no_more(own_kafka: KafkaBroker) -> None:
    own_kafka.start()
    await create(own_kafka, "words")
    outcomes: list[str | None] = []

    def note(error: KafkaError | None, _: Message) -> None:
        outcomes.append(None if error is None else str(error.name()))

    producer = Producer({"bootstrap.servers": own_kafka.address, "message.max.bytes": 8_000_000, "log_level": 0})
    for size in (4 * 1024 * 1024 - 1024, 4 * 1024 * 1024 + 1024):
        producer.produce("words", bytes(size), on_delivery=note)
        producer.flush(20)
    assert outcomes == [None, "MSG_SIZE_TOO_LARGE"]


def advertised_port(port: int) -> int:
    """What a client that comes in by a port is told. It may ask there again, where nobody is: a new one does."""
    for _ in range(10):
        client = AdminClient({"bootstrap.servers": f"127.0.0.1:{port}"})
        with suppress(KafkaException):
            return int(next(iter(client.list_topics(timeout=5).brokers.values())).port)
    pytest.fail(f"nothing answers at {port}")


def test_clients_of_a_further_listener_are_told_its_advertised_port(tmp_path: Path) -> None:
    proxied, proxy = free_port(), free_port()
    broker = KafkaBroker(
        tmp_path,
        free_port(),
        jars=JARS,
        listeners=[Listener("PROXIED", proxied, proxy)],
        properties={"auto.create.topics.enable": "true"},
    )
    installed(broker).start()
    try:
        assert {port: advertised_port(port) for port in (broker.port, proxied)} == {
            broker.port: broker.port,
            proxied: proxy,
        }
        assert "auto.create.topics.enable=true" in (tmp_path / "server.properties").read_text()
    finally:
        broker.stop()


def test_a_start_that_fails_shows_what_kafka_said(own_kafka: KafkaBroker) -> None:
    records = own_kafka.data / "records"
    records.mkdir(parents=True)
    (records / "meta.properties").write_text("version=1\ncluster.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=7\n")
    with pytest.raises(BrokerDidNotStart, match="node id 7"):
        own_kafka.start()
    assert own_kafka.running() is None


def test_a_taken_port_of_a_further_listener_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)):
            KafkaBroker(tmp_path, free_port(), listeners=[Listener("PROXIED", port, port)]).start()


def test_a_property_that_kafka_refuses_is_told_before_the_start(tmp_path: Path) -> None:
    broker = KafkaBroker(tmp_path, free_port(), jars=JARS, properties={"process.roles": "spectator"})
    with pytest.raises(BrokerDidNotStart, match="spectator"):
        installed(broker).start()
