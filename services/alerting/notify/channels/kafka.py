"""Another topic: each message as one CloudEvents record, on our own broker or on another.

The value is the event alone, as it stands on our own topics; the key is the watch's id, so a watch's alerts stay in
order; `ce_id` is the message's id, the same at every attempt. A record counts as taken once every in-sync replica has
it. The topic is not made here: somebody else's broker is theirs.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
)
from pydantic import AfterValidator, SecretStr, ValidationError, model_validator

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig, SecretUnset, Send, Unusable
from services.alerting.notify.channels.said import said
from services.alerting.notify.message import Message
from services.backbone.clients import start_producer, stop_client
from services.backbone.errors import RecordTooLarge
from services.backbone.record import OutgoingRecord, encode
from services.backbone.secret import Secret, SecretMissing
from services.backbone.settings import KafkaSettings
from services.backbone.topics import ALERTS, TOPICS

TIMEOUT_SECONDS = 15.0
"""For one message, the connection included."""
STAGE: Final = "notify"
_SECURITY: Final = frozenset(KafkaSettings.model_fields) & {
    "security_protocol",
    "ssl_cafile",
    "ssl_certfile",
    "ssl_keyfile",
    "ssl_key_password",
    "sasl_mechanism",
    "sasl_username",
    "sasl_password",
}
_PREFIX: Final = "TOCSIN_KAFKA_"


def _topic(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", name) or name in (".", ".."):
        raise ValueError("no topic has such a name; write it like desk.alerts")
    return name


def _servers(written: str) -> str:
    if not re.fullmatch(r"[^\s,]+:\d+(,[^\s,]+:\d+)*", written):
        raise ValueError("no addresses of a broker; write them like kafka-1.example:9092,kafka-2.example:9092")
    return written


class KafkaConfig(ChannelConfig):
    """A topic in `tocsin.yaml`. How its broker is reached is said as TOCSIN_KAFKA_* say it of ours."""

    type: Literal["kafka"]
    """Which kind of channel."""
    topic: Annotated[str, AfterValidator(_topic)]
    """The topic; it must be there."""
    bootstrap_servers: Annotated[str, AfterValidator(_servers)] | None = None
    """host:port of another broker, several separated by commas. Left out: our own."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How the connection is secured."""
    ssl_cafile: Path | None = None
    """PEM file of the authorities to trust, relative to the configuration folder; the system's where left out."""
    ssl_certfile: Path | None = None
    """PEM file of the client's certificate, for mutual TLS."""
    ssl_keyfile: Path | None = None
    """PEM file of the client's key."""
    ssl_key_password: Secret | None = None
    """Password of the client's key: {env: NAME} or {file: PATH}."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How the client signs in, with SASL_PLAINTEXT and SASL_SSL."""
    sasl_username: str | None = None
    """The client's name."""
    sasl_password: Secret | None = None
    """The client's password: {env: NAME} or {file: PATH}."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.bootstrap_servers is None and (useless := sorted(self.model_fields_set & _SECURITY)):
            raise ValueError(
                f"our own broker is reached as TOCSIN_KAFKA_* say; remove {useless[0]}, or name another broker by "
                "bootstrap_servers"
            )
        if self.security_protocol.startswith("SASL") and (self.sasl_username is None or self.sasl_password is None):
            raise ValueError("SASL needs a name and a password; add sasl_username and sasl_password")
        return self

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "Kafka":
        """The topic with the way to its broker.

        Raises:
            Unusable: a file or a secret is not there, or the topic is one that Tocsin writes itself.
        """
        own = _own(environment)
        kafka = own if self.bootstrap_servers is None else self._other(folder, environment)
        ours = self.topic in {topic.name for topic in TOPICS} or self.topic.startswith(f"{ALERTS.name}.")
        if ours and kafka.bootstrap_servers == own.bootstrap_servers:
            raise Unusable("topic", f"Tocsin itself writes {self.topic!r} on this broker", "choose another topic")
        return Kafka(self, kafka)

    def _other(self, folder: Path, environment: Mapping[str, str]) -> KafkaSettings:
        """Every setting is given, so that none of our own broker's is taken for this one."""
        kafka = KafkaSettings(
            bootstrap_servers=self.bootstrap_servers or "",
            security_protocol=self.security_protocol,
            ssl_cafile=_file("ssl_cafile", self.ssl_cafile, folder),
            ssl_certfile=_file("ssl_certfile", self.ssl_certfile, folder),
            ssl_keyfile=_file("ssl_keyfile", self.ssl_keyfile, folder),
            ssl_key_password=_secret("ssl_key_password", self.ssl_key_password, folder, environment),
            sasl_mechanism=self.sasl_mechanism,
            sasl_username=self.sasl_username,
            sasl_password=_secret("sasl_password", self.sasl_password, folder, environment),
            sasl_password_file=None,
        )
        if self.security_protocol.endswith("SSL"):
            try:
                kafka.ssl_context()
            except (OSError, ValueError) as error:  # ssl's own errors too
                key = "ssl_cafile" if self.ssl_certfile is None else "ssl_certfile"
                raise Unusable(
                    key, f"no TLS with these files: {error}", "write PEM files that belong together"
                ) from None
        return kafka


@dataclass(frozen=True, slots=True)
class Kafka:
    """One topic."""

    config: KafkaConfig
    kafka: KafkaSettings

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """Hold one producer, which is started with the first message, and another after it failed."""
        producers = _Producers(self.kafka, self.config.topic)

        async def send(message: Message) -> Answer:
            return await _send(producers, message)

        try:
            yield send
        finally:
            await producers.close()


class _TopicMissing(Exception):
    """There is no such topic, as far as this client may see."""


@dataclass(slots=True)
class _Producers:
    """One producer at a time."""

    kafka: KafkaSettings
    topic: str
    _current: AIOKafkaProducer | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _ending: set[asyncio.Task[None]] = field(default_factory=set)

    async def started(self) -> AIOKafkaProducer:
        """A producer to a broker that has the topic. To ask for a topic by its name would make it on some brokers.

        Raises:
            _TopicMissing: there is none.
            aiokafka.errors.KafkaError: no broker answers, or it lets nobody in.
        """
        async with self._starting:
            if self._current is None:
                producer = await start_producer(self.kafka, idempotent=False)
                try:
                    if not (await producer.client.fetch_all_metadata()).partitions_for_topic(self.topic):
                        raise _TopicMissing
                except BaseException:
                    self._end(producer)
                    raise
                self._current = producer
            return self._current

    def drop(self, producer: AIOKafkaProducer | None) -> None:
        """The next message gets another one: what this one knows of the broker may hold no longer."""
        if producer is not None and producer is self._current:
            self._current = None
            self._end(producer)

    async def close(self) -> None:
        """End all."""
        self.drop(self._current)
        await asyncio.gather(*self._ending)

    def _end(self, producer: AIOKafkaProducer) -> None:
        task = asyncio.create_task(stop_client(producer))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


async def _send(producers: _Producers, message: Message) -> Answer:
    producer: AIOKafkaProducer | None = None
    topic, at = producers.topic, producers.kafka.bootstrap_servers
    try:
        record = _record(topic, message)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            producer = await producers.started()
            await producer.send_and_wait(topic, record.value, key=record.key, headers=record.headers)
    except (RecordTooLarge, MessageSizeTooLargeError, RecordTooLargeError):
        size = len(message.event.write())
        detail = f"{topic} takes no record of {size} bytes; raise its max.message.bytes"
        return Answer(Verdict.NEVER, detail, is_the_channel=False)
    except _TopicMissing:
        return Answer(Verdict.LATER, f"no topic {topic} at {at}, or it may not be seen; create it")
    except TopicAuthorizationFailedError:
        return Answer(Verdict.LATER, f"{topic} may not be written to; permit it to this user")
    except TimeoutError:
        producers.drop(producer)
        return Answer(Verdict.LATER, f"no acknowledgement within {TIMEOUT_SECONDS:g} s from {at}")
    except KafkaConnectionError:
        producers.drop(producer)
        return Answer(Verdict.LATER, f"no connection to {at}; see that it is up and that the security settings fit")
    except (KafkaError, OSError) as error:
        producers.drop(producer)
        return Answer(Verdict.LATER, said(str(error), f"the broker at {at}"))
    return Answer(Verdict.TAKEN, "acknowledged")


def _record(topic: str, message: Message) -> OutgoingRecord:
    record = encode(topic, message.event, STAGE, message.trace or None)
    headers = [(name, message.id.encode() if name == "ce_id" else value) for name, value in record.headers]
    return OutgoingRecord(topic, record.key, record.value, headers)


def _own(environment: Mapping[str, str]) -> KafkaSettings:
    """Our own broker, as the environment says."""
    written: dict[str, Any] = {
        name: environment[f"{_PREFIX}{name.upper()}"]
        for name in KafkaSettings.model_fields
        if f"{_PREFIX}{name.upper()}" in environment
    }
    try:
        return KafkaSettings(**written)
    except ValidationError as error:
        reason = error.errors(include_input=False)[0]["msg"]
        raise Unusable("topic", f"{_PREFIX}* do not lead to our own broker: {reason}", "correct them") from None


def _file(key: str, path: Path | None, folder: Path) -> Path | None:
    if path is not None and not (folder / path).is_file():
        raise Unusable(key, f"file {path} is not there", "put the PEM file there, or correct the path")
    return None if path is None else folder / path


def _secret(key: str, secret: Secret | None, folder: Path, environment: Mapping[str, str]) -> SecretStr | None:
    try:
        return None if secret is None else SecretStr(secret.read(folder, environment))
    except SecretMissing as error:
        raise SecretUnset(key, error.what, error.fix) from None
