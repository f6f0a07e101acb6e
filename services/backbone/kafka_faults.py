"""What follows an error of librdkafka in a transactional session. Four answers, and every code has one.

Each ends the session: its producer, its consumer and its memory are dropped, its open transaction is aborted. Nothing
is ever tried again in doubt; what differs is what comes next.
"""

import logging
from collections.abc import Mapping
from enum import Enum
from typing import Final

from confluent_kafka import KafkaError

from services.backbone.errors import TocsinError
from services.backbone.telemetry import logger

log = logger()


class NothingCommitted(TocsinError):
    """Transactions on the broker cannot go on, and a new session does not help."""


class Cure(Enum):
    """What mends an error."""

    WAITING = "waiting"
    """The broker is away, overloaded or moves something: new sessions, for as long as it takes."""
    ANEW = "a new session"
    """This session's place is lost or its transaction was refused: new sessions, but not without end."""
    FENCED = "one instance less"
    """Another process has our transactional id: a new session fences that one in turn, so not twice."""
    NOBODY = "a person"
    """No session will ever do better."""


_WAITING: Final = frozenset(
    {
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._TRANSPORT,
        KafkaError._RESOLVE,
        KafkaError._TIMED_OUT,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError._MSG_TIMED_OUT,
        KafkaError._WAIT_COORD,
        KafkaError._DESTROY,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.FENCED_LEADER_EPOCH,
        KafkaError.UNKNOWN_LEADER_EPOCH,
        KafkaError.NOT_ENOUGH_REPLICAS,
        KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        KafkaError.KAFKA_STORAGE_ERROR,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.TRANSACTION_COORDINATOR_FENCED,
        KafkaError.CONCURRENT_TRANSACTIONS,
        KafkaError.UNSTABLE_OFFSET_COMMIT,
        KafkaError.OFFSET_NOT_AVAILABLE,
        KafkaError.THROTTLING_QUOTA_EXCEEDED,
        KafkaError.REBOOTSTRAP_REQUIRED,
    }
)
_FENCED: Final = frozenset({KafkaError._FENCED, KafkaError.PRODUCER_FENCED, KafkaError.INVALID_PRODUCER_EPOCH})
_RIGHTS = "grant the rights on topics, group and transactional id that deploy/ names, or correct TOCSIN_KAFKA_SASL_*"
_OLD = "use Apache Kafka 2.5 or later"
_CONFIGURED = "correct what the broker allows, or what is set here"
_NOBODY: Final[Mapping[int, str]] = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED: _RIGHTS,
    KafkaError.GROUP_AUTHORIZATION_FAILED: _RIGHTS,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: _RIGHTS,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED: _RIGHTS,
    KafkaError.SASL_AUTHENTICATION_FAILED: _RIGHTS,
    KafkaError.ILLEGAL_SASL_STATE: _RIGHTS,
    KafkaError._AUTHENTICATION: _RIGHTS,
    KafkaError._SSL: "correct TOCSIN_KAFKA_SSL_* or the broker's certificate",
    KafkaError.UNSUPPORTED_SASL_MECHANISM: "correct TOCSIN_KAFKA_SASL_MECHANISM",
    KafkaError.UNSUPPORTED_VERSION: _OLD,
    KafkaError.UNSUPPORTED_FOR_MESSAGE_FORMAT: _OLD,
    KafkaError._UNSUPPORTED_FEATURE: _OLD,
    KafkaError.INVALID_TRANSACTION_TIMEOUT: "let the broker's transaction.max.timeout.ms be 10 s or more",
    KafkaError.INVALID_SESSION_TIMEOUT: "choose TOCSIN_KAFKA_SESSION_TIMEOUT_SECONDS within what the broker allows",
    KafkaError.INVALID_GROUP_ID: _CONFIGURED,
    KafkaError.INCONSISTENT_GROUP_PROTOCOL: "give this installation a TOCSIN_DEPLOYMENT of its own",
    KafkaError.GROUP_MAX_SIZE_REACHED: "run fewer instances, or raise the broker's group.max.size",
    KafkaError.SECURITY_DISABLED: _CONFIGURED,
    KafkaError._INVALID_ARG: _CONFIGURED,
    KafkaError._NOT_IMPLEMENTED: _OLD,
}


def cure(error: KafkaError) -> Cure:
    """What mends an error. One that nobody has heard of yet is worth a few new sessions."""
    code = error.code()
    if code in _NOBODY:
        return Cure.NOBODY
    if code in _FENCED:
        return Cure.FENCED
    if code in _WAITING:
        return Cure.WAITING
    return Cure.ANEW


def fix(error: KafkaError) -> str:
    """What a person can do about it."""
    answers = {
        Cure.FENCED: "another process runs with the same TOCSIN_DEPLOYMENT and TOCSIN_INSTANCE: give each its own",
        Cure.WAITING: "is the broker up? trying again",
        Cure.ANEW: "look at the broker's log; `tocsin topics provision` says where a topic is not as declared",
    }
    return _NOBODY.get(error.code()) or answers[cure(error)]


class Connections:
    """Whether a connection of a client broke while it was in use. librdkafka tells of that by its log only.

    It then sends what was unanswered again, in the same epoch: the end of a transaction too. Where both arrive, the
    second may end a later transaction (KAFKA-17754). A connection that was closed for it was idle is not counted, nor
    one that was never made.
    """

    def __init__(self) -> None:
        self.broken = False

    def log(self, level: int, _: str, facility: str, client: str, text: str) -> None:
        """What confluent-kafka calls, from within `poll`, for each line of librdkafka's log."""
        if facility == "FAIL" and "in state UP" in text:
            self.broken = True
        if level >= logging.CRITICAL:
            log.error("kafka.client", client=client, said=f"{facility} {text}")
