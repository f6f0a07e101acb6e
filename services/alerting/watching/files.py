"""One file of watches -> the watches in it that are sound by themselves, and what is wrong with the others.

owner: kabul                    # whose watches these are
defaults: {severity: high}      # what holds for each of them that does not say otherwise (defaults.py)
watches:
  - id: kabul-desk
"""

import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.event import Identifier
from services.alerting.watching.defaults import Defaults, with_defaults
from services.alerting.watching.watch import Watch
from services.backbone.configuration import defects_of
from services.backbone.errors import ConfigurationError, Defect, Location
from services.backbone.yaml_file import YamlFile, parse_yaml

NO_TEXT: Final = b""
"""The state of a file that could not be read."""


class WatchesFile(BaseModel):
    """What a file of watches may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    owner: Identifier | None = None
    """Whose watches these are, where neither the watch nor `defaults` says it."""
    defaults: Defaults = Defaults()
    """What holds for each of them that does not say otherwise."""
    watches: tuple[Any, ...] = ()
    """Each a `Watch`: they are read one by one, so that a broken one stops no other."""


class Written(NamedTuple):
    """A watch as it is written."""

    watch: Watch
    number: int
    """Its place in the file."""
    fingerprint: str
    """Of all that is written of it: the same watch has the same."""


class Broken(NamedTuple):
    """A watch that is not one."""

    id: str | None
    """None where it has none that can be read."""
    defects: tuple[Defect, ...]
    """Empty where it stands in an earlier version of a file that is none now: that was told."""


@dataclass(frozen=True, slots=True)
class WatchFile:
    """A file as it was read; of one that is none, its watches are those of the last version that was one."""

    state: bytes
    """Of its bytes and of what they were read with: as long as it is the same, nothing is read again."""
    name: str
    """As messages name it."""
    text: str
    """What its watches are from."""
    written: tuple[Written, ...] = ()
    broken: tuple[Broken, ...] = ()
    defects: tuple[Defect, ...] = ()
    """Of the file as a whole."""

    def places(self) -> YamlFile:
        """Knows where everything stands; not kept, for the lines of a large file take more room than its watches."""
        return YamlFile(self.name, {}, self.text)


def read_file(path: str, name: str, owner: str | None, last: WatchFile | None) -> WatchFile:
    """Read a file, unless it is the same as last time.

    Args:
        path: where it is.
        name: for messages.
        owner: whose watches are in its folder, where the file does not say it.
        last: as it was read before.
    """
    try:
        text = _bytes(path)
    except OSError as error:
        defect = Defect(Location(name, 1), f"cannot be read: {error.strerror}", "check its permissions and its place")
        return _refused(NO_TEXT, name, [defect], last)
    state = sha256(f"{owner}\0".encode() + text).digest()
    if last is not None and last.state == state:
        return last
    try:
        yaml = parse_yaml(name, text)
        file = WatchesFile.model_validate(yaml.values)
    except ConfigurationError as error:
        return _refused(state, name, error.defects, last)
    except ValidationError as error:
        return _refused(state, name, defects_of(error, yaml, WatchesFile), last)
    defaults = file.defaults
    if defaults.owner is None and (of_all := file.owner or owner) is not None:
        defaults = defaults.model_copy(update={"owner": of_all})
    known = {each.fingerprint: each.watch for each in last.written} if last is not None else {}
    read = list(_watches(yaml, file, defaults, known))
    return WatchFile(
        state,
        name,
        yaml.text,
        tuple(each for each in read if isinstance(each, Written)),
        tuple(each for each in read if isinstance(each, Broken)),
    )


def fingerprint(written: object, owner: str | None = None, defaults: object = None) -> str:
    """The same for watches that are written with the same values and stand under the same ones."""
    return sha256(json.dumps([written, owner, defaults], sort_keys=True, default=str).encode()).hexdigest()[:16]


def _watches(
    yaml: YamlFile, file: WatchesFile, defaults: Defaults, known: Mapping[str, Watch]
) -> Iterator[Written | Broken]:
    """Each watch; one that is written as it was is the same object."""
    for number, written in enumerate(file.watches):
        mark = fingerprint(written, defaults.owner, yaml.values.get("defaults"))
        try:
            watch = known.get(mark) or with_defaults(Watch.model_validate(written), defaults)
        except ValidationError as error:
            named = written.get("id") if isinstance(written, dict) else None
            defects = defects_of(error, yaml, Watch, ("watches", number))
            yield Broken(named if isinstance(named, str) else None, tuple(defects))
        else:
            yield Written(watch, number, mark)


def _refused(state: bytes, name: str, defects: list[Defect] | tuple[Defect, ...], last: WatchFile | None) -> WatchFile:
    if last is None:
        return WatchFile(state, name, "", defects=tuple(defects))
    broken = tuple(Broken(each.id, ()) for each in last.broken)
    return WatchFile(state, name, last.text, last.written, broken, tuple(defects))


def _bytes(path: str) -> bytes:
    """What is in a file; a pipe or a device is refused, for reading it may never end."""
    number = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise OSError(0, "not a regular file")
        return file.read()
