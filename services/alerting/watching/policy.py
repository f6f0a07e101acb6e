"""When people are told: what a watch may say of hours, groups, cooldowns, digests and limits.

    hours: {days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00", zone: Asia/Kabul, through: critical}
    group: {by: story, wait: 30s, interval: 5m}
    cooldown: 1h                               # or {time: 1h, by: watch}
    digest: daily                              # or hourly, weekly, {cron: "0 7 * * 1-5", zone: Asia/Kabul}
    limit: {alerts: 10, per: 1h}

What these mean is in services/alerting/holding.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from schemas import Severity
from services.backbone.configuration import nearest
from services.backbone.durations import Duration, show_duration

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CRON_OF: Final = {"hourly": "0 * * * *", "daily": "0 7 * * *", "weekly": "0 7 * * 1"}
"""At the full hour; at seven in the morning; at seven on Mondays."""
MAX_GROUP: Final = timedelta(days=1)
MAX_COOLDOWN: Final = timedelta(days=30)
MAX_LIMIT: Final = timedelta(days=7)
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def read_time(written: object) -> time | None:
    """A time of the day, `08:00`; None for `24:00`, the end of it."""
    if isinstance(written, time):
        return written
    if written is None or written == "24:00":
        return None
    if isinstance(written, str) and (match := _TIME.fullmatch(written)):
        return time(int(match.group(1)), int(match.group(2)))
    raise ValueError('not a time of the day; write it like "08:00"')


def checked_zone(written: str) -> str:
    """The name of a zone in the IANA database."""
    try:
        ZoneInfo(written)
    except (ValueError, OSError, LookupError):  # a path, a folder of the database, a name that is not in it
        fix = nearest(written, available_timezones(), "write it like Asia/Kabul, or UTC")
        raise ValueError(f"unknown time zone {written[:50]!r}; {fix}") from None
    return written


def checked_cron(written: str) -> str:
    """A cron expression of five fields that comes to pass, or a word for one."""
    expression = " ".join(CRON_OF.get(written, written).split())
    example = 'write hourly, daily, weekly, or minute, hour, day, month and weekday: "0 7 * * 1-5"'
    if len(expression.split()) != 5:
        raise ValueError(f"not a cron expression of five fields; {example}")
    try:
        next(CronSim(expression, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        what = str(error)
        raise ValueError(f"not a cron expression ({what[:1].lower()}{what[1:]}); {example}") from None
    except StopIteration:
        raise ValueError("a cron expression of a day that never comes; correct day and month") from None
    return expression


def _read_days(written: object) -> object:
    days = [written] if isinstance(written, str) else written
    if not isinstance(days, Iterable) or not (listed := list(days)):
        raise ValueError("no list of days; write it like [mon, tue, wed, thu, fri]")
    for day in listed:
        if day not in DAYS:
            raise ValueError(f"{str(day)[:20]!r} is no day; write mon, tue, wed, thu, fri, sat or sun")
    return tuple(day for day in DAYS if day in listed)


def _between(shortest: timedelta, longest: timedelta) -> AfterValidator:
    def check(duration: timedelta) -> timedelta:
        if not shortest <= duration <= longest:
            bounds = f"from {show_duration(shortest)} to {show_duration(longest)}"
            raise ValueError(f"{show_duration(duration)} is too short or too long; write a duration {bounds}")
        return duration

    return AfterValidator(check)


Zone = Annotated[str, AfterValidator(checked_zone)]
_SECOND: Final = timedelta(seconds=1)


class _Policy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_by_name=True)


class Hours(_Policy):
    """When people may be told; what comes outside of them waits until they begin."""

    days: Annotated[
        tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...], BeforeValidator(_read_days)
    ] = DAYS
    """The days on which they begin; every day where they are left out."""
    opens: Annotated[time | None, BeforeValidator(read_time), Field(alias="from")]
    """By the clocks of the zone."""
    closes: Annotated[time | None, BeforeValidator(read_time), Field(alias="to")]
    """By the clocks of the zone; `24:00` is midnight at the end of the day. Earlier than `from`: on the next day."""
    zone: Zone = "UTC"
    """IANA name."""
    through: Severity = "critical"
    """Alerts that are this severe, or more, are told at any time."""

    @model_validator(mode="after")
    def _not_empty(self) -> "Hours":
        if self.opens is None:
            raise ValueError('hours that begin at the end of a day; write from: "00:00", and the day after')
        if self.opens == self.closes:
            raise ValueError('hours that end as they begin; write from: "00:00" and to: "24:00" for whole days')
        return self


class Group(_Policy):
    """What is told in one alert."""

    by: Literal["story", "entity", "country", "watch"]
    """What the alerts of a group have in common; `country` is the source's."""
    wait: Annotated[Duration, _between(timedelta(0), MAX_GROUP)] = timedelta(seconds=30)
    """From the first alert of a new group until people are told: up to 1d."""
    interval: Annotated[Duration, _between(_SECOND, MAX_GROUP)] = timedelta(minutes=5)
    """From then on: how often they are told of what came to the group, 1s to 1d."""


class Cooldown(_Policy):
    """How long to hold back further alerts once people were told of one."""

    time: Annotated[Duration, _between(_SECOND, MAX_COOLDOWN)]
    """How long: 1s to 30d."""
    by: Literal["entity", "watch", "country"] = "entity"
    """What the further ones have in common with it; `country` is the source's."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, written: object) -> object:
        return written if isinstance(written, Mapping | Cooldown) else {"time": written}


class Digest(_Policy):
    """Tell at these times only, all in one alert."""

    cron: Annotated[str, AfterValidator(checked_cron)]
    """Minute, hour, day, month, weekday."""
    zone: Zone = "UTC"
    """IANA name."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, written: object) -> object:
        if isinstance(written, str) and written not in CRON_OF:
            fix = nearest(written, CRON_OF, 'write hourly, daily, weekly, or {cron: "0 7 * * 1-5", zone: Asia/Kabul}')
            raise ValueError(f"unknown digest {written[:50]!r}; {fix}")
        return {"cron": written} if isinstance(written, str) else written


class Limit(_Policy):
    """The most alerts in any stretch of time; what is more is told in a summary."""

    alerts: Annotated[int, Field(strict=True)]
    """How many: 1 to 1,000."""
    per: Annotated[Duration, _between(_SECOND, MAX_LIMIT)] = timedelta(hours=1)
    """In what stretch of time: 1s to 7d."""

    @model_validator(mode="after")
    def _bounded(self) -> "Limit":
        if not 1 <= self.alerts <= 1_000:
            raise ValueError("a limit below 1 or above 1,000; write how many alerts are few enough, like 10")
        return self
