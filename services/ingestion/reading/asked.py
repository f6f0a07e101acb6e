"""How often and when a channel asks to be fetched: ttl, skipHours, skipDays, sy:updatePeriod."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from services.ingestion.reading.entry import Asked

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_MAX_DIGITS = 7


def asked(channel: Mapping[str, str], hours: Iterable[str], days: Iterable[str]) -> Asked:
    """What a channel asks for. What cannot be read, or would forbid every hour or day, counts as not asked.

    Args:
        channel: the texts of its elements `ttl`, `sy:updateperiod` and `sy:updatefrequency`.
        hours: of `skipHours`; 24 is midnight, as in RSS 0.91.
        days: of `skipDays`, by their English names.
    """
    skip_hours = frozenset(number % 24 for hour in hours if (number := _number(hour)) is not None and number <= 24)
    skip_days = frozenset(_DAYS.index(name) for day in days if (name := day.strip().lower()) in _DAYS)
    period = _PERIODS.get(channel.get("sy:updateperiod", "").strip().lower(), timedelta(0))
    return Asked(
        ttl=timedelta(minutes=_number(channel.get("ttl", "")) or 0),
        skip_hours=skip_hours if len(skip_hours) < 24 else frozenset(),
        skip_days=skip_days if len(skip_days) < 7 else frozenset(),
        period=period / (_number(channel.get("sy:updatefrequency", "")) or 1),
    )


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS else None
