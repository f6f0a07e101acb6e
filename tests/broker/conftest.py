"""Brokers for tests: real ones, on free ports, gone afterwards."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest

from services.broker import EmbeddedBroker, KafkaBroker, LocalBroker, free_port
from services.broker.errors import BrokerNotInstalled

B = TypeVar("B", bound=LocalBroker)
JARS = Path(__file__).resolve().parents[2] / ".tocsin" / "kafka" / "libs"
"""Where `tocsin broker start` keeps the jars too, so that they are fetched once for a checkout."""


def unavailable(reason: str) -> NoReturn:
    """End a test that lacks something of this machine: it is skipped, and failed when CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def installed(broker: B) -> B:
    """Give back a broker that can be started; the test is `unavailable` where it cannot be had."""
    try:
        broker.install()
    except BrokerNotInstalled as error:
        missing = str(error).splitlines()[0]
    else:
        return broker
    unavailable(missing)


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaBroker]:
    """Apache Kafka for this test alone, not started."""
    broker = installed(KafkaBroker(tmp_path / "kafka", free_port(), jars=JARS))
    yield broker
    broker.stop()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """The embedded broker for this test alone, not started."""
    broker = installed(EmbeddedBroker(tmp_path / "embedded", free_port()))
    yield broker
    broker.stop()
