"""Who reads from outside, on a real Kafka with an authorizer, TLS and SCRAM: as subscribers come in."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError
from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pydantic import SecretStr

from services.backbone.provision import provision
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import TOPICS, alert_topic
from services.broker import KafkaBroker, Listener, free_port
from tests.broker.conftest import JARS, installed
from tests.cli.command import invoke, run, variables_of

# aiokafka leaves the socket of a refused client to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")

KABUL, QUETTA = "alerts.kabul-desk", "alerts.quetta-desk"


@dataclass(frozen=True)
class Secured:
    """A broker with a door for subscribers, and the one that operators use."""

    inside: str
    outside: str
    authority: Path

    def operator(self, *arguments: str) -> str:
        done = run("access", *arguments, TOCSIN_KAFKA_BOOTSTRAP_SERVERS=self.inside)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def subscriber(self, user: str, password: str) -> KafkaSettings:
        return KafkaSettings(
            bootstrap_servers=self.outside,
            security_protocol="SASL_SSL",
            ssl_cafile=self.authority,
            sasl_mechanism="SCRAM-SHA-512",
            sasl_username=user,
            sasl_password=SecretStr(password),
        )


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder, inside, outside = tmp_path_factory.mktemp("access"), free_port(), free_port()
    authority = trustme.CA()
    trusted, pem = folder / "ca.pem", folder / "server.pem"
    authority.cert_pem.write_to_path(str(trusted))
    server = authority.issue_cert("127.0.0.1", "localhost")
    key = load_pem_private_key(server.private_key_pem.bytes(), None)
    chain = b"".join(blob.bytes() for blob in server.cert_chain_pems)
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + chain)  # as Java reads it
    door = "listener.name.subscribers"
    login = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    broker = KafkaBroker(
        folder / "kafka",
        inside,
        jars=JARS,
        listeners=[Listener("SUBSCRIBERS", outside, outside, "SASL_SSL")],
        properties={
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            f"{door}.sasl.enabled.mechanisms": "SCRAM-SHA-512",
            f"{door}.scram-sha-512.sasl.jaas.config": login,
            f"{door}.ssl.keystore.type": "PEM",
            f"{door}.ssl.keystore.location": str(pem),
        },
    )
    with installed(broker):
        kafka = KafkaSettings(bootstrap_servers=f"127.0.0.1:{inside}")
        asyncio.run(provision(kafka, [*TOPICS, alert_topic("kabul-desk"), alert_topic("quetta-desk")]))
        asyncio.run(written(kafka, KABUL, QUETTA, "articles"))
        yield Secured(kafka.bootstrap_servers, f"127.0.0.1:{outside}", trusted)


async def written(kafka: KafkaSettings, *topics: str) -> None:
    async with AIOKafkaProducer(**kafka.aiokafka()) as producer:
        for topic in topics:
            await producer.send_and_wait(topic, topic.encode(), b"key")


async def reads(kafka: KafkaSettings, topic: str, group: str) -> bytes:
    """What stands first in a topic, read as a member of a group."""
    consumer = AIOKafkaConsumer(topic, **kafka.aiokafka(), group_id=group, auto_offset_reset="earliest")
    async with asyncio.timeout(20):
        try:
            await consumer.start()
            return bytes((await consumer.getone()).value)
        finally:
            await consumer.stop()


def password_in(shown: str) -> str:
    [password] = re.findall(r"^password  (\S+)$", shown, re.MULTILINE)
    assert len(password) >= 43, "as many bits as no one guesses"
    return str(password)


def test_a_subscriber_reads_its_topics_in_its_groups_and_nothing_else(secured: Secured) -> None:
    kabul = secured.subscriber("kabul", password_in(secured.operator("add", "kabul", "--topics", KABUL)))

    assert asyncio.run(reads(kabul, KABUL, "kabul")) == KABUL.encode()
    assert asyncio.run(reads(kabul, KABUL, "kabul.dashboard")) == KABUL.encode()
    for topic in (QUETTA, "articles", "alerting.state"):
        with pytest.raises(TopicAuthorizationFailedError):
            asyncio.run(reads(kabul, topic, "kabul"))
    for group in ("kabul2", "tocsin.decide"):
        with pytest.raises(GroupAuthorizationFailedError):
            asyncio.run(reads(kabul, KABUL, group))
    with pytest.raises(TopicAuthorizationFailedError):
        asyncio.run(written(kabul, KABUL))


def test_what_is_added_comes_to_what_a_user_has_and_a_star_stands_for_what_begins_so(secured: Secured) -> None:
    password = password_in(secured.operator("add", "region", "--topics", KABUL))
    assert "its password is as it was" in secured.operator("add", "region", "--topics", "alerts.*")
    region = secured.subscriber("region", password)
    assert asyncio.run(reads(region, QUETTA, "region")) == QUETTA.encode()
    assert '"topics": ["alerts.*", "alerts.kabul-desk"]' in secured.operator("list", "--json")


def test_a_topic_that_is_not_there_is_noted(secured: Secured) -> None:
    done = run("access", "add", "early", "--topics", "alerts.not-yet", TOCSIN_KAFKA_BOOTSTRAP_SERVERS=secured.inside)
    assert (done.returncode, "there is no topic alerts.not-yet yet" in done.stderr) == (0, True)


def test_who_has_a_password_of_another_kind_cannot_come_in_and_is_revoked_whole(secured: Secured) -> None:
    admin = AdminClient({"bootstrap.servers": secured.inside})
    weak = UserScramCredentialUpsertion("old", ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), b"x" * 40)
    for future in admin.alter_user_scram_credentials([weak]).values():
        future.result(20)
    password = password_in(secured.operator("add", "old", "--topics", KABUL))
    assert asyncio.run(reads(secured.subscriber("old", password), KABUL, "old")) == KABUL.encode()
    secured.operator("revoke", "old")
    everyone: Any = admin.describe_user_scram_credentials()
    assert "old" not in everyone.result(20)


def test_a_new_password_takes_the_place_of_the_old(secured: Secured) -> None:
    old = secured.subscriber("renewed", password_in(secured.operator("add", "renewed", "--topics", KABUL)))
    new = secured.subscriber("renewed", password_in(secured.operator("renew", "renewed")))
    assert asyncio.run(reads(new, KABUL, "renewed")) == KABUL.encode()
    with pytest.raises(KafkaError):
        asyncio.run(reads(old, KABUL, "renewed"))


def test_who_is_revoked_reads_nothing_more_even_on_an_open_connection(secured: Secured) -> None:
    leaver = secured.subscriber("leaver", password_in(secured.operator("add", "leaver", "--topics", KABUL)))

    async def follow() -> None:
        async with AIOKafkaConsumer(
            KABUL, **leaver.aiokafka(), group_id="leaver", auto_offset_reset="earliest"
        ) as consumer:
            await consumer.getone()
            await asyncio.to_thread(secured.operator, "revoke", "leaver")
            async with asyncio.timeout(20):
                await consumer.getone()

    with pytest.raises((TopicAuthorizationFailedError, GroupAuthorizationFailedError)):
        asyncio.run(follow())
    assert "leaver" not in secured.operator("list")
    with pytest.raises(KafkaError):
        asyncio.run(reads(leaver, KABUL, "leaver"))
    gone = run("access", "revoke", "leaver", TOCSIN_KAFKA_BOOTSTRAP_SERVERS=secured.inside)
    assert (gone.returncode, "tocsin access list" in gone.stderr) == (1, True)


def test_a_broker_that_lets_everyone_read_is_told_of_before_a_user_is_made(settings: Settings) -> None:
    open_to_all = run("access", "add", "kabul", "--topics", KABUL, **variables_of(settings))
    assert open_to_all.returncode == 1
    assert "no authorizer" in open_to_all.stderr
    assert "authorizer.class.name" in open_to_all.stderr
    assert "password  " not in open_to_all.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("a b", "--topics", "alerts"), "no user's name"),
        (("kabul.dash", "--topics", "alerts"), "no user's name"),
        (("tocsin", "--topics", "alerts"), "Tocsin itself"),
        (("ANONYMOUS", "--topics", "alerts"), "Tocsin itself"),
        (("kabul", "--topics", "alerts.kabul desk"), "no topic's name"),
        (("kabul", "--topics", "articels"), "did you mean 'articles'?"),
        (("kabul", "--topics", "*"), "no topic's name"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_the_broker_is_asked(arguments: tuple[str, ...], told: str) -> None:
    refused = invoke("access", "add", *arguments, TOCSIN_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert refused.exit_code == 2
    assert told in " ".join(refused.output.replace("│", " ").split())


@pytest.mark.parametrize("command", ["renew", "revoke"])
def test_tocsins_own_user_is_not_taken_away(command: str) -> None:
    own = {"TOCSIN_KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "TOCSIN_KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"}
    own |= {"TOCSIN_KAFKA_SASL_USERNAME": "line", "TOCSIN_KAFKA_SASL_PASSWORD": "a-password-of-this-test"}
    refused = invoke("access", command, "line", TOCSIN_KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1", **own)
    assert refused.exit_code == 2
    assert "Tocsin itself" in " ".join(refused.output.replace("│", " ").split())


def test_no_broker_is_said_in_bounded_time() -> None:
    absent = run("access", "list", TOCSIN_KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}")
    assert absent.returncode == 1
    assert "no broker answers" in absent.stderr
