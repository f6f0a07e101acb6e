"""A pack in the making: its entries as the layers so far make them, each part with the place where it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from services.backbone.errors import Location
from services.backbone.yaml_file import Path as ValuePath
from services.backbone.yaml_file import YamlFile
from services.tagging.gazetteer import Actor, Alias, Concept, Pack, Rule, Topic

E = TypeVar("E", Actor, Concept, Topic)
V = TypeVar("V", Alias, str, Rule)


class Place(NamedTuple):
    """Where something was written."""

    file: YamlFile
    path: ValuePath
    is_made: bool = False
    """It is not what is written there, but follows from it."""

    def at(self, *more: str | int) -> Place:
        """The place of a part of it."""
        return Place(self.file, (*self.path, *more))

    @property
    def location(self) -> Location:
        return self.file.locate(self.path)


class Listed(NamedTuple, Generic[V]):
    """One of a list."""

    value: V
    place: Place
    made_from: str | None = None
    """The text of the alias that it is a spelling of."""

    @property
    def text(self) -> str:
        """What it is removed by."""
        return self.value if isinstance(self.value, str) else getattr(self.value, "text", "")


Lists = dict[str, list[Listed[V]]]
"""By language; the rules of a topic under one key."""

RULES = "rules"


@dataclass(slots=True)
class Held(Generic[E, V]):
    """An entry, with its list apart."""

    entry: E
    place: Place
    lists: Lists[V] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layered:
    """The pack of all layers."""

    pack: Pack
    places: Mapping[ValuePath, Place]
    """Of its parts, by their path in it."""

    def locate(self, path: ValuePath) -> Location:
        """Where a part of the pack was written."""
        known = path
        while known not in self.places:
            known = known[:-1]
        return self.places[known].at(*path[len(known) :]).location


@dataclass(slots=True)
class Draft:
    """All entries by their ids, in the order in which they came."""

    actors: dict[str, Held[Actor, Alias]] = field(default_factory=dict)
    concepts: dict[str, Held[Concept, str]] = field(default_factory=dict)
    topics: dict[str, Held[Topic, Rule]] = field(default_factory=dict)
    decoys: Lists[str] = field(default_factory=dict)

    def finished(self) -> Layered:
        """The pack as it stands."""
        places: dict[ValuePath, Place] = {}
        pack = Pack.model_construct(
            actors=tuple(_by_language(self.actors, "actors", "aliases", places)),
            concepts=tuple(_by_language(self.concepts, "concepts", "phrases", places)),
            topics=tuple(_topics(self.topics, places)),
            decoys={
                language: _values(listed, ("decoys", language), places) for language, listed in self.decoys.items()
            },
        )
        return Layered(pack, places)


Places = dict[ValuePath, Place]


def _by_language(held_by_id: Mapping[str, Held[E, V]], kind: str, part: str, places: Places) -> Iterator[E]:
    """The entries of a kind, each with its lists by language in one part of it."""
    for number, held in enumerate(held_by_id.values()):
        at: ValuePath = (kind, number)
        places[at] = held.place
        lists = {language: _values(listed, (*at, part, language), places) for language, listed in held.lists.items()}
        yield held.entry.model_copy(update={part: lists})


def _topics(topics: Mapping[str, Held[Topic, Rule]], places: Places) -> Iterator[Topic]:
    for number, held in enumerate(topics.values()):
        at = ("topics", number)
        places[at] = held.place
        yield held.entry.model_copy(update={"rules": _values(held.lists[RULES], (*at, "rules"), places)})


def _values(listed: list[Listed[V]], at: ValuePath, places: Places) -> tuple[V, ...]:
    for number, one in enumerate(listed):
        places[(*at, number)] = one.place
    return tuple(one.value for one in listed)
