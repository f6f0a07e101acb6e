"""A date as feeds write it -> an instant in UTC, or why there is none. A wrong date is worse than none.

In the order tried:
1. RFC 822 as RSS has it, ISO 8601 as Atom has it, both as loosely as outlets write them;
2. the short and the ordinal forms of ISO 8601, seconds since 1970;
3. any order of day, month and year, with the names of months and weekdays in the languages of LOCALES.

Where no zone is given it is UTC, but Korean words mean Korean time; an unknown zone is no date. 3/4/2026 is a date
only where its weekday tells day from month. Hours past 24 and 30 February are impossible, they do not roll over.
"""

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

from schemas.article import Mark
from services.ingestion.reading.zones import ahead_of_utc

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Before there were feeds: a clock that was not set."""
FUTURE = timedelta(days=2)
"""An outlet's clock or zone may be wrong by that much."""
MAX_CHARACTERS = 120

LOCALES = """en fr de es it pt nl sv da nb fi pl cs sk hu ro el bg sr mk uk ru be tr az uz kk ky tg tk mn ka hy ar ar_SY
    fa fa_AF ps ur hi bn pa ne sd si ta vi id ms th ja ko zh"""

_ENGLISH = "january february march april may june july august september october november december"
_MONTHS = {name[:3]: number for number, name in enumerate(_ENGLISH.split(), 1)}
_WEEKDAYS = {name: number for number, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"])}
_FILLER_WORDS = "at de del of the um uhr den le klo г года в kl st nd rd th er"
_FILLERS = frozenset(_FILLER_WORDS.split())
_OFFSET = r"(?:(?:gmt|utc|[a-z]{1,4})?\s*[+-]{1,2}\s?\d{1,2}:?\d{2}(?::?00)?|(?:gmt|utc)?[+-]\d{1,2})"
_ZONE = rf"{_OFFSET}z?(?:\s?[a-z]{{1,5}})?|[a-z]{{1,5}}|[a-z]+/[a-z_/+0-9-]+"
_RFC822 = re.compile(
    r"(?:([a-z]{3})[a-z]*\.?\s*,?\s*)?(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?,?[\s-]+(\d{4}|\d\d),?"
    rf"(?:\s+(\d{{1,2}}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*({_ZONE})?)?"
)
_ISO = re.compile(
    r"(\d{4})-(\d{1,2}|0\d\d)-(\d{1,2})"
    rf"(?:(?:t|\s+|\s*,\s*)(\d{{1,2}}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*:?({_ZONE})?)?"
)
_SHORT_ISO = re.compile(
    r"(?P<year>\d{4})(?:-?(?P<ordinal>\d{3})|-(?P<month>\d\d)|(?P<m>\d\d)(?P<d>\d\d))?"
    r"(?:t?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<zone>z|[+-]\d\d:?\d\d)?)?"
    r"|(?P<y>\d\d)(?:-?(?P<o>\d{3})|(?P<mm>\d\d)(?P<dd>\d\d)|-(?P<mmm>\d\d)-(?P<ddd>\d\d))"
    r"|-(?P<yy>\d\d)-?(?P<mmmm>\d\d)"
)
_SECONDS = re.compile(r"(\d{10})(?:\.\d+|\d{3})?")
_TIME = re.compile(
    r"(?<![\d:.])(?:(am|pm)\s*)?(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?)(?![\d:])"
    rf"\s*(?:([ap])\.?m\b\.?)?\s*({_ZONE})?\s*$"
)
_YEAR_FIRST_TIME = re.compile(r"(\d{1,2}:\d\d(?::\d\d)?)((?:\s+[a-z]{1,5}|\s*[+-]\d\d:?\d\d)?)\s+(\d{4})$")
_NUMBER = re.compile(r"\d+")
_PARENTHESES = re.compile(r"\([^()]*\)")
_EAST_ASIAN = re.compile(r"(\d{2,4})\s*[년年]\s*(\d{1,2})\s*[월月]\s*(\d{1,2})\s*[일日]")
_HALVES = {"오전": " am ", "오후": " pm ", "上午": " am ", "下午": " pm ", "午前": " am ", "午後": " pm "}


def read_date(text: str, now: datetime) -> tuple[datetime | None, Mark | None]:
    """The instant that a feed's date names.

    Args:
        text: as the feed has it.
        now: dates well after it are not believed.

    Returns:
        The instant in UTC; or None and why: undated, date-unreadable, date-impossible, date-in-future.
    """
    text = text.strip()
    if not text:
        return None, "undated"
    if len(text) > MAX_CHARACTERS:
        return None, "date-unreadable"
    try:
        moment = _read(text)
    except (ValueError, OverflowError):
        return None, "date-impossible"
    if moment is None:
        return None, "date-unreadable"
    if moment < EARLIEST:
        return None, "date-impossible"
    return (moment, None) if moment <= now + FUTURE else (None, "date-in-future")


@lru_cache(1_000)
def _read(text: str) -> datetime | None:
    """None where no form fits.

    Raises:
        ValueError, OverflowError: a form fits, and no calendar has that date.
    """
    lower = " ".join(text.lower().split())
    if match := _RFC822.fullmatch(lower):
        _, day, month, year, *clock = match.groups()
        if month in _MONTHS:
            return _instant(_year(year), _MONTHS[month], int(day), *clock)
    if match := _ISO.fullmatch(lower):
        year, month, day, *clock = match.groups()
        return _instant(int(year), int(month), int(day), *clock)
    if match := _SECONDS.fullmatch(lower):
        return datetime.fromtimestamp(int(match[1]), UTC)
    if match := _SHORT_ISO.fullmatch(lower):
        return _short(match.groupdict())
    return _in_any_order(_folded(lower))


def _short(given: dict[str, str | None]) -> datetime | None:
    year = given["year"] or given["y"] or given["yy"] or ""
    clock = (given["hour"], given["minute"], given["second"], given["zone"])
    if ordinal := given["ordinal"] or given["o"]:
        first = _instant(_year(year), 1, 1, *clock)
        moment = first + timedelta(days=int(ordinal) - 1) if first else None
        if moment and moment.year != _year(year):
            raise ValueError("no such day of the year")
        return moment
    month = given["month"] or given["m"] or given["mm"] or given["mmm"] or given["mmmm"] or "1"
    return _instant(_year(year), int(month), int(given["d"] or given["dd"] or given["ddd"] or "1"), *clock)


def _in_any_order(text: str) -> datetime | None:
    zone = "+0900" if re.search("[가-힣]", text) else None
    for word, half in _HALVES.items():
        text = text.replace(word, half)
    text = _PARENTHESES.sub(" ", _EAST_ASIAN.sub(r"\1-\2-\3 ", text)).strip()
    text = _YEAR_FIRST_TIME.sub(r"\3 \1\2", text)
    clock: tuple[str | None, ...] = (None, None, None, zone)
    if found := _TIME.search(re.sub(r"([ap])\.\s?m\.?", r"\1m", text)):
        text = re.sub(r"([ap])\.\s?m\.?", r"\1m", text)[: found.start()]
        before, hour, minute, second, after, stated = found.groups()
        half = (before or after or " ")[0]
        if half != " " and int(hour) > 12:
            half = " "
        if half in "ap":
            hour = str(int(hour) % 12 + 12 * (half == "p"))
        clock = (hour, minute, second, stated or zone)
    elif bare := re.search(r"\s(gmt|utc|z)$", text):
        text = text[: bare.start()]
    return _day(text, clock)


def _day(text: str, clock: tuple[str | None, ...]) -> datetime | None:
    """What is left when the time of day is taken away: numbers and names."""
    month, rest = _month(text)
    numbers = _NUMBER.findall(rest)
    words = [word for word in re.split(r"[\W\d_]+", rest) if word not in ("", "t")]
    if len(numbers) > 3 or not all(map(_says_nothing, words)):
        return None
    if month is not None:
        if len(numbers) == 1 and len(numbers[0]) == 4 and not words and clock[0] is None:
            return _instant(int(numbers[0]), month, 1, *clock)
        if len(numbers) != 2:
            return None
        day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
        return _instant(_year(year), month, int(day), *clock) if len(day) <= 2 else None
    if len(numbers) != 3:
        return None
    if len(numbers[0]) == 4:
        return _instant(*map(int, numbers), *clock) if max(map(len, numbers[1:])) <= 2 else None  # type: ignore[arg-type]
    first, second, year = numbers
    if len(first) > 2 or len(second) > 2 or len(year) not in (2, 4):
        return None
    return _numeric(int(first), int(second), _year(year), words, "." in text, clock)


def _says_nothing(word: str) -> bool:
    return word in _FILLERS or word[:3] in _WEEKDAYS or word in _weekdays()


def _numeric(
    first: int, second: int, year: int, words: list[str], dotted: bool, clock: tuple[str | None, ...]
) -> datetime | None:
    """Day and month, or month and day: which it is must be sure."""
    if dotted or first > 12 or first == second:
        return _instant(year, second, first, *clock)
    if second > 12:
        return _instant(year, first, second, *clock)
    weekday = next((_WEEKDAYS[word[:3]] for word in words if word[:3] in _WEEKDAYS), None)
    fits = [(m, d) for m, d in ((second, first), (first, second)) if datetime(year, m, d).weekday() == weekday]  # noqa: DTZ001 - a day of the calendar, no instant
    return _instant(year, *fits[0], *clock) if len(fits) == 1 else None


def _instant(
    year: int,
    month: int,
    day: int,
    hour: str | None = None,
    minute: str | None = None,
    second: str | None = None,
    zone: str | None = None,
) -> datetime | None:
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    days = 0
    if hours == 24 and minutes == seconds == 0:
        hours, days = 0, 1  # ISO 8601 calls midnight so at the end of a day
    moment = datetime(year, month, day, hours, minutes, min(seconds, 59) if seconds == 60 else seconds, tzinfo=UTC)
    moment += timedelta(days=days)
    if not zone:
        return moment
    shift = ahead_of_utc(zone, moment)
    return None if shift is None else moment - shift


def _year(year: str) -> int:
    return int(year) + (0 if len(year) > 2 else 2000 if int(year) < 90 else 1900)


def _folded(text: str) -> str:
    """Without accents, with our digits: feeds are sloppy with both."""
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    letters = "".join(c for c in unicodedata.normalize("NFKD", digits) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", letters)


def _month(text: str) -> tuple[int | None, str]:
    """The month that is named, and what stands around it."""
    for names in (_english, _other_months):
        pattern, months = names()
        if every := list(pattern.finditer(text)):  # the last: French "mar." is a Tuesday
            return months[every[-1][0]], text[: every[-1].start()] + " " + text[every[-1].end() :]
    return None, text


@cache
def _english() -> tuple[re.Pattern[str], dict[str, int]]:
    return _searched(_MONTHS | {"sept": 9} | {name: number for number, name in enumerate(_ENGLISH.split(), 1)})


@cache
def _other_months() -> tuple[re.Pattern[str], dict[str, int]]:
    names: dict[str, set[int]] = {}
    for locale in LOCALES.split():
        for number, name in _names("months", locale):
            names.setdefault(name, set()).add(number)
    return _searched({name: months.pop() for name, months in names.items() if len(months) == 1})


@cache
def _weekdays() -> frozenset[str]:
    return frozenset(word for locale in LOCALES.split() for _, name in _names("days", locale) for word in name.split())


def _names(kind: str, locale: str) -> list[tuple[int, str]]:
    from babel import Locale  # few dates need it, and it reads a file for each language

    widths = (getattr(Locale.parse(locale), kind)[context] for context in ("format", "stand-alone"))
    return [
        (number, folded)
        for names in widths
        for width in ("wide", "abbreviated")
        for number, name in names[width].items()
        if not (folded := _folded(name.lower()).strip(" .")).isdigit() and len(folded) > 1
    ]


def _searched(months: dict[str, int]) -> tuple[re.Pattern[str], dict[str, int]]:
    longest_first = sorted(months, key=len, reverse=True)
    return re.compile(rf"(?<![^\W\d_])(?:{'|'.join(map(re.escape, longest_first))})(?![^\W\d_])"), months
