"""Who reads the alerts' topics from outside: SCRAM users on the broker, and what each may read (its ACLs).

A user has READ on its topics, and on the consumer groups that are named as it is or begin with its name and a dot.
Nothing else: it writes nowhere, and sees no topic that it was not given.

Source: Kafka's `User scram credentials` (KIP-554), and its ACLs with prefixed patterns (KIP-290).
"""

import secrets
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # its stubs export less than it has
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from services.backbone.errors import BrokerRefuses, BrokerUnavailable, TocsinError
from services.backbone.settings import KafkaSettings

REQUEST_SECONDS: Final = 10.0
ITERATIONS: Final = 8192
PASSWORD_BYTES: Final = 32
NOBODY: Final = "ANONYMOUS"
"""What Kafka calls whoever comes in without a name."""

_ABSENT: Final = {KafkaError._TRANSPORT, KafkaError._TIMED_OUT, KafkaError._ALL_BROKERS_DOWN}
_NO_AUTHORIZER: Final = (
    "this broker has no authorizer, so whoever reaches it may read everything: set authorizer.class.name on it "
    "(docker compose -f docker-compose.yml -f deploy/compose/subscribers.yaml up -d --wait), and try again"
)

T = TypeVar("T")


class UnknownUser(TocsinError):
    """The broker has no such user."""


@dataclass(frozen=True, slots=True)
class Access:
    """What one user may do. A name that ends in `*` stands for all that begin so."""

    user: str
    has_password: bool
    topics: tuple[str, ...]
    groups: tuple[str, ...]


class Accesses:
    """The users of a broker. Every call is bounded in time and raises `BrokerUnavailable` or `BrokerRefuses`."""

    def __init__(self, kafka: KafkaSettings) -> None:
        """
        Args:
            kafka: how to reach the broker, as somebody who may change users and ACLs.
        """
        self._at = kafka.bootstrap_servers
        self._admin = AdminClient(
            {**kafka.librdkafka(), "log_level": 2, "socket.timeout.ms": int(REQUEST_SECONDS * 1000)}
        )

    def all(self) -> list[Access]:
        """Everyone with a password or an ACL of ours, by name."""
        topics: dict[str, list[str]] = {}
        groups: dict[str, list[str]] = {}
        for binding in self._ask(lambda: self._admin.describe_acls(_of(None), request_timeout=REQUEST_SECONDS)):
            user = binding.principal.removeprefix("User:")
            names = {ResourceType.TOPIC: topics, ResourceType.GROUP: groups}.get(binding.restype)
            reads = binding.operation in (AclOperation.READ, AclOperation.ALL)
            if names is not None and reads and binding.permission_type is AclPermissionType.ALLOW:
                names.setdefault(user, []).append(_shown(binding))
        known = self._users()
        return [
            Access(user, user in known, tuple(sorted(topics.get(user, ()))), tuple(sorted(groups.get(user, ()))))
            for user in sorted(known | topics.keys() | groups.keys())
        ]

    def absent(self, topics: Iterable[str]) -> list[str]:
        """Those of these topics that the broker does not have."""
        try:
            there = self._admin.list_topics(timeout=REQUEST_SECONDS).topics
        except KafkaException as error:
            raise self._meaning(error.args[0]) from None
        return [name for name in topics if not name.endswith("*") and name not in there]

    def allow(self, user: str, topics: Iterable[str]) -> None:
        """Let a user read these topics, beside those that it reads."""
        bindings = [_reads(user, ResourceType.TOPIC, topic) for topic in topics]
        bindings += [_reads(user, ResourceType.GROUP, group) for group in (user, f"{user}.*")]
        self._all_of(lambda: self._admin.create_acls(bindings, request_timeout=REQUEST_SECONDS))

    def give_password(self, user: str) -> str:
        """A new password for a new or a known user; the old one opens no new connection any more.

        Returns:
            The password. The broker keeps only what is derived from it.
        """
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        info = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
        self._change(UserScramCredentialUpsertion(user, info, password.encode()))
        return password

    def revoke(self, user: str) -> None:
        """Take everything from a user: what it may read first, for its connections stay open.

        Raises:
            UnknownUser: it has neither a password nor an ACL.
        """
        taken = self._all_of(lambda: self._admin.delete_acls([_of(user)], request_timeout=REQUEST_SECONDS))
        if mechanisms := self._mechanisms().get(user):
            for mechanism in mechanisms:  # the broker takes one change of a user in a request
                self._change(UserScramCredentialDeletion(user, mechanism))
        elif not any(taken):
            raise UnknownUser(f"the broker knows no user {user}; those that it knows: tocsin access list")

    def _change(self, change: UserScramCredentialAlteration) -> None:
        self._all_of(lambda: self._admin.alter_user_scram_credentials([change], request_timeout=REQUEST_SECONDS))

    def _users(self) -> set[str]:
        """Those who can come in by the listener for subscribers."""
        return {user for user, known in self._mechanisms().items() if ScramMechanism.SCRAM_SHA_512 in known}

    def _mechanisms(self) -> dict[str, list[ScramMechanism]]:
        """By user, by which of them it has a password."""

        def request() -> "Future[Any]":
            return cast("Future[Any]", self._admin.describe_user_scram_credentials(request_timeout=REQUEST_SECONDS))

        return {
            user: [info.mechanism for info in described.scram_credential_infos]
            for user, described in self._ask(request).items()
        }

    def _all_of(self, request: Callable[[], dict[Any, "Future[T]"]]) -> list[T]:
        return [self._told(future) for future in request().values()]

    def _ask(self, request: Callable[[], "Future[T]"]) -> T:
        return self._told(request())

    def _told(self, future: "Future[T]") -> T:
        try:
            return future.result(2 * REQUEST_SECONDS)
        except KafkaException as error:
            raise self._meaning(error.args[0]) from None
        except TimeoutError as error:
            raise BrokerUnavailable.at(self._at, error) from None

    def _meaning(self, error: KafkaError) -> TocsinError:
        code = error.code()
        if code == KafkaError.SECURITY_DISABLED:
            return BrokerRefuses(_NO_AUTHORIZER)
        if code == KafkaError.CLUSTER_AUTHORIZATION_FAILED:
            return BrokerRefuses(
                "this user may not change users and ACLs; ask as one who may (TOCSIN_KAFKA_SASL_USERNAME): Alter and "
                "Describe on the cluster"
            )
        if code in (KafkaError.UNSUPPORTED_VERSION, KafkaError._UNSUPPORTED_FEATURE):
            return BrokerRefuses(f"this broker keeps no SCRAM users ({error.str()}); use Apache Kafka 3.5 or later")
        if code in _ABSENT:
            return BrokerUnavailable.at(self._at, KafkaException(error))
        return BrokerRefuses(f"the broker refused: {error.str()}")


def _reads(user: str, kind: ResourceType, name: str) -> AclBinding:
    pattern = ResourcePatternType.PREFIXED if name.endswith("*") else ResourcePatternType.LITERAL
    bare = name.removesuffix("*")
    return AclBinding(kind, bare, pattern, f"User:{user}", "*", AclOperation.READ, AclPermissionType.ALLOW)


def _of(user: str | None) -> AclBindingFilter:
    """What a user has; of everyone where none is named. None matches anything, which the stubs do not know."""
    anything: Any = None
    principal: Any = None if user is None else f"User:{user}"
    kinds = ResourceType.ANY, anything, ResourcePatternType.ANY
    return AclBindingFilter(*kinds, principal, anything, AclOperation.ANY, AclPermissionType.ANY)


def _shown(binding: AclBinding) -> str:
    return f"{binding.name}*" if binding.resource_pattern_type is ResourcePatternType.PREFIXED else str(binding.name)
