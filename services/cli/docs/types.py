"""What a field of a model takes, in words for people who write it or read it.

A type that is a model is a link to its own section; the page that has none for it cannot be written.
"""

import re
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic import AwareDatetime, BaseModel, SecretStr, StringConstraints
from pydantic.fields import FieldInfo

from services.alerting.watching.clauses import AllOf
from services.alerting.watching.terms import Name
from services.backbone.durations import show_duration
from services.cli.docs.markdown import code
from services.matching.expressions import Phrase

UNIONS: Final = (typing.Union, types.UnionType)
WORDS: Final[Mapping[object, str]] = {
    str: "text",
    bool: "true or false",
    int: "whole number",
    float: "number",
    timedelta: "duration",
    time: "time of day",
    datetime: "moment",
    Path: "path",
    SecretStr: "text",
    IPv4Network: "network",
    object: "anything",
    Any: "anything",
}
PATTERNS: Final[Mapping[str, str]] = {
    r"^[a-z0-9][a-z0-9-]*$": "id",
    r"^[a-z]{2,3}(-[A-Za-z]+)*$": "language code",
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$": "language code",
    r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$": "language code",
    r"^[A-Z]{2}$": "country code",
}
"""Texts of which the reader knows what they look like."""
Link = Callable[[type[BaseModel]], str]
"""A model -> the link to where it is described."""


def told(field: FieldInfo, link: Link) -> str:
    """The type of a field and its bounds."""
    return _type(field.annotation, tuple(field.metadata), link)


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Every model that a type speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models_in(inner)


def _type(annotation: object, metadata: Sequence[object], link: Link) -> str:
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = (*metadata, *more)
    if annotation is AwareDatetime:
        return "moment"
    inner = get_args(annotation)
    null = get_origin(annotation) in UNIONS and type(None) in inner and time not in inner  # that is 24:00
    base, bounds = _base(annotation, link), _bounds(annotation, metadata)
    if base == "text" and (word := next((word for word in PATTERNS.values() if word == bounds), "")):
        base, bounds = word, ""
    return ", ".join(each for each in (base, bounds, "or null" if null else "") if each)


def _base(annotation: object, link: Link) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if annotation in WORDS:
        return WORDS[annotation]
    if origin is Literal:
        return _choice([code(_plain(value)) for value in arguments])
    if origin in UNIONS:
        return _union(arguments, link)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return f"list of {_grouped(_type(arguments[0], (), link))}"
    if origin is tuple:
        return f"list of {len(arguments)}: {_choice([_type(each, (), link) for each in arguments], 'and')}"
    if origin in (list, frozenset, set):
        return f"list of {_grouped(_type(arguments[0], (), link))}"
    if origin in (dict, Mapping):
        return f"mapping of {_type(arguments[0], (), link)} to {_grouped(_type(arguments[1], (), link))}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _choice([code(each.value) for each in annotation])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return link(annotation)
    return "JSON"


def _union(arguments: Sequence[object], link: Link) -> str:
    if AllOf in arguments:
        return "[term or clause](#terms-and-clauses)"
    if Phrase in arguments and Name in arguments:
        return "[term](#terms-and-clauses)"
    if Phrase in arguments:
        return "[term of a rule](#terms-of-rules)"
    named = [_type(each, (), link) for each in arguments if each not in (type(None), IPv6Network)]
    return _choice(list(dict.fromkeys(named)))


def _choice(named: Sequence[str], word: str = "or") -> str:
    return f" {word} ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


def _grouped(inner: str) -> str:
    """What a list holds, so that nobody takes its bounds for those of the list."""
    return f"({inner})" if re.search(r",| or ", inner) else inner


def _bounds(annotation: object, metadata: Sequence[object]) -> str:
    low: Any = None
    high: Any = None
    longest: int | None = None
    shortest: int | None = None
    pattern: str | None = None
    for each in _flat(metadata):
        low = each.ge if isinstance(each, Ge) else low
        low = f"more than {_shown(each.gt)}" if isinstance(each, Gt) else low
        high = each.le if isinstance(each, Le) else high
        high = f"less than {_shown(each.lt)}" if isinstance(each, Lt) else high
        shortest = each.min_length if isinstance(each, MinLen) else shortest
        longest = each.max_length if isinstance(each, MaxLen) else longest
        if isinstance(each, StringConstraints):
            shortest, longest = each.min_length or shortest, each.max_length or longest
        pattern = getattr(each, "pattern", None) or pattern
    if pattern is not None and pattern in PATTERNS:
        return PATTERNS[pattern]
    of_text = annotation is str or (get_origin(annotation) in UNIONS and str in get_args(annotation))
    what = " characters" if of_text else ""
    said = [_range(low, high), _range_of_length(shortest, longest, what), code(pattern or "")]
    return ", ".join(each for each in said if each)


def _flat(metadata: Sequence[object]) -> Iterator[object]:
    for each in metadata:
        yield from _flat(each.metadata) if isinstance(each, FieldInfo) else (each,)


def _range(low: Any, high: Any) -> str:
    match low, high:
        case None, None:
            return ""
        case None, str():
            return high
        case None, _:
            return f"up to {_shown(high)}"
        case str(), None:
            return low
        case _, None:
            return f"{_shown(low)} or more"
        case str(), _:
            return f"{low}, up to {_shown(high)}"
        case _:
            return f"{_shown(low)} to {_shown(high)}"


def _range_of_length(shortest: int | None, longest: int | None, what: str) -> str:
    if longest is None:
        return "not empty" if shortest == 1 else f"{shortest}{what} or more" if shortest else ""
    return f"{shortest} to {_shown(longest)}{what}" if shortest else f"at most {_shown(longest)}{what}"


def _shown(value: object) -> str:
    if isinstance(value, timedelta):
        return show_duration(value)
    return value if isinstance(value, str) else f"{value:,}"


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
