"""Durations as people write them in the configuration: 30s, 15m, 6h, 7d, 2w."""

import re
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator

_DURATION: Final = re.compile(r"(0|[1-9][0-9]{0,5})\s?(s|m|h|d|w)")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def read_duration(written: object) -> timedelta:
    """A number with a unit, or seconds.

    Raises:
        ValueError: it is neither; the message says what to write.
    """
    if isinstance(written, timedelta):
        return written
    if isinstance(written, int | float) and not isinstance(written, bool) and written >= 0:
        return timedelta(seconds=min(written, 1e9))
    if isinstance(written, str) and (match := _DURATION.fullmatch(written.strip())):
        return timedelta(**{_UNITS[match.group(2)]: int(match.group(1))})
    raise ValueError("not a duration; write seconds, or a number with s, m, h, d or w: 15m")


def show_duration(duration: timedelta) -> str:
    """The shortest way to write it: 15m, 6h, 7d; whole seconds."""
    seconds = round(duration.total_seconds())
    for unit, size in (("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


Duration = Annotated[timedelta, BeforeValidator(read_duration)]
"""0 or longer, as `read_duration` reads it."""
