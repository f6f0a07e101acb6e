"""YAML text -> plain values, and the line of each where it is asked for.

A strict subset, because configuration is written by people in a hurry:
- one document; mappings with text keys; no anchors, aliases, merge keys or tags (a few lines of them fill the memory);
- a key that stands twice in one mapping is an error that names both lines;
- only true, false, null, and plain decimal numbers are not text: `no`, `on`, `22:30`, `017` and dates stay as written
  (YAML 1.2 core schema, section 10.3, narrowed).

Read from libyaml's events in one pass: a tree of nodes with all their lines takes six times as long and ten times the
memory, and only a defect asks for a line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import yaml

from services.backbone.errors import ConfigurationError, Defect, Location

Path = tuple[str | int, ...]
MAX_DEPTH = 50
MAX_BYTES = 64 * 1024 * 1024

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class YamlFile:
    """What one file holds, and where each part of it stands."""

    file: str
    values: dict[str, object]
    text: str = field(repr=False)

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        """The line of each value: of a mapping's, where its key stands."""
        return _lines(self.text)

    def locate(self, path: Path) -> Location:
        """The place of a part, or of the nearest part around it that stands in the file."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Location(self.file, self.lines.get(known, 1), show_path(path))


def show_path(path: Path) -> str:
    """`("watches", 2, "any", 0)` as people write it: `watches[2].any[0]`."""
    shown = ""
    for part in path:
        shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown


def parse_yaml(file: str, text: bytes) -> YamlFile:
    """Read one file of the configuration.

    Args:
        file: its name, for messages.
        text: its bytes, UTF-8.

    Raises:
        ConfigurationError: with the line and the fix.
    """
    if len(text) > MAX_BYTES:
        raise _defect(file, 1, f"{len(text)} bytes long", f"split it into files under {MAX_BYTES} bytes")
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = text[: error.start].count(b"\n") + 1
        raise _defect(file, line, "not UTF-8", "save the file as UTF-8") from None
    try:
        return YamlFile(file, _Reader(file, decoded).read(), decoded)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "not YAML"
        raise _defect(file, mark.line + 1 if mark else 1, f"not YAML: {problem}", _syntax_fix(problem)) from None
    except yaml.YAMLError as error:
        line = decoded.encode()[: getattr(error, "position", 0)].count(b"\n") + 1
        what = str(error).split("\n", 1)[0]
        raise _defect(file, line, f"not YAML: {what}", "remove the character named here") from None


class _Reader:
    """Builds the values of one file.

    `open` are the collections around the next event. `keys` says of each mapping among them which key's value comes
    next; None before a key, and of lists.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.open: list[dict[str, object] | list[object]] = []
        self.keys: list[str | None] = []
        self.documents = 0

    def read(self) -> dict[str, object]:
        values: dict[str, object] = {}
        for event in yaml.parse(self.text, Loader=_Loader):
            if isinstance(event, yaml.ScalarEvent):
                self._refuse_what_is_not_read(event)
                if self.open and isinstance(self.open[-1], dict) and self.keys[-1] is None:
                    self.keys[-1] = self._key(event)
                else:
                    self._put(_scalar(event.value, quoted=bool(event.style)), event)
                    if self.keys:
                        self.keys[-1] = None
            elif isinstance(event, yaml.CollectionStartEvent):
                self._refuse_what_is_not_read(event)
                collection: dict[str, object] | list[object] = {} if isinstance(event, yaml.MappingStartEvent) else []
                self._put(collection, event)
                self.open.append(collection)
                self.keys.append(None)
                if len(self.open) > MAX_DEPTH:
                    raise _defect(self.file, _line(event), "nested too deep", f"nest at most {MAX_DEPTH} levels")
                if len(self.open) == 1 and isinstance(collection, dict):
                    values = collection
            elif isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
                self.keys.pop()
                if self.keys:
                    self.keys[-1] = None
            elif isinstance(event, yaml.AliasEvent):
                self._refuse_what_is_not_read(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise _defect(self.file, _line(event), "not YAML: another document", "keep one; split the file")
        return values

    def _put(self, value: object, event: yaml.Event) -> None:
        """Put a value where it belongs."""
        if not self.open:
            if not isinstance(value, dict):
                fix = "begin with a key such as `watches:`"
                raise _defect(self.file, _line(event), "a list or a word at the top", fix)
            return
        within = self.open[-1]
        if isinstance(within, list):
            within.append(value)
        elif (key := self.keys[-1]) is not None:
            within[key] = value
        else:
            raise self._not_text(event)

    def _key(self, event: yaml.ScalarEvent) -> str:
        key, mapping = str(event.value), self.open[-1]
        if key == "<<":
            raise self._not_text(event)
        if key in mapping:
            path = (*self._path(), key)
            what = f"{key!r} stands twice, first in line {_lines(self.text)[path]}"
            raise _defect(self.file, _line(event), what, "keep one", path)
        return key

    def _not_text(self, event: yaml.Event) -> ConfigurationError:
        fix = "use a plain word as the key"
        return _defect(self.file, _line(event), "a key that is not text", fix, self._path())

    def _path(self) -> Path:
        """Of the innermost collection."""
        around = zip(self.open[:-1], self.keys[:-1], strict=True)
        return tuple(len(within) - 1 if isinstance(within, list) else str(key) for within, key in around)

    def _refuse_what_is_not_read(self, event: yaml.NodeEvent) -> None:
        if anchor := event.anchor:
            fix = "write the value out; anchors are not read"
            raise _defect(self.file, _line(event), f"an anchor or alias ({anchor})", fix)
        if tag := getattr(event, "tag", None):
            raise _defect(self.file, _line(event), f"a tag ({tag})", "remove it; tags are not read")


def _lines(text: str) -> dict[Path, int]:
    """The line of each value, also of a file that turns out to be none."""
    lines: dict[Path, int] = {}
    path: list[str | int | None] = []
    """Where the next event is: of a mapping whose next key is not read yet, None."""
    try:
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionEndEvent):
                path.pop()
            elif not isinstance(event, yaml.NodeEvent):
                continue
            elif path and path[-1] is None and isinstance(event, yaml.ScalarEvent):
                path[-1] = event.value
                lines.setdefault(_known(path), _line(event))
                continue
            else:
                lines.setdefault(_known(path), _line(event))
                if isinstance(event, yaml.CollectionStartEvent):
                    path.append(None if isinstance(event, yaml.MappingStartEvent) else 0)
                    continue
            if path:
                path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
    except yaml.YAMLError:
        pass  # it is told elsewhere
    return lines


def _known(path: list[str | int | None]) -> Path:
    return tuple(part for part in path if part is not None)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(text: str, *, quoted: bool) -> object:
    if quoted:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def _syntax_fix(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "indent with spaces, not tabs"
    return "check the indentation, the colons, and quote text that holds : # or begins with a special character"


def _defect(file: str, line: int, what: str, fix: str, path: Path = ()) -> ConfigurationError:
    return ConfigurationError([Defect(Location(file, line, show_path(path)), what, fix)])
