"""Takes a backup while everything runs.

configuration > what compacted topics hold > the moment (cut.py) > what came up to it > the other topics
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from services.backbone.backup.archive import CONFIGURATION, CUT, MANIFEST, ArchiveWriter, new_archive
from services.backbone.backup.broker import Broker, restore_group
from services.backbone.backup.configuration import look_through
from services.backbone.backup.contents import Contents, Cut, Manifest, Place, TopicTaken
from services.backbone.backup.cut import all_commits, by_topic, cut_decide, written_by_decide
from services.backbone.backup.errors import CannotTake
from services.backbone.backup.letters import Origin, origin_of, rests_on_its_origin
from services.backbone.backup.reading import StretchReader
from services.backbone.backup.selection import (
    BEFORE_THE_CUT,
    MEMORIES,
    begins_at,
    missing_topics,
    part_of,
    taken_topics,
)
from services.backbone.settings import Settings
from services.backbone.topics import DEAD_LETTERS, MENTIONS

NEAR: Final = 1_000
"""Originals of dead letters that stand no further apart are read in one go."""

Moved = Callable[[int, int], None]
"""Is told how many of how many records are taken over; there may be fewer, for marks of transactions count as well."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that was taken."""

    path: Path
    manifest: Manifest
    cut: Cut
    contents: Contents

    @property
    def size(self) -> int:
        """Of the file, in bytes."""
        return self.path.stat().st_size


def take_backup(settings: Settings, target: Path, *, everything: bool, moved: Moved) -> Taken:
    """Take a backup of an installation.

    Args:
        settings: say which.
        target: the file, or a folder in which a file named by the time is made.
        everything: also articles and mentions that are handled already.
        moved: is told how it goes on.

    Raises:
        CannotTake: it cannot be taken, or not now. Nothing is left of it.
        BrokerUnavailable: no broker answers.
    """
    now = datetime.now(UTC)
    path = target / f"tocsin-{settings.deployment}-{now:%Y%m%dT%H%M%SZ}.tar.zst" if target.is_dir() else target
    configuration, broker = look_through(settings.config), Broker(settings.kafka)
    on_broker = broker.topics()
    topics = _topics(on_broker)
    if restore_group(settings.deployment) in broker.groups():
        raise CannotTake("a restore is under way on this broker, or was cut short; restore once more first")
    manifest = Manifest(
        tocsin=version("tocsin"),
        deployment=settings.deployment,
        taken_at=now,
        topics={
            topic: TopicTaken(partitions=on_broker[topic], part=part_of(topic, everything=everything))
            for topic in topics
        },
        left_out=configuration.left_out,
    )
    with new_archive(path) as archive, closing(StretchReader(settings.kafka)) as reader:
        archive.say(MANIFEST, manifest)
        for name, data in configuration.read():
            archive.add(f"{CONFIGURATION}{name}", data)
        taking = _Taking(settings.deployment, broker, reader, archive, manifest, moved)
        taking.before_the_cut()
        cut = taking.cut()
        if _topics(broker.topics()) != topics:
            raise CannotTake("a topic was made or deleted meanwhile; take the backup again")
        archive.say(CUT, cut)
        taking.up_to(cut)
        contents = archive.end()
    return Taken(path, manifest, cut, contents)


class _Taking:
    def __init__(
        self,
        deployment: str,
        broker: Broker,
        reader: StretchReader,
        archive: ArchiveWriter,
        manifest: Manifest,
        moved: Moved,
    ) -> None:
        self._deployment = deployment
        self._broker = broker
        self._reader = reader
        self._archive = archive
        self._manifest = manifest
        self._moved = moved
        self._begins = broker.begins(self._places(manifest.topics))
        self._done = self._total = 0
        self._originals: dict[Place, set[int]] = {}

    def before_the_cut(self) -> None:
        """Take over what compacted topics hold now."""
        ends = self._broker.ends(self._places(BEFORE_THE_CUT))
        self._total = sum(end - self._begins[place] for place, end in ends.items())
        for place, end in ends.items():
            self._take(place, self._begins[place], end)
            self._begins[place] = end

    def cut(self) -> Cut:
        """Find the moment."""
        topics = self._manifest.topics
        ends = self._broker.ends(self._places(MEMORIES))
        decide = f"{self._deployment}.decide"
        groups = all_commits(self._broker, self._places(topics), leave_out=[decide])
        written = written_by_decide(topics)
        cut = cut_decide(self._broker, decide, written, topics[MENTIONS.name].partitions)
        groups[decide] = {MENTIONS.name: cut.commits}
        rest = [topic for topic in topics if topic not in {*MEMORIES, *written}]
        ends |= cut.ends | self._broker.ends(self._places(rest))
        return Cut(groups=groups, ends=by_topic(ends), letters=self._letters(ends))

    def up_to(self, cut: Cut) -> None:
        """Take over the rest, up to the moment."""
        stretches: list[tuple[Place, int, int]] = []
        for place in self._places(self._manifest.topics):
            begin, end = self._begins[place], cut.ends[place.topic][place.number]
            if self._manifest.topics[place.topic].part == "open":
                first = begins_at(place, cut, self._deployment, begin)
                stretches += [
                    (place, low, high) for low, high in together(self._originals.get(place, ()), begin, first)
                ]
                begin = first
            stretches.append((place, begin, end))
        self._total = self._done + sum(max(0, end - begin) for _, begin, end in stretches)
        for place, begin, end in stretches:
            self._take(place, begin, end)
        self._moved(self._total, self._total)

    def _letters(self, ends: dict[Place, int]) -> dict[str, dict[int, tuple[int, ...]]]:
        """Where the records stood that are set aside; those that are needed for a replay are taken over."""
        origins: dict[Place, set[int]] = {}
        needed: dict[bytes | None, Origin] = {}
        for place in self._places([DEAD_LETTERS.name]):
            for record in self._reader.records(place, self._begins[place], ends[place]):
                if (origin := origin_of(record)) is None:
                    continue
                origins.setdefault(origin[0], set()).add(origin[1])
                needed.pop(record.key, None)
                if rests_on_its_origin(record):
                    needed[record.key] = origin
        for where, offset in needed.values():
            self._originals.setdefault(where, set()).add(offset)
        said: dict[str, dict[int, tuple[int, ...]]] = {}
        for where, offsets in origins.items():
            said.setdefault(where.topic, {})[where.number] = tuple(sorted(offsets))
        return said

    def _take(self, place: Place, begin: int, end: int) -> None:
        for count in self._archive.add_records(place, self._reader.records(place, begin, end)):
            self._done += count
            self._moved(self._done, self._total)

    def _places(self, topics: Iterable[str]) -> list[Place]:
        return [Place(topic, number) for topic in topics for number in range(self._manifest.topics[topic].partitions)]


def together(offsets: Iterable[int], begin: int, end: int) -> list[tuple[int, int]]:
    """Stretches that hold these offsets as far as they are in [begin, end): few, and not much longer than need be."""
    stretches: list[tuple[int, int]] = []
    for offset in sorted(offset for offset in offsets if begin <= offset < end):
        if stretches and offset - stretches[-1][1] < NEAR:
            stretches[-1] = stretches[-1][0], offset + 1
        else:
            stretches.append((offset, offset + 1))
    return stretches


def _topics(on_broker: dict[str, int]) -> Sequence[str]:
    """The topics to be taken.

    Raises:
        CannotTake: one is missing, or the partitions do not go together.
    """
    if missing := missing_topics(on_broker):
        raise CannotTake(
            f"there is no topic {', '.join(missing)} on this broker; is it the right one? (tocsin topics list)"
        )
    topics = taken_topics(on_broker)
    counts = {topic: on_broker[topic] for topic in (MENTIONS.name, *written_by_decide(topics))}
    if len(set(counts.values())) > 1:
        raise CannotTake(f"these topics must have the same number of partitions: {counts}; see tocsin topics list")
    return topics
