"""YAML text -> plain values, with the line of each.

A strict subset, because configuration is written by people in a hurry:
- one document; mappings with text keys; no anchors, aliases, merge keys or tags (a few lines of them fill the memory);
- a key that stands twice in one mapping is an error that names both lines;
- only true, false, null, and plain decimal numbers are not text: `no`, `on`, `22:30`, `017` and dates stay as written
  (YAML 1.2 core schema, section 10.3, narrowed).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from services.backbone.errors import ConfigurationError, Defect, Location

Path = tuple[str | int, ...]
MAX_DEPTH = 50
MAX_BYTES = 64 * 1024 * 1024

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What one file holds, and where each part of it stands."""

    file: str
    values: dict[str, object]
    lines: dict[Path, int] = field(repr=False)

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
        _refuse_what_is_not_read(file, decoded)
        root = yaml.compose(decoded, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "not YAML"
        raise _defect(file, mark.line + 1 if mark else 1, f"not YAML: {problem}", _syntax_fix(problem)) from None
    except yaml.YAMLError as error:
        line = decoded.encode()[: getattr(error, "position", 0)].count(b"\n") + 1
        what = str(error).split("\n", 1)[0]
        raise _defect(file, line, f"not YAML: {what}", "remove the character named here") from None
    if root is None:
        return YamlFile(file, {}, {})
    if not isinstance(root, yaml.MappingNode):
        line = root.start_mark.line + 1
        raise _defect(file, line, "a list or a word at the top", "begin with a key such as `watches:`")
    reader = _Reader(file)
    values = reader.read(root, ())
    assert isinstance(values, dict)  # noqa: S101 - a mapping node reads as a mapping
    return YamlFile(file, values, reader.lines)


def _refuse_what_is_not_read(file: str, text: str) -> None:
    """Look at the events first: composing recurses in C without a bound, and a node does not tell that it had a tag."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _defect(file, line, "nested too deep", f"nest at most {MAX_DEPTH} levels")
        if anchor := getattr(event, "anchor", None):
            raise _defect(file, line, f"an anchor or alias ({anchor})", "write the value out; anchors are not read")
        if tag := getattr(event, "tag", None):
            raise _defect(file, line, f"a tag ({tag})", "remove it; tags are not read")


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}

    def read(self, node: yaml.Node, path: Path) -> object:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(str(node.value), quoted=bool(node.style))  # type: ignore[attr-defined]

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        mapping: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
                raise _defect(self.file, line, "a key that is not text", "use a plain word as the key", path)
            key = key_node.value
            if key in mapping:
                first = self.lines[(*path, key)]
                raise _defect(self.file, line, f"{key!r} stands twice, first in line {first}", "keep one", (*path, key))
            self.lines[(*path, key)] = line
            mapping[key] = self.read(value_node, (*path, key))
        return mapping


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
