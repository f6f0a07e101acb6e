"""The moment of a backup, while transactions follow one another as fast as they can."""

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import product

import pytest
from confluent_kafka import Producer

from services.backbone.backup.broker import Broker, Reading
from services.backbone.backup.contents import Place
from services.backbone.backup.cut import cut_decide, find_cut, written_by_decide
from services.backbone.backup.errors import CannotTake
from services.backbone.backup.reading import StretchReader
from services.backbone.librdkafka import ReadRecord, StateRecord
from services.backbone.progress import Progress
from services.backbone.record import OutgoingRecord
from services.backbone.settings import Settings
from services.backbone.topics import ALERTING_STATE, ALERTS, MENTIONS
from services.backbone.transaction import TransactionalLoop

CUTS = 3
THINKS_SECONDS = 0.03
"""Over a batch; the real one takes longer."""
BACKLOG = 200_000
TOPICS = written_by_decide([])


class Counting:
    """Rings for every mention, and remembers how many there were; now and then without a mention."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        self._ticks = 0

    def restore(self, partition: int, records: Iterable[StateRecord]) -> None:
        for _, value, _ in records:
            self._counts[partition] = int(value or 0)

    def forget(self) -> None:
        self._counts.clear()

    def decide(self, record: ReadRecord) -> list[OutgoingRecord]:
        self._counts[record.partition] += 1
        return [OutgoingRecord(ALERTS.name, b"watch", record.value, [], record.partition)]

    def changes(self) -> list[OutgoingRecord]:
        time.sleep(THINKS_SECONDS)
        return [
            OutgoingRecord(ALERTING_STATE.name, b"count", str(count).encode(), [], partition)
            for partition, count in self._counts.items()
        ]

    def due(self, now: datetime) -> bool:
        return False

    def tick(self, now: datetime) -> list[OutgoingRecord]:
        return []


@contextmanager
def deciding(settings: Settings) -> Iterator[None]:
    """Decide a backlog that does not end, while the block runs."""
    producer = Producer({**settings.kafka.librdkafka(), "queue.buffering.max.messages": BACKLOG})
    for number in range(BACKLOG):
        producer.produce(MENTIONS.name, f"mention {number}", b"watch", number % MENTIONS.partitions)
    assert producer.flush(30) == 0
    stopping = threading.Event()
    loop = TransactionalLoop(settings, "decide", MENTIONS.name, ALERTING_STATE.name, Progress("decide"))
    thread = threading.Thread(target=loop.run, args=(Counting(), stopping.is_set))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def test_commit_memory_and_alerts_are_of_the_same_transaction(settings: Settings) -> None:
    broker, group = Broker(settings.kafka), settings.group("decide")
    cuts, places = [], [Place(MENTIONS.name, number) for number in range(MENTIONS.partitions)]
    with deciding(settings), closing(StretchReader(settings.kafka)) as reader:
        until = time.monotonic() + 30
        while len(broker.commits(group, places).get(MENTIONS.name, {})) < len(places) and time.monotonic() < until:
            time.sleep(0.1)
        began = time.monotonic()
        for _ in range(CUTS):
            cuts.append(cut_decide(broker, group, TOPICS, MENTIONS.partitions))
            time.sleep(0.05)
        took = time.monotonic() - began
        later = broker.commits(group, places)[MENTIONS.name]
        for cut, number in product(cuts, range(MENTIONS.partitions)):
            state, alerts = (
                list(reader.records(place, 0, cut.ends[place]))
                for place in (Place(ALERTING_STATE.name, number), Place(ALERTS.name, number))
            )
            assert (int(state[-1].value or 0), len(alerts)) == (cut.commits[number], cut.commits[number])

    commits = [sum(cut.commits.values()) for cut in cuts]
    assert sorted(set(commits)) == commits, "decide was not at work between two of them"
    assert sum(later.values()) < BACKLOG, "it was done with its work"
    assert took < CUTS, f"a cut took {took / CUTS:.1f} s on the average"


class Scripted:
    """Answers as they are written down, commits and ends in turn; the last one again and again."""

    def __init__(self, *answers: int | tuple[Reading, Reading] | None) -> None:
        self._answers = list(answers)

    def commits(self, numbers: Collection[int]) -> Mapping[int, int | None]:
        answer = self._next()
        assert not isinstance(answer, tuple)
        return {0: answer}

    def readings(self, places: Collection[Place]) -> Mapping[Place, Reading]:
        answer = self._next()
        assert isinstance(answer, tuple)
        return dict(zip(places, answer, strict=True))

    def cut(self, seconds: float = 5) -> tuple[int | None, int, int]:
        cut = find_cut(self.commits, self.readings, ["state", "alerts"], 1, seconds)
        return cut.commits.get(0), cut.ends[Place("state", 0)], cut.ends[Place("alerts", 0)]

    def _next(self) -> int | tuple[Reading, Reading] | None:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def at(end: int) -> Reading:
    return Reading(end, end)


def open_at(end: int, stable_end: int) -> Reading:
    return Reading(end, stable_end)


BEFORE, AFTER = (at(10), at(20)), (at(14), at(23))


def test_an_open_transaction_on_either_topic_is_no_moment() -> None:
    opens = [(open_at(13, 10), at(20)), (at(14), open_at(22, 20))]
    assert Scripted(*opens, AFTER, 9, AFTER).cut() == (9, 14, 23)


def test_one_that_came_between_the_two_readings_is_no_moment() -> None:
    assert Scripted(BEFORE, 5, AFTER, AFTER, 9, AFTER).cut() == (9, 14, 23)
    assert Scripted(BEFORE, 9, (open_at(13, 10), at(20)), AFTER, 9, AFTER).cut() == (9, 14, 23)


def test_where_nothing_was_ever_committed_the_moment_has_no_commit() -> None:
    assert Scripted(BEFORE, None, BEFORE).cut() == (None, 10, 20)


def test_without_a_quiet_moment_it_gives_up_and_says_what_to_do() -> None:
    with pytest.raises(CannotTake, match="stop decide for the backup"):
        Scripted((open_at(13, 10), at(20))).cut(seconds=0.1)
