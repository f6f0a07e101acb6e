"""What of the topics is in a backup."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from services.backbone.backup.contents import Cut, Place
from services.backbone.topics import ALERTS, ARTICLES, ARTICLES_TAGGED, DEAD_LETTERS, MENTIONS, TOPICS

READERS: Final[Mapping[str, str]] = {ARTICLES.name: "tagging", ARTICLES_TAGGED.name: "match", MENTIONS.name: "decide"}
"""Of these only what its reader has not handled yet, unless everything is asked for: what it has handled stands in what
it wrote. They are most of what is stored."""
LEFT_OUT: Final = frozenset({"canary"})
"""Made anew every few minutes."""
BEFORE_THE_CUT: Final = tuple(topic.name for topic in TOPICS if topic.cleanup == "compact")
"""Read before the moment as well as at it: were they read behind it only, a key could have been compacted away in
favour of a value that is of later."""
MEMORIES: Final = ("ingestion.state", "channels.state")
"""Whoever writes them writes what they remember first."""

Part = Literal["whole", "open"]


def taken_topics(on_broker: Iterable[str]) -> tuple[str, ...]:
    """The topics that are taken: those of the declaration, and each team's. Dead letters come last."""
    declared = [topic.name for topic in TOPICS if topic.name not in {DEAD_LETTERS.name, *LEFT_OUT}]
    named = sorted(name for name in on_broker if name.startswith(f"{ALERTS.name}."))
    return (*declared, *named, DEAD_LETTERS.name)


def missing_topics(on_broker: Iterable[str]) -> tuple[str, ...]:
    """Those of the declaration that are not there."""
    return tuple(topic.name for topic in TOPICS if topic.name not in {*on_broker, *LEFT_OUT})


def part_of(topic: str, *, everything: bool) -> Part:
    """How much of a topic is taken."""
    return "open" if topic in READERS and not everything else "whole"


def begins_at(place: Place, cut: Cut, deployment: str, begin: int) -> int:
    """From which offset on an `open` partition is taken.

    Args:
        place: the partition.
        cut: says how far its readers are.
        deployment: whose installation it is.
        begin: the first offset that is kept.
    """
    reader = cut.groups.get(f"{deployment}.{READERS[place.topic]}", {}).get(place.topic, {})
    if place.number not in reader:
        return begin  # nothing of it was handled yet
    commits = [topics.get(place.topic, {}).get(place.number) for topics in cut.groups.values()]
    return max(begin, min(commit for commit in commits if commit is not None))
