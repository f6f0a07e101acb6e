"""Reads what watches may name: of the pack only the ids, for that the pack is sound is the concern of tagging."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from services.alerting.watching.known import Known
from services.backbone.canary import ACTORS as CANARY_ACTORS
from services.backbone.configuration import read_part
from services.backbone.layers import LayerFile, read_layers


class _Defined(BaseModel):
    id: str = ""
    kind: str = ""
    enabled: bool = True
    part_of: str | None = None
    member_of: tuple[str, ...] = ()
    aliases: Any = None

    @property
    def wholes(self) -> tuple[str, ...]:
        """What it is part of, each once."""
        return tuple(dict.fromkeys((self.part_of, *self.member_of) if self.part_of else self.member_of))

    @property
    def languages(self) -> frozenset[str]:
        """In which languages there are words for it."""
        return frozenset(map(str, self.aliases)) if isinstance(self.aliases, Mapping) else frozenset()


class _PackFile(LayerFile):
    actors: tuple[_Defined, ...] = ()
    topics: tuple[_Defined, ...] = ()


class _SourcesFile(BaseModel):
    sources: tuple[_Defined, ...] = ()


def read_known(folder: Path) -> Known:
    """What the layers of the pack define together, and do not switch off.

    Raises:
        ConfigurationError: with every defect that stands in the way.
    """
    actors: dict[str, _Defined] = {}
    topics: set[str] = set()
    languages: dict[str, frozenset[str]] = {}
    for layer in read_layers(folder, "pack", _PackFile):
        for actor, _, _ in layer.items("actors"):
            if actor.enabled:
                if actor.id in CANARY_ACTORS:
                    languages[actor.id] = languages.get(actor.id, frozenset()) | actor.languages
                actors[actor.id] = actors.get(actor.id, actor).model_copy(update=_written(actor))
            else:
                actors.pop(actor.id, None)
                languages.pop(actor.id, None)
        for topic, _, _ in layer.items("topics"):
            (topics.add if topic.enabled else topics.discard)(topic.id)
    parts: dict[str, list[str]] = {}
    for part in actors.values():
        for whole in part.wholes:
            parts.setdefault(whole, []).append(part.id)
    kind_of = {actor.id: actor.kind for actor in actors.values()}
    ids = {"actor": frozenset(kind_of), "kind": frozenset(kind_of.values()), "topic": frozenset(topics)}
    return Known(ids, kind_of, {whole: tuple(found) for whole, found in parts.items()}, languages)


def read_source_ids(folder: Path) -> frozenset[str]:
    """The ids of all sources.

    Raises:
        ConfigurationError: with every defect that stands in the way.
    """
    return frozenset(source.id for source, _, _ in read_part(folder, "sources", _SourcesFile).items("sources"))


def digest_of(known: Known) -> str:
    """Of the ids and what is part of what."""
    state = sha256()
    for kind, ids in sorted(known.ids.items()):
        state.update("\0".join((kind, *sorted(ids), "\n")).encode())
    for actor in sorted(known.kind_of):
        state.update("\0".join((actor, known.kind_of[actor], *known.parts.get(actor, ()), "\n")).encode())
    return state.hexdigest()


def _written(actor: _Defined) -> dict[str, object]:
    """What a layer says of an actor; of what it does not say, the layer below holds."""
    return {field: getattr(actor, field) for field in actor.model_fields_set}
