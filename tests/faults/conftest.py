"""A Kafka with a proxy before one of its listeners."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.backbone.settings import KafkaSettings, Settings
from services.broker import KafkaBroker, free_port
from services.broker.kafka import Listener
from tests.broker.conftest import JARS, installed
from tests.faults.group import SESSION_SECONDS, Group
from tests.faults.kafka_proxy import KafkaProxy

Groups = Callable[..., Group]


@pytest.fixture(scope="session")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[KafkaBroker, KafkaProxy]]:
    """A broker, and the proxy that its second listener's clients are sent to."""
    behind, before = free_port(), free_port()
    folder = tmp_path_factory.mktemp("kafka")
    listener = Listener("PROXIED", behind, before)
    with (
        installed(KafkaBroker(folder, free_port(), jars=JARS, listeners=[listener])) as broker,
        KafkaProxy(before, behind) as proxy,
    ):
        yield broker, proxy


@pytest.fixture
def groups(proxied: tuple[KafkaBroker, KafkaProxy], tmp_path: Path) -> Groups:
    """Makes groups of deciders, by name."""
    broker, proxy = proxied
    kafka = KafkaSettings(bootstrap_servers=broker.address, session_timeout_seconds=SESSION_SECONDS)
    settings = Settings(deployment="faults", instance="one", kafka=kafka)

    def group(name: str, kind: str = "sound") -> Group:
        return Group(f"{tmp_path.name}-{name}", settings, proxy, tmp_path, kind)

    return group
