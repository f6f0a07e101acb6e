"""All silences of a configuration folder.

One broken silence among many stops no other. Of what was sound before, that version stays in force: a typo must not end
a silence, for then all that it held is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from services.alerting.holding.silence import Silence, Subject
from services.backbone.configuration import defects_of, sound_files
from services.backbone.errors import ConfigurationError, Defect, Location


@dataclass(frozen=True)
class Silences:
    """The silences that are known, also those that are over or have not begun. Two with one digest are the same."""

    listed: tuple[Silence, ...] = ()
    digest: str = ""
    refused: tuple[Defect, ...] = ()
    """What is wrong. What was known before is known still."""
    places: Mapping[str, Location] = field(default_factory=dict)
    """Where each stands, by its id."""

    def by_id(self, id_: str) -> Silence | None:
        """The silence of this id."""
        return self._by_id.get(id_)

    def holding(self, subject: Subject, at: datetime) -> Silence | None:
        """The silence that holds this; of several the one that ends last, so that it is not told in between."""
        found = (silence for silence in self._last_first if silence.in_force(at) and silence.match.fits(subject))
        return next(found, None)

    @cached_property
    def _by_id(self) -> Mapping[str, Silence]:
        return {silence.id: silence for silence in self.listed}

    @cached_property
    def _last_first(self) -> list[Silence]:
        return sorted(self.listed, key=lambda silence: (silence.until, silence.id), reverse=True)


class SilencesFile(BaseModel):
    """What a file of silences may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    silences: tuple[Any, ...] = ()
    """Each a `Silence`: they are read one by one, so that a broken one stops no other."""


def load_silences(folder: Path, last: Silences | None = None) -> Silences:
    """Read the silences of a configuration folder.

    Args:
        folder: the configuration folder.
        last: as they were read before; what is broken now is taken from it.

    Raises:
        ConfigurationError: there is no such folder.
    """
    if not folder.is_dir():
        where = Location(str(folder), 1)
        raise ConfigurationError([Defect(where, "no such folder", "name the configuration folder by --config")])
    before = last or Silences()
    found: dict[str, Silence] = {}
    places: dict[str, Location] = {}
    defects: list[Defect] = []
    broken: set[str] = set()
    """Ids of silences that are broken now, and files of which nothing can be read."""
    for file in sound_files(folder, "silences", SilencesFile, defects, broken):
        for number, written in enumerate(SilencesFile.model_validate(file.values).silences):
            try:
                silence = Silence.model_validate(written)
            except ValidationError as error:
                defects += defects_of(error, file, Silence, ("silences", number))
                broken |= {str(written["id"])} if isinstance(written, Mapping) and "id" in written else set()
                continue
            where = file.locate(("silences", number, "id"))
            if silence.id in found:
                what = f"id {silence.id!r} stands twice, first at {places[silence.id]}"
                defects.append(Defect(where, what, "rename or remove one"))
            else:
                found[silence.id], places[silence.id] = silence, where
    for silence in before.listed:
        where = before.places[silence.id]
        gone = where.file in broken or any(where.file.startswith(f"{name}/") for name in broken)
        if silence.id not in found and (gone or silence.id in broken):
            found[silence.id], places[silence.id] = silence, where
    digest = sha256("\n".join(silence.model_dump_json() for silence in found.values()).encode())
    return Silences(tuple(found.values()), digest.hexdigest()[:12], tuple(defects), places)


def check_silences(folder: Path) -> list[Defect]:
    """Everything that is wrong with the silences of a folder."""
    try:
        return list(load_silences(folder).refused)
    except ConfigurationError as error:
        return list(error.defects)
