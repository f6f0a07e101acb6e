"""health: a word for each way a source may fare, the worst on top."""

from collections.abc import Sequence
from datetime import datetime

import pytest

from schemas.state import SourceState, Trouble
from services.ingestion.polling.health import Status, health
from services.ingestion.polling.outcome import Outcome, Read
from tests.ingestion.polling.sources import DAY, HOUR, NOW, Outlet, every, failing, polled, published

URL = Outlet().url


def status(state: SourceState | None, now: datetime = NOW, enabled: bool = True, url: str = URL) -> Status:
    return health("example-news", url, enabled, state, now).status


def after(*outcomes: tuple[datetime, Outcome]) -> SourceState:
    return polled(outcomes)[0].state


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([Read(entries=9, new=9, dates=[NOW])], Status.NEW),
        ([Read(entries=9, new=9), Read(entries=9)], Status.OK),
        ([Read(entries=9, new=9), Read(unchanged=True)], Status.UNCHANGED),
        ([Read(entries=0)], Status.EMPTY),
        ([Read(entries=0), Read(unchanged=True)], Status.EMPTY),
        ([Read(entries=9, new=9, undated=5)], Status.UNDATED),
        ([Read(entries=9, new=9, undated=4)], Status.NEW),
        ([Read(entries=9, new=9, dates=[NOW - 50 * DAY]), Read(unchanged=True)], Status.UNCHANGED),
        ([Read(entries=9, new=9, dates=[NOW - 400 * DAY]), Read(unchanged=True)], Status.STALE),
    ],
)
def test_how_a_source_fares_that_answers(outcomes: Sequence[Outcome], expected: Status) -> None:
    assert status(after(*[(NOW + n * HOUR, outcome) for n, outcome in enumerate(outcomes)]), NOW + 2 * HOUR) is expected


@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        ("blocked", Status.BLOCKED),
        ("unreadable", Status.UNREADABLE),
        ("slow", Status.FAILING),
        ("unreachable", Status.FAILING),
        ("not-found", Status.FAILING),
        ("gone", Status.FAILING),
    ],
)
def test_how_a_source_fares_that_does_not(trouble: Trouble, expected: Status) -> None:
    found = health("example-news", URL, True, after((NOW, failing(trouble, "the host answers 4xx"))), NOW + 3 * HOUR)
    assert found.status is expected
    assert "3 hours" in found.reason
    assert "the host answers 4xx" in found.reason
    assert found.fix


def test_gone_is_said_when_it_is_certain() -> None:
    assert status(after(*every(DAY, NOW, 3, failing("gone")))) is Status.GONE


def test_a_source_silent_beyond_its_habit_is_stale_and_one_within_it_is_not() -> None:
    state = polled(published(NOW - 60 * DAY, NOW, lambda at: 1 if at.hour % 6 == 3 else 0))[0].state
    assert status(state) is Status.UNCHANGED
    quiet = polled(published(NOW, NOW + 5 * DAY, lambda _: 0), state)[0].state
    assert status(quiet, NOW + 5 * DAY) is Status.STALE
    assert "nothing new for 5 days" in health("example-news", URL, True, quiet, NOW + 5 * DAY).reason


def test_a_source_at_a_new_address_says_where() -> None:
    outcomes = every(12 * HOUR, NOW, 3, Read(entries=9, new=1, moved_to="https://news.example/feed"))
    found = health("example-news", URL, True, after(*outcomes), NOW + DAY)
    assert (found.status, "https://news.example/feed" in found.reason) == (Status.MOVED, True)


def test_a_source_that_was_never_polled_at_its_address_or_is_switched_off() -> None:
    read = after((NOW, Read(entries=9, new=9)))
    assert status(None) is Status.NEVER_POLLED
    assert status(read, url="https://news.example/other.xml") is Status.NEVER_POLLED
    assert status(read, enabled=False) is Status.PAUSED


def test_the_worst_is_on_top() -> None:
    states = [
        after((NOW, Read(entries=9, new=9))),
        after((NOW, failing("slow"))),
        after((NOW, Read(entries=0))),
        after((NOW, failing("blocked"))),
    ]
    found = sorted((health("a", URL, True, state, NOW) for state in states), key=lambda health: health.rank)
    assert [each.status for each in found] == [Status.BLOCKED, Status.FAILING, Status.EMPTY, Status.NEW]
