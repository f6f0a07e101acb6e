import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pydantic import SecretStr, ValidationError

from schemas import Alert, ChannelIncident
from services.alerting.notify.channels import kafka
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Unusable
from services.alerting.notify.channels.kafka import Kafka, KafkaConfig
from services.alerting.notify.message import Message
from services.backbone import clients
from services.backbone.record import header
from services.backbone.settings import KafkaSettings, Settings
from services.broker import KafkaBroker, free_port
from tests.alerting.examples import alert
from tests.alerting.notify.channels.messages import TRACE, a_test, message, trouble
from tests.flow.test_secured import PASSWORD, authority, broker, secured  # noqa: F401 - fixtures
from tests.vocabulary import read_records

TAKEN = Answer(Verdict.TAKEN, "acknowledged")


def described(**more: Any) -> KafkaConfig:
    return KafkaConfig.model_validate({"id": "bus", "type": "kafka", "topic": "desk.alerts"} | more)


def to(settings: KafkaSettings, **more: Any) -> Kafka:
    """A topic on our own broker."""
    return described(**more).channel(Path(), {"TOCSIN_KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers})


async def send(channel: Kafka, *messages: Message) -> list[Answer]:
    async with channel.connect() as sends:
        return list(await asyncio.gather(*(sends(one) for one in messages)))


async def make(settings: KafkaSettings, topic: str = "desk.alerts", **config: str) -> None:
    admin = AIOKafkaAdminClient(**settings.aiokafka())
    await admin.start()
    try:
        configs = {name.replace("_", "."): value for name, value in config.items()}
        await admin.create_topics([NewTopic(topic, 3, 1, topic_configs=configs)])
        while topic not in await admin.list_topics():
            pass  # it is shown a moment later
    finally:
        await admin.close()


async def test_a_message_becomes_one_cloudevent_under_its_watchs_key(settings: Settings) -> None:
    await make(settings.kafka)
    escalated = replace(message(), escalated=True)
    assert await send(to(settings.kafka), escalated, a_test(), trouble()) == [TAKEN, TAKEN, TAKEN]

    by_id = {header(record.headers, "ce_id"): record for record in await read_records(settings.kafka, "desk.alerts")}
    assert by_id.keys() == {alert().event_id.encode(), b"test-1", b"inc-1.raised"}
    record = by_id[alert().event_id.encode()]
    assert (record.key, Alert.read(record.value or b"")) == (b"ttp", alert())
    assert header(record.headers, "ce_type") == b"tocsin.alert.v1"
    assert (header(record.headers, "traceparent") or b"").decode().split("-")[1] == TRACE.split("-")[1]
    incident = by_id[b"inc-1.raised"]
    assert header(incident.headers, "ce_type") == ChannelIncident.ce_type.encode()


async def test_a_topic_that_is_missing_is_not_made_and_is_found_once_it_is_there(settings: Settings) -> None:
    async with to(settings.kafka).connect() as sends:
        missing = await sends(message())
        await make(settings.kafka)
        made = await sends(message())

    at = settings.kafka.bootstrap_servers
    assert missing == Answer(Verdict.LATER, f"no topic desk.alerts at {at}, or it may not be seen; create it")
    assert made == TAKEN


async def test_a_record_that_is_too_large_is_never_taken_and_speaks_of_itself(settings: Settings) -> None:
    await make(settings.kafka, max_message_bytes="2000")
    large, small = await send(to(settings.kafka), message(title="x" * 3_000), trouble())

    assert (large.verdict, large.is_the_channel) == (Verdict.NEVER, False)
    assert "raise its max.message.bytes" in large.detail
    assert small == TAKEN


async def test_no_broker_is_tried_later_and_soon() -> None:
    begun = time.monotonic()
    (answer,) = await send(to(KafkaSettings(bootstrap_servers=f"127.0.0.1:{free_port()}")), message())

    assert answer.verdict is Verdict.LATER
    assert answer.detail.startswith("no connection to 127.0.0.1:")
    assert time.monotonic() - begun < 5


async def test_a_broker_that_is_silent_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    assert kafka.TIMEOUT_SECONDS == 15
    monkeypatch.setattr(kafka, "TIMEOUT_SECONDS", 0.5)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        (answer,) = await send(to(KafkaSettings(bootstrap_servers=f"127.0.0.1:{port}")), message())

    assert answer == Answer(Verdict.LATER, f"no acknowledgement within 0.5 s from 127.0.0.1:{port}")


async def test_another_broker_is_reached_by_its_own_settings(
    broker: KafkaBroker,  # noqa: F811
    secured: KafkaSettings,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def other(password: str) -> Kafka:
        written = {
            "topic": "alerts",  # ours, but not on this broker
            "bootstrap_servers": secured.bootstrap_servers,
            "security_protocol": "SASL_SSL",
            "ssl_cafile": "ca.pem",
            "sasl_mechanism": "PLAIN",
            "sasl_username": "desk",
            "sasl_password": {"env": "BUS_PASSWORD"},
        }
        return described(**written).channel(tmp_path, {"BUS_PASSWORD": password})

    monkeypatch.setenv("TOCSIN_KAFKA_SASL_USERNAME", "of our own broker")
    broker.start()
    await make(secured, "alerts")
    assert await send(other(PASSWORD), message()) == [TAKEN]
    (refused,) = await send(other("another"), message())
    monkeypatch.setattr(kafka, "TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(clients, "STOP_SECONDS", 0.2)
    async with other(PASSWORD).connect() as sends:
        assert await sends(message()) == TAKEN
        await asyncio.to_thread(broker.stop)
        gone = await sends(message())

    at = secured.bootstrap_servers
    assert refused == Answer(
        Verdict.LATER, f"no connection to {at}; see that it is up and that the security settings fit"
    )
    assert gone == Answer(Verdict.LATER, f"no acknowledgement within 0.5 s from {at}")
    assert PASSWORD not in repr(other(PASSWORD))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"topic": "desk alerts"}, "no topic has such a name; write it like desk.alerts"),
        ({"topic": ".."}, "no topic has such a name; write it like desk.alerts"),
        ({"bootstrap_servers": "kafka.example"}, "no addresses of a broker; write them like"),
        ({"sasl_username": "me"}, "remove sasl_username, or name another broker by bootstrap_servers"),
        (
            {"bootstrap_servers": "kafka.example:9092", "security_protocol": "SASL_SSL"},
            "SASL needs a name and a password; add sasl_username and sasl_password",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        described(**more)


@pytest.mark.parametrize(
    ("more", "key", "what"),
    [
        ({"topic": "alerts"}, "topic", "Tocsin itself writes 'alerts' on this broker"),
        ({"topic": "alerts.desk"}, "topic", "Tocsin itself writes 'alerts.desk' on this broker"),
        ({"topic": "notifications", "bootstrap_servers": "127.0.0.1:9092"}, "topic", "Tocsin itself writes"),
        ({"bootstrap_servers": "a:1", "ssl_cafile": "ca.pem"}, "ssl_cafile", "file ca.pem is not there"),
        (
            {"bootstrap_servers": "a:1", "security_protocol": "SSL", "ssl_cafile": "junk.pem"},
            "ssl_cafile",
            "no TLS with these files",
        ),
        (
            {
                "bootstrap_servers": "a:1",
                "security_protocol": "SASL_SSL",
                "sasl_username": "me",
                "sasl_password": {"env": "NONE"},
            },
            "sasl_password",
            "environment variable NONE is not set",
        ),
    ],
)
def test_what_is_not_there_is_told_by_its_key(more: dict[str, Any], key: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "junk.pem").write_text("junk")
    with pytest.raises(Unusable) as raised:
        described(**more).channel(tmp_path, {"TOCSIN_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:9092"})

    assert raised.value.key == key
    assert what in raised.value.what


def test_our_own_broker_is_reached_as_the_environment_says() -> None:
    environment = {
        "TOCSIN_KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9093",
        "TOCSIN_KAFKA_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "TOCSIN_KAFKA_SASL_USERNAME": "tocsin",
        "TOCSIN_KAFKA_SASL_PASSWORD": "word",
    }
    own = described().channel(Path(), environment).kafka
    assert own.bootstrap_servers == "kafka.example:9093"
    assert own.sasl_password == SecretStr("word")
