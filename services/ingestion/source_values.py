"""Single values that a desk writes into `sources/*.yaml`: read, or refused with "what is wrong; what to do"."""

import re
from datetime import timedelta

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from services.backbone.durations import read_duration
from services.backbone.secret import Secret

MIN_INTERVAL = timedelta(seconds=1)
MAX_INTERVAL = timedelta(hours=24)
MAX_RING_LAST = timedelta(days=365)

HEADER_VALUE = re.compile(r"[\x20-\x7e\t]{0,4000}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_OUR_HEADERS = {"accept-encoding", "connection", "content-length", "host", "te", "transfer-encoding"} | {
    "if-modified-since",
    "if-none-match",
}


def read_interval(written: object) -> timedelta:
    """Seconds, or a number with a unit: 15m."""
    interval = read_duration(written)
    if not MIN_INTERVAL <= interval <= MAX_INTERVAL:
        raise ValueError("shorter than a second or longer than a day; write a duration from 1s to 24h")
    return interval


def read_ring_last(written: object) -> timedelta:
    """Seconds, or a number with a unit: 6h."""
    ring_last = read_duration(written)
    if ring_last > MAX_RING_LAST:
        raise ValueError("longer than a year; write a duration up to 365d")
    return ring_last


def checked_header(name: str) -> str:
    """A header's name that a source may set."""
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError("not a header's name; write it like X-Api-Key")
    if name.lower() in _OUR_HEADERS:
        raise ValueError("a header that Tocsin sets itself; remove it")
    return name


def checked_header_value(value: str) -> str:
    """What a header can carry."""
    if not HEADER_VALUE.fullmatch(value):
        raise ValueError("a header's value that is not one line of plain ASCII; correct it")
    return value


def read_header_value(written: object) -> object:
    """A header's value, or where it stands."""
    if isinstance(written, str):
        return checked_header_value(written)
    if isinstance(written, dict):
        return Secret.model_validate(written)
    if isinstance(written, Secret):
        return written
    raise ValueError("not a header's value; write text in quotes, {env: NAME} or {file: PATH}")


def checked_selector(written: str) -> str:
    """A CSS selector as selectors level 3 has it, and `:has()` and the like as far as cssselect knows them."""
    try:
        CSSSelector(written, translator="html")
    except SelectorError as error:
        raise ValueError(f"not a CSS selector ({error}); write it like main article h2 a") from None
    return written
