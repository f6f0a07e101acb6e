"""`ingestion.state`: what ingestion must remember. Private to the process that writes it."""

from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from schemas.event import Event, Identifier, UtcDatetime, Value
from schemas.source_incident import IncidentKind

Trouble = Literal[
    "unreachable",
    "slow",
    "broken",
    "refused",
    "throttled",
    "not-found",
    "gone",
    "blocked",
    "unreadable",
    "defect",
]
"""Why a poll gave nothing.

`unreachable`: no connection. `slow`: not complete in time. `broken`: not the HTTP that was asked for, too large, or
redirected where nobody follows. `refused`: a status that is no content. `throttled`: asked too often (429).
`not-found`: 404. `gone`: 410. `blocked`: 401, 403, 451, or a captcha in place of the content. `unreadable`: content
that is no feed. `defect`: ours."""

Outcome = Literal["new", "known", "unchanged", "failed"]
"""What came of a poll: something new; nothing new in what was read; nothing to read, since nothing changed; nothing."""

_Count = Annotated[int, Field(ge=0)]
_Url = Annotated[str, StringConstraints(max_length=4_096)]


class SourceError(Value):
    """Why the last poll of a failing source gave nothing."""

    trouble: Trouble
    """What it is a case of."""
    error: Annotated[str, StringConstraints(max_length=100)]
    """The exception's class."""
    message: Annotated[str, StringConstraints(max_length=300)] = ""
    """Its message, cut short; never with a header or a secret in it."""


class Moved(Value):
    """That a source's address redirects for good."""

    to: _Url
    """Where to, as each poll since `since` has found it."""
    since: UtcDatetime
    """When that was first seen."""
    seen: Annotated[int, Field(ge=1)] = 1
    """How many polls have found it, as far as it matters."""
    followed: bool = False
    """That address is asked, and no longer the one in the configuration."""
    failures: _Count = 0
    """Polls of that address in a row that gave nothing."""


class Habit(Value):
    """How a source publishes. Whole numbers: short to write, and the same on every machine.

    Counts fade with the days, so that a new habit replaces an old one (services/ingestion/polling/habit.py).
    """

    until: UtcDatetime
    """Up to when the source was watched."""
    hours: tuple[_Count, ...] = (0,) * 24
    """Articles that were first seen in each hour of the day, UTC, in thousandths."""
    hours_watched: tuple[_Count, ...] = (0,) * 24
    """How long each hour of the day was watched, in seconds."""
    days: tuple[_Count, ...] = (0,) * 7
    """Articles that were first seen on each day of the week, UTC, Monday first, in thousandths."""
    days_watched: tuple[_Count, ...] = (0,) * 7
    """How long each day of the week was watched, in seconds."""
    quiet: _Count = 0
    """Since the last new article, in seconds of an average hour: a second at night counts for less."""
    gaps: _Count = 0
    """Quiet times between readings with something new, in thousandths."""
    gap_total: _Count = 0
    """Their sum, in seconds of an average hour."""
    long_gaps: _Count = 0
    """Those that were longer than the mean of their time, in thousandths."""
    excess: _Count = 0
    """By how much they were, summed, in seconds of an average hour."""
    excess_squares: _Count = 0
    """The sum of the squares of that, each against the mean excess of its time, in thousandths."""
    today: _Count = 0
    """Articles that were first seen on the UTC day of `until`."""
    expected_today: _Count = 0
    """What was to be expected of the part of it that was watched, in thousandths."""
    week: Annotated[tuple[_Count, ...], Field(max_length=7)] = ()
    """Articles of each of the last days before, the last one at the end."""
    expected_week: Annotated[tuple[_Count, ...], Field(max_length=7)] = ()
    """What was to be expected of each, in thousandths."""
    scatter: int = 0
    """How far days have lain from what was expected, beyond chance: the sum of (seen - expected)^2 - expected."""
    scatter_of: _Count = 0
    """The sum of their expected^2, which that is a part of."""


class OpenIncident(Value):
    """An incident that was raised and is not over."""

    kind: IncidentKind
    """What is the matter."""
    since: UtcDatetime
    """When it began; with source and kind it gives the id."""


class WebSubLease(Value):
    """What a hub was asked for one source, and what came of it (W3C WebSub)."""

    hub: _Url
    """The hub's address, as the feed offers it."""
    topic: _Url
    """The address that was subscribed to: the feed's own, as it states it."""
    asked_at: UtcDatetime
    """When the hub was last asked."""
    attempts: _Count = 0
    """Requests since the last confirmation: how slowly to ask again."""
    confirmed_at: UtcDatetime | None = None
    """When it last verified that we want it; null where it never did."""
    expires_at: UtcDatetime | None = None
    """When it stops sending, as it granted; null where nothing was granted."""
    delivered_at: UtcDatetime | None = None
    """When it last sent content with a right signature."""
    missed_at: UtcDatetime | None = None
    """When a poll last found what it had not sent."""


class SourceState(Event):
    """What was fetched from one source, how it fares, and how it publishes."""

    ce_type: ClassVar[str] = "tocsin.source-state.v1"
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source_id": "example-news",
                    "url": "https://news.example/rss.xml",
                    "etag": '"5f2c"',
                    "last_modified": None,
                    "revisions": {"art-0b2f6c1de5a74c35a1f0b1c2d3e4f506": "6f1c0a9be2d34d10"},
                    "known": "",
                    "polled_at": "2026-11-24T05:04:12Z",
                    "next_poll_at": "2026-11-24T06:04:40Z",
                    "outcome": "failed",
                    "entries": 40,
                    "undated": 0,
                    "newest_at": "2026-11-23T18:20:00Z",
                    "last_success_at": "2026-11-23T19:02:31Z",
                    "last_new_at": "2026-11-23T18:32:31Z",
                    "failures": 6,
                    "failing_since": "2026-11-23T19:34:11Z",
                    "last_error": {
                        "trouble": "refused",
                        "error": "StatusRefused",
                        "message": "the host answers 503 Service Unavailable",
                    },
                    "trouble_since": "2026-11-23T19:34:11Z",
                    "gone_at": None,
                    "moved": {
                        "to": "https://news.example/feed/",
                        "since": "2026-11-20T08:00:05Z",
                        "seen": 3,
                        "followed": True,
                        "failures": 0,
                    },
                    "habit": {
                        "until": "2026-11-23T19:02:31Z",
                        "hours": [*[0] * 6, *[400] * 14, *[0] * 4],
                        "hours_watched": [25200] * 24,
                        "days": [800] * 7,
                        "days_watched": [86400] * 7,
                        "quiet": 2700,
                        "gaps": 4000,
                        "gap_total": 420000,
                        "long_gaps": 1000,
                        "excess": 115500,
                        "excess_squares": 1200,
                        "today": 1,
                        "expected_today": 700,
                        "week": [1, 0, 1, 1, 0, 1, 1],
                        "expected_week": [0, 1000, 700, 700, 800, 700, 800],
                        "scatter": -2,
                        "scatter_of": 3,
                    },
                    "incidents": [{"kind": "failing", "since": "2026-11-23T19:34:11Z"}],
                    "websub": {
                        "hub": "https://hub.example/",
                        "topic": "https://news.example/rss.xml",
                        "asked_at": "2026-11-20T08:00:06Z",
                        "attempts": 0,
                        "confirmed_at": "2026-11-20T08:00:09Z",
                        "expires_at": "2026-11-30T08:00:09Z",
                        "delivered_at": "2026-11-23T18:32:31Z",
                        "missed_at": None,
                    },
                }
            ]
        }
    )

    source_id: Identifier
    """The source's id in `sources/*.yaml`."""
    url: str = ""
    """The address in the configuration; `etag` and `last_modified` mean nothing at another."""
    etag: str | None = None
    """As the server gave it, for the next conditional request (RFC 9110, section 13.1.2)."""
    last_modified: str | None = None
    """As the server gave it (RFC 9110, section 13.1.3)."""
    revisions: dict[str, str] = Field(default_factory=dict)
    """Article id to the revision that was published, as releases before `known` wrote it; the oldest first."""
    known: str = ""
    """What was published of this source, a row an article, the oldest first, bounded in number
    (services/ingestion/identity/seen.py packs it)."""
    polled_at: UtcDatetime
    """When this state was reached."""
    next_poll_at: UtcDatetime | None = None
    """When the source is to be polled next; null where nothing was planned."""
    outcome: Outcome | None = None
    """What came of the last poll; null where there was none."""
    entries: _Count | None = None
    """How many the last reading held; null where there was none."""
    undated: _Count = 0
    """How many of them had no date that can be true."""
    newest_at: UtcDatetime | None = None
    """The latest date in it; null where it gave none."""
    last_success_at: UtcDatetime | None = None
    """When the source last answered; null where it never did."""
    last_new_at: UtcDatetime | None = None
    """When something new was last found; null where it never was."""
    failures: _Count = 0
    """Polls in a row that gave nothing."""
    failing_since: UtcDatetime | None = None
    """When the first of them was made; null while the source answers."""
    last_error: SourceError | None = None
    """What the last of them met; null while the source answers."""
    trouble_since: UtcDatetime | None = None
    """Since when they have met one and the same kind of trouble."""
    gone_at: UtcDatetime | None = None
    """When it was taken for certain that the source is gone; null where it is not."""
    moved: Moved | None = None
    """Where the address redirects to for good; null where it does not."""
    habit: Habit | None = None
    """How the source publishes; null before the first reading."""
    incidents: tuple[OpenIncident, ...] = ()
    """What was raised and is not over; at most one of a kind."""
    websub: WebSubLease | None = None
    """The lease of a hub that sends the feed's changes; null where no hub was asked."""

    @property
    def event_id(self) -> str:
        return f"{self.source_id}.{int(self.polled_at.timestamp() * 1000)}"

    @property
    def key(self) -> str:
        return self.source_id
