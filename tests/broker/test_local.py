"""Starting and stopping, which both kinds share."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.backbone.errors import PortTaken
from services.broker import EmbeddedBroker, KafkaBroker, LocalBroker, answers, find, free_port, stop
from services.broker.errors import BrokerDidNotStart, OtherBrokerRuns

START_AND_WAIT = """
import sys, time
from pathlib import Path
from services.broker import EmbeddedBroker
with EmbeddedBroker(Path(sys.argv[1]), int(sys.argv[2])):
    print("up", flush=True)
    time.sleep(60)
"""
START_AND_LEAVE = """
import sys
from pathlib import Path
from services.broker import EmbeddedBroker
EmbeddedBroker(Path(sys.argv[1]), int(sys.argv[2])).start()
"""


async def create(broker: LocalBroker, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.address)
    await admin.start()
    await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    await admin.close()


async def produce(broker: LocalBroker, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker.address, acks="all")
    await producer.start()
    await producer.send_and_wait(topic, value)
    await producer.stop()


async def first_value(broker: LocalBroker, topic: str) -> bytes | None:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=broker.address, auto_offset_reset="earliest")
    await consumer.start()
    value: bytes | None = (await consumer.getone()).value
    await consumer.stop()
    return value


@pytest.mark.parametrize("fixture", ["own_kafka", "embedded"])
async def test_once_started_it_takes_and_gives_records(fixture: str, request: pytest.FixtureRequest) -> None:
    broker: LocalBroker = request.getfixturevalue(fixture)
    running = broker.start()
    assert (running.kind, running.address) == (broker.kind, broker.address)
    await create(broker, "words")
    await produce(broker, "words", b"first")
    assert await first_value(broker, "words") == b"first"
    assert broker.stop() == running
    assert not answers(broker.port)


def test_starting_twice_and_stopping_twice_is_no_error(embedded: EmbeddedBroker) -> None:
    first = embedded.start()
    again = EmbeddedBroker(embedded.data, free_port())
    assert again.start() == first
    assert again.address == first.address
    assert embedded.stop() == first
    assert embedded.stop() is None


def test_a_taken_port_is_told_with_the_option_that_chooses_another(embedded: EmbeddedBroker) -> None:
    with socket.create_server(("127.0.0.1", embedded.port)), pytest.raises(PortTaken) as told:
        embedded.start()
    assert str(embedded.port) in str(told.value)
    assert "--port" in str(told.value)
    assert embedded.running() is None


def test_a_running_broker_of_the_other_kind_is_not_taken_for_ours(embedded: EmbeddedBroker) -> None:
    embedded.start()
    with pytest.raises(OtherBrokerRuns, match="tocsin broker stop"):
        KafkaBroker(embedded.data, free_port()).start()


def test_a_broker_that_ends_at_once_shows_the_end_of_its_log(embedded: EmbeddedBroker) -> None:
    class Broken(EmbeddedBroker):
        def _command(self) -> list[str]:
            return ["/bin/sh", "-c", "echo the disk is on fire; exit 3"]

    with pytest.raises(BrokerDidNotStart, match=r"status 3.*\n.*the disk is on fire"):
        Broken(embedded.data, embedded.port).start()


def test_a_broker_that_does_not_answer_in_time_is_ended(embedded: EmbeddedBroker) -> None:
    class Silent(EmbeddedBroker):
        def _command(self) -> list[str]:
            return ["/bin/sleep", "60"]

    with pytest.raises(BrokerDidNotStart, match="in time"):
        Silent(embedded.data, embedded.port).start(seconds=0.3)
    assert find(embedded.data) is None


def test_an_open_port_that_says_nothing_is_no_broker() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert not answers(listener.getsockname()[1], seconds=0.2)


def test_in_a_block_it_ends_even_when_its_starter_is_killed(embedded: EmbeddedBroker) -> None:
    starter = start_python(START_AND_WAIT, embedded.data, embedded.port)
    assert starter.stdout is not None
    assert starter.stdout.readline() == b"up\n"
    assert find(embedded.data) is not None
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    until = time.monotonic() + 10
    while find(embedded.data) is not None and time.monotonic() < until:
        time.sleep(0.05)
    assert find(embedded.data) is None


def test_a_block_leaves_a_broker_that_ran_before_it(embedded: EmbeddedBroker) -> None:
    running = embedded.start()
    with EmbeddedBroker(embedded.data, embedded.port):
        pass
    assert find(embedded.data) == running


def test_as_a_daemon_it_outlives_its_starter_which_says_nothing_of_it(embedded: EmbeddedBroker) -> None:
    starter = start_python(START_AND_LEAVE, embedded.data, embedded.port)
    _, warned = starter.communicate()
    assert (starter.returncode, warned) == (0, b"")
    assert answers(embedded.port)
    assert stop(embedded.data) is not None
    assert not answers(embedded.port)


def start_python(program: str, data: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-W", "error", "-c", program, str(data), str(port)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_a_free_port_is_none_that_a_connection_may_be_given_before_it_is_used() -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first, last = map(int, given.read_text().split()) if given.exists() else (49152, 65535)
    for port in (free_port() for _ in range(10)):
        assert not first <= port <= last
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", port))
