"""Watches that were sent by message -> the sound ones, and what is wrong with the others."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from schemas import WatchDefinition
from services.alerting.watching.files import Written, fingerprint
from services.alerting.watching.judging import defects_in
from services.alerting.watching.known import Known
from services.alerting.watching.watch import Watch
from services.backbone.configuration import defects_of
from services.backbone.errors import Defect
from services.backbone.yaml_file import YamlFile

TOPIC: Final = "topic watches"
"""Where such a watch stands, as messages name it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A definition as it was read, and what it was held against."""

    definition: WatchDefinition
    known: Known | None
    channels: frozenset[str] | None
    written: Written | None
    """The watch, or the last sound one of this id; None where there is none."""
    defects: tuple[Defect, ...] = ()


def read_message(
    definition: WatchDefinition, known: Known | None, channels: frozenset[str] | None, last: Message | None = None
) -> Message:
    """Read one definition.

    Args:
        definition: as it was sent.
        known: what the pack defines; None where that cannot be read.
        channels: the ids of the channels; None where they cannot be read.
        last: what was read under this id before; if it is the same, it is not read again.
    """
    if last is not None and last.definition is definition and last.known is known and last.channels == channels:
        return last
    values = {definition.id: {**definition.watch, "id": definition.id}}
    place = YamlFile(TOPIC, dict(values), json.dumps(values, ensure_ascii=False))
    try:
        watch = Watch.model_validate(values[definition.id])
    except ValidationError as error:
        defects = tuple(defects_of(error, place, Watch, (definition.id,)))
    else:
        defects = tuple(defects_in(watch, known, channels, lambda path: place.locate((definition.id, *path))))
        if not defects:
            return Message(definition, known, channels, Written(watch, 0, fingerprint(values[definition.id])))
    return Message(definition, known, channels, last.written if last is not None else None, defects)


def read_messages(
    sent: Mapping[str, WatchDefinition],
    known: Known | None,
    channels: frozenset[str] | None,
    last: Mapping[str, Message],
) -> dict[str, Message]:
    """Read all definitions, by id."""
    return {name: read_message(definition, known, channels, last.get(name)) for name, definition in sent.items()}
