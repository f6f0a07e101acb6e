"""What a backup asks of the broker, and tells it: topics, ends, groups and how far these have committed."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from confluent_kafka import (
    Consumer,
    ConsumerGroupState,
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from services.backbone.backup.contents import Numbers, Place
from services.backbone.backup.errors import BackupError
from services.backbone.errors import BrokerUnavailable
from services.backbone.settings import KafkaSettings

SECONDS: Final = 15.0
COORDINATOR_SECONDS: Final = 2.0
SETTLE_SECONDS: Final = 45.0
PAUSE_SECONDS: Final = 0.1
_EARLIEST: Final = OffsetSpec.earliest()  # type: ignore[no-untyped-call]
_LATEST: Final = OffsetSpec.latest()  # type: ignore[no-untyped-call]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a partition stands."""

    end: int
    """Behind the last record, those of open transactions included."""
    stable_end: int
    """Before the first open transaction; where none is open, `end`."""


class Broker:
    """The questions, one at a time."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._servers = kafka.bootstrap_servers
        self._config = {**kafka.librdkafka(), "log_level": 2, "socket.timeout.ms": int(SECONDS * 1000)}
        self._admin = AdminClient(self._config)

    def topics(self) -> dict[str, int]:
        """Each topic with its number of partitions.

        Raises:
            BrokerUnavailable: no broker answers.
        """
        found = self._told(lambda: self._admin.list_topics(timeout=SECONDS))
        return {name: len(topic.partitions) for name, topic in found.topics.items() if not name.startswith("__")}

    def begins(self, places: Collection[Place]) -> dict[Place, int]:
        """The first offset of each that is kept."""
        return self._offsets(places, _EARLIEST, IsolationLevel.READ_UNCOMMITTED)

    def ends(self, places: Collection[Place]) -> dict[Place, int]:
        """Where each ends, open transactions included."""
        return self._offsets(places, _LATEST, IsolationLevel.READ_UNCOMMITTED)

    def readings(self, places: Collection[Place]) -> dict[Place, Reading]:
        """How each stands; both ends are asked for at once."""

        def ask() -> dict[Place, Reading]:
            asked = {TopicPartition(place.topic, place.number): _LATEST for place in places}
            stable, ends = (
                self._admin.list_offsets(asked, isolation_level=level, request_timeout=SECONDS)
                for level in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)
            )
            return {
                Place(each.topic, each.partition): Reading(ends[each].result().offset, stable[each].result().offset)
                for each in asked
            }

        return self._settled(ask)

    def groups(self) -> dict[str, bool]:
        """Each consumer group, and whether it has members."""
        found = self._told(lambda: self._admin.list_consumer_groups(request_timeout=SECONDS).result())
        if found.errors:
            raise BackupError(f"the broker does not list its consumer groups: {found.errors[0]}")
        return {each.group_id: each.state is not ConsumerGroupState.EMPTY for each in found.valid}

    def commits(self, group: str, places: Collection[Place]) -> dict[str, dict[int, int]]:
        """How far a group has committed in these partitions: by topic, and partition."""
        with self.place_of(group) as committed:
            found: dict[str, dict[int, int]] = {}
            for place, offset in committed(places).items():
                found.setdefault(place.topic, {})[place.number] = offset
            return found

    @contextmanager
    def place_of(self, group: str) -> Iterator[Callable[[Collection[Place]], dict[Place, int]]]:
        """Asks how far a group has committed, again and again. What an open transaction is about to change is waited
        for.

        By a consumer that is no member: librdkafka's administrator ends the process, by a segmentation fault, where a
        broker that has just started has no coordinator yet (seen with 2.16.0).
        """
        with closing(self._consumer(group)) as consumer:

            def committed(places: Collection[Place]) -> dict[Place, int]:
                asked = [TopicPartition(place.topic, place.number) for place in places]
                found = self._settled(lambda: consumer.committed(asked, COORDINATOR_SECONDS)) if asked else []
                for each in found:
                    if each.error is not None:
                        raise BackupError(f"the broker does not say where group {group} is: {each.error.str()}")
                return {Place(each.topic, each.partition): each.offset for each in found if each.offset >= 0}

            yield committed

    def commit(self, group: str, topics: Mapping[str, Numbers], note: str = "") -> None:
        """Let a group that has no members go on at these offsets.

        Raises:
            BackupError: the broker refuses it.
        """
        places = [
            TopicPartition(topic, number, offset, note)
            for topic, numbers in topics.items()
            for number, offset in numbers.items()
        ]
        with closing(self._consumer(group)) as consumer:
            for each in self._settled(lambda: consumer.commit(offsets=places, asynchronous=False)) or ():
                if each.error is not None:
                    raise BackupError(f"the broker does not take a commit of group {group}: {each.error.str()}")

    def forget_group(self, group: str) -> None:
        """Delete a group that has no members."""
        self._settled(lambda: _only(self._admin.delete_consumer_groups([group], request_timeout=COORDINATOR_SECONDS)))

    def delete_below(self, begins: Mapping[Place, int]) -> None:
        """Delete the records below these offsets."""
        asked = [TopicPartition(place.topic, place.number, offset) for place, offset in begins.items()]
        self._settled(lambda: [done.result() for done in self._admin.delete_records(asked).values()] if asked else [])

    def delete_topics(self, names: Collection[str]) -> None:
        """Delete topics with all that they hold."""
        for done in self._admin.delete_topics(list(names), operation_timeout=SECONDS).values():
            self._told(done.result)

    def _consumer(self, group: str) -> Consumer:
        return Consumer(
            {
                **self._config,
                "group.id": group,
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "retry.backoff.ms": 5,
            }
        )

    def _offsets(self, places: Collection[Place], spec: OffsetSpec, isolation: IsolationLevel) -> dict[Place, int]:
        if not places:
            return {}
        asked = {TopicPartition(place.topic, place.number): spec for place in places}

        def ask() -> dict[Place, int]:
            found = self._admin.list_offsets(asked, isolation_level=isolation, request_timeout=SECONDS)
            return {Place(each.topic, each.partition): done.result().offset for each, done in found.items()}

        return self._settled(ask)

    def _settled(self, ask: Callable[[], T]) -> T:
        """An answer, of a broker that may have just started or taken over: partitions and groups have nobody yet who
        answers for them then, and librdkafka waits for a group's in vain until it is asked anew."""
        until = time.monotonic() + SETTLE_SECONDS
        while True:
            try:
                return self._told(ask)
            except BrokerUnavailable:
                if time.monotonic() > until:
                    raise
                time.sleep(PAUSE_SECONDS)

    def _told(self, ask: Callable[[], T]) -> T:
        """An answer.

        Raises:
            BrokerUnavailable: none came.
            BackupError: the broker refuses.
        """
        try:
            return ask()
        except KafkaException as error:
            fault: KafkaError = error.args[0]
            if fault.code() in _AWAY:
                raise BrokerUnavailable.at(self._servers, error) from None
            raise BackupError(f"the broker refuses: {fault.str()}; may this client do it?") from None


_AWAY: Final = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._TIMED_OUT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._RESOLVE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.OFFSET_NOT_AVAILABLE,
    }
)


def _only(futures: Mapping[str, Any]) -> Any:
    """The answer of the one thing that was asked."""
    (future,) = futures.values()
    return future.result()


def restore_group(deployment: str) -> str:
    """The group that is there while a restore is under way, or was cut short."""
    return f"{deployment}.restore"
