"""TOCSIN_KAFKA_* reaches a broker that asks for TLS and a password, through all three client libraries."""

import asyncio
import gc
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import SecretStr

from services.backbone.errors import BrokerUnavailable
from services.backbone.provision import inspect, provision
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import TOPICS, declared
from services.broker import KafkaBroker, Listener, free_port
from services.cli.run import LINE
from tests.broker.conftest import JARS, installed
from tests.flow.test_broker_away import PACK
from tests.vocabulary import Desk, Item, Site, rings

PASSWORD = "a-password-of-this-test"


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secured(authority: trustme.CA, tmp_path: Path) -> KafkaSettings:
    """How to reach the broker's second listener."""
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    return KafkaSettings(
        bootstrap_servers=f"127.0.0.1:{free_port()}",
        security_protocol="SASL_SSL",
        ssl_cafile=trusted,
        sasl_mechanism="PLAIN",
        sasl_username="desk",
        sasl_password=PASSWORD,
        session_timeout_seconds=6,
    )


@pytest.fixture
def broker(authority: trustme.CA, secured: KafkaSettings, tmp_path: Path) -> KafkaBroker:
    """A Kafka with a listener that asks for TLS and a password."""
    server = authority.issue_cert("127.0.0.1", "localhost")
    pem = tmp_path / "server.pem"
    key = load_pem_private_key(server.private_key_pem.bytes(), None)
    chain = b"".join(blob.bytes() for blob in server.cert_chain_pems)
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain)  # as Java reads it
    port = int(secured.bootstrap_servers.rpartition(":")[2])
    login = "org.apache.kafka.common.security.plain.PlainLoginModule"
    return installed(
        KafkaBroker(
            tmp_path / "kafka",
            free_port(),
            jars=JARS,
            listeners=[Listener("DESKS", port, port, "SASL_SSL")],
            properties={
                "listener.name.desks.sasl.enabled.mechanisms": "PLAIN",
                "listener.name.desks.plain.sasl.jaas.config": f'{login} required user_desk="{PASSWORD}";',
                "listener.name.desks.ssl.keystore.type": "PEM",
                "listener.name.desks.ssl.keystore.location": str(pem),
            },
        )
    )


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_whole_line_runs_over_tls_with_a_password(
    broker: KafkaBroker, secured: KafkaSettings, site: Site, tmp_path: Path
) -> None:
    (tmp_path / "config").mkdir()
    desk = Desk(
        Settings(config=tmp_path / "config", deployment="secured", instance="one", kafka=secured),
        {
            "TOCSIN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
            "TOCSIN_KAFKA_SSL_CAFILE": str(secured.ssl_cafile),
            "TOCSIN_KAFKA_SASL_MECHANISM": "PLAIN",
            "TOCSIN_KAFKA_SASL_USERNAME": "desk",
            "TOCSIN_KAFKA_SASL_PASSWORD": PASSWORD,
        },
    )
    desk.writes("pack/actors.yaml", PACK)
    desk.writes("tocsin.yaml", {"channels": [{"id": "screen", "type": "terminal"}], "default_channels": ["screen"]})
    desk.watches(ttp={"any": [{"actor": "ttp"}]})
    desk.reads(f"{site.url}/feed")
    site.publishes("feed", [Item("one", "The TTP is named", "A text.")])

    with broker:
        wrong = secured.model_copy(update={"sasl_password": SecretStr("not it")})
        with pytest.raises(BrokerUnavailable, match="no broker answers"):
            asyncio.run(inspect(wrong, TOPICS))
        gc.collect()  # aiokafka leaves the socket of a refused client to the collector
        asyncio.run(provision(secured, declared()))
        with desk.running(*LINE):
            desk.eventually(lambda: len(rings(desk)) == 1, "the alert stands on its topic")
            desk.eventually(lambda: any(PASSWORD not in text and "TTP" in text for text in logs(desk)), "it is shown")
            assert not any(PASSWORD in text for text in logs(desk))


def logs(desk: Desk) -> list[str]:
    return [desk.log(stage).read_text(encoding="utf-8") for stage in LINE]
