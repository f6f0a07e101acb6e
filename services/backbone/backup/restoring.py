"""Writes a backup to an empty broker: each record to the partition it stood in, in its order, with its time.

the file is whole > the broker is empty > topics > where alerts begin (beyond.py) > configuration and records > commits

While it is under way a consumer group says so, `<deployment>.restore`: it has nothing else to say. One that was cut
short is begun anew.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confluent_kafka import KafkaError, Message, Producer

from services.backbone.backup import configuration
from services.backbone.backup.archive import CONFIGURATION, Archive, place_of
from services.backbone.backup.beyond import begin_at, beginnings, is_of_team
from services.backbone.backup.broker import Broker, restore_group
from services.backbone.backup.contents import Place
from services.backbone.backup.errors import BackupError, NotABackup
from services.backbone.backup.fitting import make_empty, require_fit
from services.backbone.backup.letters import moved
from services.backbone.backup.renumbering import Renumbering
from services.backbone.backup.stored import StoredRecord, read_records
from services.backbone.provision import provision
from services.backbone.settings import KafkaSettings, Settings
from services.backbone.topics import ALERTS, BROKER_RECORD_BYTES, CONFIGURATION_CHANGES, DEAD_LETTERS, declared

WRITE_SECONDS: Final = 120.0
"""A record that the broker has not taken by then has failed."""
QUEUED_KILOBYTES: Final = 32 * 1024
PAUSE_SECONDS: Final = 0.05

Moved = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored."""

    records: int
    groups: int
    files: int
    """Of the configuration."""
    letters_left_out: int
    """Dead letters whose record was gone from its topic, and that hold only its head."""


def restore_backup(
    settings: Settings, archive: Archive, config_to: Path | None, *, force: bool, start_again: bool, moved: Moved
) -> Restored:
    """Restore a backup.

    Args:
        settings: say where to.
        archive: the backup.
        config_to: where its configuration goes; None: nowhere.
        force: write the configuration over what is there.
        start_again: delete what an earlier restore wrote that was cut short.
        moved: is told how many of how many records are written.

    Raises:
        BackupError: it cannot be restored; the message says what to do.
        BrokerUnavailable: no broker answers.
        TopicMismatch: the broker's topics are not as declared.
    """
    require_fit(archive, settings.deployment)
    if config_to is not None:
        configuration.require_room(config_to, force=force or start_again)
    broker = Broker(settings.kafka)
    marker = restore_group(settings.deployment)
    make_empty(broker, settings.deployment, archive, start_again=start_again)
    named = [name.removeprefix(f"{ALERTS.name}.") for name in archive.manifest.topics if is_of_team(name)]
    asyncio.run(provision(settings.kafka, declared(named)))
    broker.commit(marker, {CONFIGURATION_CHANGES.name: {0: 0}}, f"restore of {archive.manifest.taken_at.isoformat()}")
    begin_at(settings.kafka, broker, beginnings(archive.cut))
    restoring = _Restoring(settings.kafka, broker, archive, moved)
    files = restoring.write(config_to)
    groups = restoring.commit()
    broker.forget_group(marker)
    return Restored(restoring.written, groups, files, restoring.letters_left_out)


class _Restoring:
    def __init__(self, kafka: KafkaSettings, broker: Broker, archive: Archive, moved: Moved) -> None:
        self._broker = broker
        self._archive = archive
        self._moved = moved
        self._failed: KafkaError | None = None
        self._producer = Producer(
            {
                **kafka.librdkafka(),
                "log_level": 2,
                "enable.idempotence": True,
                "message.max.bytes": BROKER_RECORD_BYTES,
                "message.timeout.ms": int(WRITE_SECONDS * 1000),
                "queue.buffering.max.kbytes": QUEUED_KILOBYTES,
                "linger.ms": 20,
                "batch.size": 512 * 1024,
                "delivery.report.only.error": True,
            }
        )
        self._places = _renumbered(broker, archive)
        self.written = 0
        self.letters_left_out = 0

    def write(self, config_to: Path | None) -> int:
        """Write all of it; how many files the configuration has.

        Raises:
            BackupError: the broker has not taken all, or has taken something else as well.
        """
        files, total = 0, self._archive.contents.total
        for name, data in self._archive.files():
            if (place := place_of(name)) is not None:
                self._write(place, data)
                self._moved(self.written + self.letters_left_out, total)
            elif name.startswith(CONFIGURATION) and config_to is not None:
                configuration.put(config_to, name.removeprefix(CONFIGURATION), data)
                files += 1
        self._flush()
        ends = self._broker.ends(list(self._places))
        if wrong := [place for place, each in self._places.items() if each.next != ends[place]]:
            place = wrong[0]
            raise BackupError(
                f"{place.topic}[{place.number}] ends at {ends[place]} and should at {self._places[place].next}: does "
                "something else write there? stop all processes, then restore once more with --start-again"
            )
        return files

    def commit(self) -> int:
        """Let every group go on where it was; how many there are."""
        groups = {group: topics for group, topics in self._archive.cut.groups.items() if any(topics.values())}
        for group, topics in groups.items():
            self._broker.commit(
                group,
                {
                    topic: {number: self._places[Place(topic, number)].position(at) for number, at in numbers.items()}
                    for topic, numbers in topics.items()
                },
            )
        return len(groups)

    def _write(self, place: Place, data: bytes) -> None:
        try:
            records = list(read_records(data))
        except ValueError as error:
            raise NotABackup(f"{self._archive.path} does not read: {error}") from None
        if place.topic == DEAD_LETTERS.name:
            records = self._letters(records)
        self._places[place].take(record.offset for record in records)
        for record in records:
            self._produce(place, record)
        self.written += len(records)
        self._producer.poll(0)
        self._require_taken()

    def _letters(self, records: Iterable[StoredRecord]) -> list[StoredRecord]:
        """Dead letters, with where their records stand now: those were written before."""
        kept: list[StoredRecord] = []
        for record in records:
            now = moved(record, lambda origin: self._record(*origin))
            if now is None:
                self.letters_left_out += 1
            else:
                kept.append(now)
        return kept

    def _record(self, place: Place, offset: int) -> int | None:
        known = self._places.get(place)
        return None if known is None else known.record(offset)

    def _produce(self, place: Place, record: StoredRecord) -> None:
        while True:
            try:
                self._producer.produce(
                    place.topic,
                    record.value,
                    record.key,
                    place.number,
                    on_delivery=self._refused,
                    timestamp=record.timestamp,
                    headers=list(record.headers),
                )
            except BufferError:
                self._producer.poll(PAUSE_SECONDS)
                self._require_taken()
            else:
                return

    def _refused(self, error: KafkaError | None, message: Message) -> None:
        self._failed = self._failed or error

    def _flush(self) -> None:
        until = time.monotonic() + WRITE_SECONDS
        while self._producer.flush(1.0) and time.monotonic() < until:
            self._require_taken()
        self._require_taken()

    def _require_taken(self) -> None:
        if self._failed is not None:
            raise BackupError(
                f"the broker does not take a record: {self._failed.str()}; when it does again, restore once more with "
                "--start-again"
            )


def _renumbered(broker: Broker, archive: Archive) -> dict[Place, Renumbering]:
    """Each partition, with the offsets that will be asked for."""
    wanted: dict[Place, set[int]] = {
        Place(topic, number): set()
        for topic, taken in archive.manifest.topics.items()
        for number in range(taken.partitions)
    }
    cut = archive.cut
    for topic, numbers in (pair for topics in cut.groups.values() for pair in topics.items()):
        for number, offset in numbers.items():
            wanted[Place(topic, number)].add(offset)
    for topic, origins in cut.letters.items():
        for number, offsets in origins.items():
            wanted.get(Place(topic, number), set()).update(offsets)
    bases = broker.ends(list(wanted))
    return {place: Renumbering(bases[place], offsets) for place, offsets in wanted.items()}
