"""Each obstacle on the way to a broker is told apart, by real listeners of a real Kafka where it has them."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import SecretStr

from services.backbone.broker_version import lacks
from services.backbone.reaching import Obstacle, Reached, reach
from services.backbone.settings import KafkaSettings
from services.broker import EmbeddedBroker, KafkaBroker, Listener, free_port
from tests.backbone.kafka_dialect import broker_that_knows, served
from tests.broker.conftest import JARS, installed

PASSWORD = "a-password-of-this-test"
OF_KAFKA_2_4 = {0: (0, 8), 1: (0, 11), 3: (0, 9), 9: (0, 6), 18: (0, 3), 22: (0, 2), 28: (0, 2)}
"""As its protocol guide has them."""


class Broker:
    """A Kafka with a listener of each kind, and how to reach each rightly."""

    def __init__(self, folder: Path, authority: trustme.CA) -> None:
        self.trusted = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.trusted))
        self.ports = {name: free_port() for name in ("PLAIN", "TLS", "SIGNED", "BOTH")}
        protocols = dict(zip(self.ports, ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"), strict=True))
        pem, login = _pem(authority, folder), "org.apache.kafka.common.security.plain.PlainLoginModule"
        self.kafka = KafkaBroker(
            folder / "kafka",
            free_port(),
            jars=JARS,
            listeners=[Listener(name, port, port, protocols[name]) for name, port in self.ports.items()],
            properties={
                f"listener.name.{name.lower()}.{key}": value
                for name in self.ports
                for key, value in {
                    "sasl.enabled.mechanisms": "PLAIN",
                    "plain.sasl.jaas.config": f'{login} required user_desk="{PASSWORD}";',
                    "ssl.keystore.type": "PEM",
                    "ssl.keystore.location": str(pem),
                }.items()
            },
        )

    def at(self, listener: str, protocol: str, **more: object) -> KafkaSettings:
        """To reach a listener by this protocol."""
        return KafkaSettings(
            bootstrap_servers=f"127.0.0.1:{self.ports[listener]}",
            **{
                "security_protocol": protocol,
                "ssl_cafile": self.trusted,
                "sasl_mechanism": "PLAIN",
                "sasl_username": "desk",
                "sasl_password": SecretStr(PASSWORD),
                **more,
            },  # type: ignore[arg-type]
        )


def _pem(authority: trustme.CA, folder: Path) -> Path:
    server = authority.issue_cert("127.0.0.1")
    key = load_pem_private_key(server.private_key_pem.bytes(), None)
    chain = b"".join(blob.bytes() for blob in server.cert_chain_pems)
    path = folder / "server.pem"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain)  # as Java reads it
    return path


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("reached"), trustme.CA())
    with installed(broker.kafka):
        yield broker


def met(kafka: KafkaSettings, seconds: float = 5.0) -> Obstacle:
    found = asyncio.run(reach(kafka, seconds))
    assert isinstance(found, Obstacle), found
    return found


@pytest.mark.parametrize(
    ("listener", "protocol"),
    [("PLAIN", "PLAINTEXT"), ("TLS", "SSL"), ("SIGNED", "SASL_PLAINTEXT"), ("BOTH", "SASL_SSL")],
)
def test_who_comes_rightly_is_let_in(broker: Broker, listener: str, protocol: str) -> None:
    found = asyncio.run(reach(broker.at(listener, protocol)))
    assert isinstance(found, Reached), found
    assert found.versions[28][1] >= 3


@pytest.mark.parametrize(
    ("listener", "protocol", "more", "what", "fix"),
    [
        ("TLS", "PLAINTEXT", {}, "speaks TLS only, and TOCSIN_KAFKA_SECURITY_PROTOCOL is PLAINTEXT", "PROTOCOL=SSL,"),
        ("BOTH", "SASL_PLAINTEXT", {}, "speaks TLS only", "TOCSIN_KAFKA_SECURITY_PROTOCOL=SASL_SSL,"),
        ("PLAIN", "SSL", {}, "speaks no TLS, and TOCSIN_KAFKA_SECURITY_PROTOCOL is SSL", "PROTOCOL=PLAINTEXT,"),
        ("SIGNED", "SASL_SSL", {}, "speaks no TLS", "TOCSIN_KAFKA_SECURITY_PROTOCOL=SASL_PLAINTEXT,"),
        ("SIGNED", "PLAINTEXT", {}, "asks for a name and a password", "PROTOCOL=SASL_PLAINTEXT,"),
        ("BOTH", "SSL", {}, "asks for a name and a password", "TOCSIN_KAFKA_SASL_MECHANISM (PLAIN)"),
        ("PLAIN", "SASL_PLAINTEXT", {}, "asks for no password", "TOCSIN_KAFKA_SECURITY_PROTOCOL=PLAINTEXT,"),
        ("BOTH", "SASL_SSL", {"sasl_password": SecretStr("not it")}, "refuses the name or the password of d", "or m"),
        ("BOTH", "SASL_SSL", {"sasl_username": "nobody"}, "the name or the password of nobody", "PASSWORD_FILE"),
        ("BOTH", "SASL_SSL", {"sasl_mechanism": "SCRAM-SHA-512"}, "by SCRAM-SHA-512; by PLAIN", "MECHANISM=PLAIN"),
        ("TLS", "SSL", {"ssl_cafile": None}, "is not of any authority that this system trusts", "SSL_CAFILE"),
    ],
)  # fmt: skip
def test_who_comes_wrongly_is_told_what_is_wrong(
    broker: Broker, listener: str, protocol: str, more: dict[str, object], what: str, fix: str
) -> None:
    obstacle = met(broker.at(listener, protocol, **more))
    assert what in obstacle.what
    assert fix in obstacle.fix
    assert not obstacle.waiting_helps
    assert PASSWORD not in f"{obstacle}"


def test_another_authority_and_another_name_are_told_apart(broker: Broker, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    assert f"is not of the authority in {other}" in met(broker.at("TLS", "SSL", ssl_cafile=other)).what
    by_name = broker.at("TLS", "SSL").model_copy(update={"bootstrap_servers": f"localhost:{broker.ports['TLS']}"})
    obstacle = met(by_name)
    assert "is for another name" in obstacle.what
    assert "issue one for localhost" in obstacle.fix


def test_a_file_that_holds_no_certificate_is_told(broker: Broker, tmp_path: Path) -> None:
    nothing = tmp_path / "ca.pem"
    nothing.write_text("no certificate", encoding="utf-8")
    assert "certificates of this client cannot be used" in met(broker.at("TLS", "SSL", ssl_cafile=nothing)).what


def test_the_first_that_lets_us_in_counts(broker: Broker) -> None:
    here = broker.at("PLAIN", "PLAINTEXT")
    both = here.model_copy(update={"bootstrap_servers": f"127.0.0.1:{free_port()},{here.bootstrap_servers}"})
    assert isinstance(asyncio.run(reach(both)), Reached)


def test_nobody_there_no_such_name_and_no_answer_are_told_apart_and_may_pass() -> None:
    nobody = met(KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port()}"))
    assert "nothing listens at 127.0.0.1:" in nobody.what
    assert "tocsin broker start" in nobody.fix
    nameless = met(KafkaSettings(bootstrap_servers="kafka.invalid:9092"))
    assert "the name kafka.invalid does not resolve" in nameless.what
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        silent = met(KafkaSettings(bootstrap_servers=f"127.0.0.1:{mute.getsockname()[1]}"), seconds=0.5)
    assert "does not answer within" in silent.what
    assert all(each.waiting_helps for each in (nobody, nameless, silent))


def test_what_is_no_broker_is_told() -> None:
    async def ask_a_web_server() -> Reached | Obstacle:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(4)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            writer.close()

        async with served(answer) as address:
            return await reach(KafkaSettings(bootstrap_servers=address))

    obstacle = asyncio.run(ask_a_web_server())
    assert isinstance(obstacle, Obstacle)
    assert "is no Kafka broker: it answers b'HTTP/1.1" in obstacle.what


def test_a_broker_that_is_too_old_is_told_as_that() -> None:
    async def ask_an_old_one() -> Reached | Obstacle:
        async with broker_that_knows(OF_KAFKA_2_4) as address:
            return await reach(KafkaSettings(bootstrap_servers=address))

    obstacle = asyncio.run(ask_an_old_one())
    assert isinstance(obstacle, Obstacle)
    assert "a broker of the wrong version at 127.0.0.1:" in obstacle.what
    assert "its OffsetFetch goes to version 6, and 7 is needed" in obstacle.what
    assert obstacle.fix.startswith("run Apache Kafka 2.5 or later")
    assert not obstacle.waiting_helps


def test_exactly_kafka_2_5_is_enough() -> None:
    assert lacks(OF_KAFKA_2_4 | {9: (0, 7), 28: (0, 3)}) == []
    assert len(lacks(OF_KAFKA_2_4)) == 2


def test_the_embedded_broker_is_no_obstacle(tmp_path: Path) -> None:
    with installed(EmbeddedBroker(tmp_path, free_port())) as embedded:
        found = asyncio.run(reach(KafkaSettings(bootstrap_servers=embedded.address)))
    assert isinstance(found, Reached), found
