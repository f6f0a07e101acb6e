"""Add entries to a list in a YAML file: what stands in it stays as it is, comments and all. Pure.

The new ones are written below the last, as far in as it is. Whether the whole reads as it did, with the new ones behind
it, is checked before anything is given back.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

from services.backbone.errors import ConfigurationError, Defect, Location
from services.backbone.yaml_file import parse_yaml

Entry = Mapping[str, object]
"""Plain values: what YAML reads it as."""

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./?&=%+~()-]|:(?=//))*(?<! )")
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])


def as_yaml(entries: Sequence[Entry]) -> str:
    """Entries as they are written below a list that stands two in."""
    return "".join(f"{line}\n" for entry in entries for line in _lines(entry, 2))


def appended(file: str, text: bytes, key: str, entries: Sequence[Entry]) -> bytes:
    """The file with more entries.

    Args:
        file: its name, for messages.
        text: what it holds; empty for a new one.
        key: of the list, at the top of the file.
        entries: what is added.

    Raises:
        ConfigurationError: it is no file of the configuration, or its list is not written in lines.
    """
    before = parse_yaml(file, text).values
    mark, decoded = ("\ufeff" if text.startswith(b"\xef\xbb\xbf") else ""), text.decode("utf-8-sig")
    head, indent = _up_to_the_end(file, decoded, key)
    end = "\r\n" if "\r\n" in decoded else "\n"
    lines = [line for entry in entries for line in _lines(entry, indent)]
    after = (mark + head + end.join([*lines, ""])).encode()
    known = before.get(key) or []
    try:
        as_wanted = isinstance(known, list) and parse_yaml(file, after).values == before | {
            key: [*known, *map(dict, entries)]
        }
    except ConfigurationError:
        as_wanted = False
    if not as_wanted:
        raise _not_in_lines(file, 1, key)
    return after


def _up_to_the_end(file: str, text: str, key: str) -> tuple[str, int]:
    """The text to write behind, and how far in."""
    end = "\r\n" if "\r\n" in text else "\n"
    whole = text if not text or text.endswith("\n") else text + end
    root = yaml.compose(text, Loader=_Loader)
    lists = [value for name, value in root.value if name.value == key] if root is not None else []
    if not lists:
        return f"{whole}{key}:{end}", 2
    [found] = lists
    if isinstance(found, yaml.SequenceNode) and not found.flow_style:
        return whole, found.start_mark.column
    if isinstance(found, yaml.SequenceNode) and found.value:
        raise _not_in_lines(file, found.start_mark.line + 1, key)
    return whole[: found.start_mark.index].rstrip(" ") + whole[found.end_mark.index :], 2


def _lines(entry: Entry, indent: int) -> Iterator[str]:
    lead = "- "
    for key, value in entry.items():
        yield f"{' ' * indent}{lead}{key}: {_scalar(value)}"
        lead = "  "


def _scalar(value: object) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    style = '"' if isinstance(value, str) and len(f"{value}.".splitlines()) > 1 else None  # YAML folds bare line breaks
    text = yaml.safe_dump(
        value, allow_unicode=True, default_flow_style=True, default_style=style, width=1_000_000, sort_keys=False
    )
    return text.removesuffix("\n").removesuffix("\n...")


def _not_in_lines(file: str, line: int, key: str) -> ConfigurationError:
    fix = "write each entry in lines of its own that begin with -, or name another file by --file"
    return ConfigurationError([Defect(Location(file, line, key), "a list that cannot be added to", fix)])
