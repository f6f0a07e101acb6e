"""Add sources to a file of `sources/*.yaml`: what stands in it stays as it is, comments and all. Pure.

The new ones are written below the last, as far in as it is. Whether the whole reads as it did, with the new ones behind
it, is checked before anything is given back.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

import yaml

from services.backbone.errors import ConfigurationError, Defect, Location
from services.backbone.yaml_file import parse_yaml
from services.ingestion.sources import Source

_PLAIN = re.compile(r"[^\W\d_](?:[\w ./?&=%+~()-]|:(?=//))*(?<! )")
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORDS = frozenset(["true", "false", "null", "yes", "no", "on", "off", "y", "n"])


def written(source: Source) -> dict[str, object]:
    """What is to be said of a source in the file: what is not the default anyway, and no secret."""
    values: dict[str, object] = {}
    for key in type(source).model_fields:
        value = getattr(source, key)
        if key in source.model_fields_set and key not in ("headers", "token"):
            values[key] = _plain(value)
    return values


def as_yaml(sources: Sequence[Mapping[str, object]]) -> str:
    """Sources as they are written below a list that stands two in."""
    return "".join(f"{line}\n" for source in sources for line in _lines(source, 2))


def appended(file: str, text: bytes, sources: Sequence[Mapping[str, object]]) -> bytes:
    """The file with more sources.

    Args:
        file: its name, for messages.
        text: what it holds; empty for a new one.
        sources: as `written` gives them.

    Raises:
        ConfigurationError: it is no file of sources, or its list is not written in lines.
    """
    before = parse_yaml(file, text).values
    mark, decoded = ("\ufeff" if text.startswith(b"\xef\xbb\xbf") else ""), text.decode("utf-8-sig")
    head, indent = _up_to_the_end(file, decoded)
    end = "\r\n" if "\r\n" in decoded else "\n"
    lines = [line for source in sources for line in _lines(source, indent)]
    after = (mark + head + end.join([*lines, ""])).encode()
    known = before.get("sources") or []
    try:
        as_wanted = isinstance(known, list) and parse_yaml(file, after).values == before | {
            "sources": [*known, *map(dict, sources)]
        }
    except ConfigurationError:
        as_wanted = False
    if not as_wanted:
        raise _not_in_lines(file, 1)
    return after


def _up_to_the_end(file: str, text: str) -> tuple[str, int]:
    """The text to write behind, and how far in."""
    end = "\r\n" if "\r\n" in text else "\n"
    whole = text if not text or text.endswith("\n") else text + end
    root = yaml.compose(text, Loader=_Loader)
    lists = [value for key, value in root.value if key.value == "sources"] if root is not None else []
    if not lists:
        return f"{whole}sources:{end}", 2
    [found] = lists
    if isinstance(found, yaml.SequenceNode) and not found.flow_style:
        return whole, found.start_mark.column
    if isinstance(found, yaml.SequenceNode) and found.value:
        raise _not_in_lines(file, found.start_mark.line + 1)
    return whole[: found.start_mark.index].rstrip(" ") + whole[found.end_mark.index :], 2


def _lines(source: Mapping[str, object], indent: int) -> Iterator[str]:
    lead = "- "
    for key, value in source.items():
        yield f"{' ' * indent}{lead}{key}: {_scalar(value)}"
        lead = "  "


def _scalar(value: object) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    style = '"' if isinstance(value, str) and len(f"{value}.".splitlines()) > 1 else None  # YAML folds bare line breaks
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, default_style=style, width=1_000_000)
    return text.removesuffix("\n").removesuffix("\n...")


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | bool | int | None) else str(value)


def _duration(interval: timedelta) -> str | int | float:
    seconds = interval.total_seconds()
    for unit, length in (("h", 3600), ("m", 60)):
        if seconds % length == 0:
            return f"{int(seconds // length)}{unit}"
    return int(seconds) if seconds.is_integer() else seconds


def _not_in_lines(file: str, line: int) -> ConfigurationError:
    fix = "write each source in lines of its own that begin with -, or name another file by --file"
    return ConfigurationError([Defect(Location(file, line, "sources"), "a list that cannot be added to", fix)])
