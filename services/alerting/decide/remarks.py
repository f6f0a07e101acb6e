"""What is remarkable of a ring beyond that it rang: after how long, for the first time, in a burst, together. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from typing import Final

from schemas import Remark
from schemas.remembered import EntityMemory
from services.alerting.decide.burst import burst, met
from services.alerting.decide.memory import Memory

LEAST_QUIET: Final = timedelta(days=7)
"""Shorter silences are not told."""
MOST_PAIRED: Final = 12
"""Names of one article that are looked at in pairs, the first ones of it."""
MOST_TOGETHER: Final = 200
"""Others that are remembered with one; of who was met with so many nothing is told any more."""

Entities = Mapping[str, EntityMemory]
"""Label to what is remembered of it."""


@dataclass(frozen=True, slots=True)
class Remarked:
    """A remark, and the entities as they are to be remembered."""

    remark: Remark
    entities: Entities


def remark(watch: str, labels: Sequence[str], named: Sequence[str], memory: Memory, now: datetime) -> Remarked:
    """What is remarkable of a ring.

    Args:
        watch: the watch's id.
        labels: whom the ring is about: of a new story all entities, else those who are new in it.
        named: all actors and phrases that the article names.
        memory: what is remembered so far; it is not changed.
        now: the time that the ring counts under.
    """
    known = {label: entity for label in (*labels, *named) if (entity := memory.entity(watch, label)) is not None}
    entities = {label: met(known.get(label), now) for label in labels}
    first_together = _put_together(named, known, entities)
    quiet = {
        label: (now - known[label].last_at).days
        for label in labels
        if label in known and now - known[label].last_at >= LEAST_QUIET
    }
    found = Remark(
        quiet_days=quiet,
        first_ever=tuple(label for label in labels if label not in known),
        bursts=tuple(found for label in labels if (found := burst(label, entities[label])) is not None),
        first_together=first_together,
    )
    return Remarked(found, entities)


def put_together(watch: str, named: Sequence[str], memory: Memory) -> Entities:
    """What changes of the entities when an article that does not ring names these."""
    known = {label: entity for label in named if (entity := memory.entity(watch, label)) is not None}
    entities: dict[str, EntityMemory] = {}
    _put_together(named, known, entities)
    return entities


def _put_together(
    named: Sequence[str], known: Entities, entities: dict[str, EntityMemory]
) -> tuple[tuple[str, str], ...]:
    """Note each pair with the one of them that is first in the alphabet.

    Returns:
        The pairs that are new, of those who were known.
    """
    new = []
    for one, other in combinations(sorted(named[:MOST_PAIRED]), 2):
        entity = entities.get(one) or known.get(one)
        if entity is not None and other not in entity.together and len(entity.together) < MOST_TOGETHER:
            entities[one] = entity.model_copy(update={"together": (*entity.together, other)})
            if one in known and other in known:
                new.append((one, other))
    return tuple(new)
