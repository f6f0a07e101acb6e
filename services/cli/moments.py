"""Moments as people write them on the command line: `24h` ago, or a date."""

import re
from datetime import UTC, datetime, timedelta

import typer

_AGO = re.compile(r"([0-9]{1,6})\s*(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def moment(written: str, now: datetime) -> datetime:
    """The moment that `30m`, `24h`, `7d`, `2w` (before now) or `2026-11-24`, `2026-11-24T05:00Z` stands for.

    A date without a zone is in UTC.

    Raises:
        typer.BadParameter: it is none of these, or lies in the future.
    """
    try:
        if ago := _AGO.fullmatch(written.strip()):
            then = now - timedelta(**{_UNITS[ago.group(2)]: int(ago.group(1))})
        else:
            then = datetime.fromisoformat(written.strip())
            then = then.replace(tzinfo=UTC) if then.tzinfo is None else then.astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{written!r} is no moment; write 24h, 7d, or a date like 2026-11-24") from None
    if then > now:
        raise typer.BadParameter(f"{written!r} is in the future")
    return then
