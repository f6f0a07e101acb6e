"""The moment that a backup is of.

Each partition of what decide writes is cut by itself, at the end of one of its transactions: a transaction over several
partitions may be taken over in one and not in the other, where it is then decided again from its mentions.

The ends of a partition's memory and of all its alerts are read, then the commit of its mentions (one that is pending
is waited for), then the ends once more. They are the same, and no transaction is open below them. Had one ended that
began before the second reading, what it wrote is below both ends, and so it had ended before the first: its commit is
read. Had it not, neither its records nor its commit are read. While decide works as hard as it can it is quiet between
two transactions, in which it thinks, for longer than the three questions take. How often it was not does not matter.

The other ends are read without such care (see the package for why that is enough), but to the very end of the log: what
stands behind a transaction that is open at that moment counts, so it is waited for until that has ended.
"""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.backbone.backup.broker import Broker, Reading
from services.backbone.backup.contents import Numbers, Place
from services.backbone.backup.errors import CannotTake
from services.backbone.topics import ALERTING_STATE, ALERTS, MENTIONS

CUT_SECONDS: Final = 60.0

Commits = dict[str, dict[str, dict[int, int]]]
"""By group, topic and partition."""


@dataclass(frozen=True, slots=True)
class DecideCut:
    """What decide had read, remembered and written at one moment of each partition."""

    commits: dict[int, int]
    """By partition of its mentions; none where nothing was ever committed."""
    ends: dict[Place, int]


def written_by_decide(topics: Collection[str]) -> tuple[str, ...]:
    """The topics that decide writes in its transactions, dead letters aside."""
    named = sorted(name for name in topics if name.startswith(f"{ALERTS.name}."))
    return (ALERTING_STATE.name, ALERTS.name, *named)


def cut_decide(
    broker: Broker, group: str, topics: Sequence[str], partitions: int, seconds: float = CUT_SECONDS
) -> DecideCut:
    """Find a moment for each partition.

    Args:
        broker: is asked.
        group: of decide.
        topics: what it writes; each has as many partitions as the mentions.
        partitions: how many.
        seconds: how long to try.

    Raises:
        CannotTake: it was never quiet.
    """
    with broker.place_of(group) as committed:

        def commits(numbers: Collection[int]) -> Mapping[int, int | None]:
            found = committed([Place(MENTIONS.name, number) for number in numbers])
            return {number: found.get(Place(MENTIONS.name, number)) for number in numbers}

        return find_cut(commits, broker.readings, topics, partitions, seconds)


def find_cut(
    commits: Callable[[Collection[int]], Mapping[int, int | None]],
    readings: Callable[[Collection[Place]], Mapping[Place, Reading]],
    topics: Sequence[str],
    partitions: int,
    seconds: float = CUT_SECONDS,
) -> DecideCut:
    """The same, of what is asked by these.

    Args:
        commits: of these partitions, once no transaction is about to change them; None where there is none.
        readings: how these stand.
        topics: what is written.
        partitions: how many.
        seconds: how long to try.

    Raises:
        CannotTake: it was never quiet.
    """
    lacking = set(range(partitions))
    cut = DecideCut({}, {})
    until = time.monotonic() + seconds
    while lacking:
        if time.monotonic() > until:
            raise CannotTake(
                f"decide was not quiet for a moment in {seconds:.0f} s, in partitions {sorted(lacking)}; does it work "
                "off a backlog? wait until it has (tocsin_consumer_lag_records), or stop decide for the backup"
            )
        before = readings([Place(topic, number) for number in sorted(lacking) for topic in topics])
        quiet = [number for number in sorted(lacking) if _is_quiet(before[Place(topic, number)] for topic in topics)]
        if not quiet:
            continue
        committed = commits(quiet)
        after = readings([Place(topic, number) for number in quiet for topic in topics])
        for number in quiet:
            places = [Place(topic, number) for topic in topics]
            if all(before[place] == after[place] for place in places):
                lacking.discard(number)
                cut.ends.update({place: after[place].end for place in places})
                if (offset := committed[number]) is not None:
                    cut.commits[number] = offset
    return cut


def _is_quiet(readings: Iterable[Reading]) -> bool:
    return all(reading.stable_end == reading.end for reading in readings)


def all_commits(broker: Broker, places: Collection[Place], leave_out: Collection[str]) -> Commits:
    """How far every group has committed in these partitions.

    Args:
        broker: is asked.
        places: the partitions.
        leave_out: groups that are not asked for.
    """
    groups = sorted(broker.groups().keys() - set(leave_out))
    return {group: commits for group in groups if (commits := broker.commits(group, places))}


def by_topic(ends: Mapping[Place, int]) -> dict[str, Numbers]:
    """Ends as they are written down."""
    found: dict[str, dict[int, int]] = {}
    for place, end in ends.items():
        found.setdefault(place.topic, {})[place.number] = end
    return dict(found)
