"""incidents: raised once, resolved once, each with what it rests on."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from schemas.source_incident import SourceIncident
from schemas.state import SourceState, Trouble
from services.ingestion.polling.incidents import close
from services.ingestion.polling.outcome import Read
from tests.ingestion.polling.sources import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Outlet,
    every,
    failing,
    polled,
    published,
)

START = NOW - 60 * DAY
"""When the sources of these tests were read first."""


def kinds(told: Iterable[SourceIncident]) -> list[tuple[str, str]]:
    return [(event.kind, event.state) for event in told]


def steady(at: datetime) -> int:
    """Four articles a day."""
    return 1 if at.hour in (3, 9, 15, 21) else 0


def long_read() -> SourceState:
    """A source that published steadily for two months."""
    step, told = polled(published(START, NOW, steady))
    assert told == []
    return step.state


def test_a_source_that_falls_silent_is_told_of_once_and_once_when_it_is_back() -> None:
    step, told = polled(published(NOW, NOW + 20 * DAY, lambda _: 0), long_read())
    assert kinds(told) == [("silent", "raised")]
    [silent] = told
    assert silent.since == NOW.replace(hour=3), "when the last new article was found"
    assert 18 * HOUR < silent.at - silent.since < 3 * DAY
    assert silent.numbers is not None
    assert silent.numbers.seen == 0
    assert silent.numbers.expected is not None
    assert abs(silent.numbers.expected - (silent.at - silent.since) / DAY * 4) < 4
    assert silent.numbers.chance is not None
    assert silent.numbers.chance < 0.001

    step, told = polled([(NOW + 20 * DAY, Read(entries=50, new=1))], step.state)
    assert kinds(told) == [("silent", "resolved")]
    assert told[0].id == silent.id
    assert told[0].event_id != silent.event_id


def test_a_quiet_time_as_long_as_one_not_long_ago_is_no_news_and_years_later_it_is() -> None:
    def lull(start: datetime, state: SourceState) -> tuple[SourceState, list[tuple[str, str]]]:
        step, told = polled(published(start, start + 27 * HOUR, lambda _: 0), state)
        return step.state, kinds(told)

    def resumed(start: datetime, days: int, state: SourceState) -> tuple[datetime, SourceState]:
        end = start + 27 * HOUR + days * DAY
        return end, polled(published(start + 27 * HOUR, end, steady), state)[0].state

    state, told = lull(NOW, long_read())
    assert told == [("silent", "raised")]
    at, state = resumed(NOW, 10, state)
    state, told = lull(at, state)
    assert told == []
    at, state = resumed(at, 500, state)
    assert lull(at, state)[1] == [("silent", "raised")]


def test_a_night_and_a_weekend_off_are_a_habit_and_no_silence() -> None:
    def office(at: datetime) -> int:
        return 1 if at.weekday() < 5 and 5 <= at.hour < 15 else 0

    _, told = polled(published(START, NOW + 60 * DAY, office))
    assert told == []


def test_a_feed_of_one_article_a_week_is_not_silent_after_three_weeks_and_is_after_a_quarter() -> None:
    dice = random.Random(3)
    chance = 1 / (7 * 24)
    step, told = polled(published(NOW - 500 * DAY, NOW, lambda _: int(dice.random() < chance), HOUR))
    assert told == []
    quiet = step.state.last_new_at or NOW
    assert kinds(polled(published(quiet + HOUR, quiet + 21 * DAY, lambda _: 0), step.state)[1]) == []
    assert kinds(polled(published(quiet + HOUR, quiet + 91 * DAY, lambda _: 0), step.state)[1]) == [
        ("silent", "raised")
    ]


def test_while_a_source_cannot_be_read_it_is_not_silent_but_failing() -> None:
    step, told = polled(every(HOUR, NOW, 24 * 10, failing("slow")), long_read())
    assert kinds(told) == [("failing", "raised")]
    step, told = polled([(NOW + 10 * DAY, Read(entries=50, new=30))], step.state)
    assert kinds(told) == [("failing", "resolved")]


def test_a_flood_is_told_of_on_its_day_and_is_over_after_a_whole_day_without() -> None:
    def flooding(at: datetime) -> int:
        return 6 if NOW.date() <= at.date() < (NOW + 3 * DAY).date() else steady(at)

    step, told = polled(published(NOW, NOW + DAY, flooding), long_read())
    assert kinds(told) == [("flood", "raised")]
    assert told[0].at.date() == NOW.date()
    step, told = polled(published(NOW + DAY, NOW + 3 * DAY, flooding), step.state)
    assert told == []
    _, told = polled(published(NOW + 3 * DAY, NOW + 10 * DAY, flooding), step.state)
    assert kinds(told) == [("flood", "resolved")]


def test_ten_articles_more_than_never_are_no_flood() -> None:
    _, told = polled([(NOW, Read(entries=50, new=10))], long_read())
    assert told == []


def test_a_tenth_of_the_habit_is_a_trickle_that_ends_when_it_is_the_habit() -> None:
    def few(at: datetime) -> int:
        return 1 if at.hour == 3 and at.toordinal() % 2 else 0

    step, told = polled(published(START, NOW, lambda at: 2 if at.hour % 2 else 0))
    step, told = polled(published(NOW, NOW + 14 * DAY, few), step.state)
    assert ("trickle", "raised") in kinds(told)
    _, told = polled(published(NOW + 14 * DAY, NOW + 400 * DAY, few, 3 * HOUR), step.state)
    assert kinds(told).count(("trickle", "resolved")) == 1 + kinds(told).count(("trickle", "raised"))


@pytest.mark.parametrize(
    ("trouble", "kind", "after"),
    [
        ("unreachable", "failing", 6 * HOUR),
        ("not-found", "failing", 6 * HOUR),
        ("defect", "failing", 6 * HOUR),
        ("unreadable", "unreadable", 6 * HOUR),
        ("blocked", "blocked", 2 * HOUR),
    ],
)
def test_a_source_that_cannot_be_read_is_told_of_once_it_lasts(trouble: Trouble, kind: str, after: timedelta) -> None:
    early, told = polled(every(30 * MINUTE, NOW, after // (30 * MINUTE), failing(trouble)))
    assert told == []
    step, told = polled([(NOW + after, failing(trouble, "the host answers so"))], early.state)
    assert kinds(told) == [(kind, "raised")]
    assert (told[0].since, told[0].at) == (NOW, NOW + after)
    assert "the host answers so" in told[0].reason
    _, told = polled(every(HOUR, NOW + 2 * after, 50, failing(trouble)), step.state)
    assert told == []


def test_two_failures_are_no_incident_however_far_apart() -> None:
    assert polled(every(DAY, NOW, 2, failing("slow")))[1] == []


def test_changing_troubles_are_one_incident() -> None:
    troubles: tuple[Trouble, ...] = ("blocked", "slow", "unreachable", "unreadable")
    outcomes = [(NOW + number * HOUR, failing(troubles[number % 4])) for number in range(48)]
    assert [state for _, state in kinds(polled(outcomes)[1])] == ["raised"]


def test_a_process_that_starts_anew_goes_on_from_the_state_and_repeats_nothing() -> None:
    outcomes = [*every(HOUR, NOW, 30, failing("slow")), (NOW + 30 * HOUR, Read(entries=1))]
    _, at_once = polled(outcomes)
    state: SourceState | None = None
    restarted: list[SourceIncident] = []
    for outcome in outcomes:
        step, told = polled([outcome], state)
        state = SourceState.read(step.state.write())
        restarted += told
    assert restarted == at_once
    assert len(at_once) == 2


def test_killed_before_the_state_was_written_it_tells_the_same_event_again() -> None:
    before, _ = polled(every(HOUR, NOW, 6, failing("slow")))
    [first], [second] = (
        polled([(NOW + 6 * HOUR + late, failing("slow"))], before.state)[1] for late in (0 * HOUR, HOUR)
    )
    assert (first.id, first.event_id, first.key) == (second.id, second.event_id, second.key)


def test_a_corrected_address_ends_the_trouble_of_the_old_one_and_says_so() -> None:
    step, _ = polled(every(HOUR, NOW, 12, failing("slow")))
    _, told = polled([(NOW + DAY, failing("slow"))], step.state, Outlet(url="https://news.example/new.xml"))
    assert kinds(told) == [("failing", "resolved")]
    assert "address was changed" in told[0].reason


def test_a_source_that_is_not_read_any_more_has_no_open_incident() -> None:
    step, _ = polled(every(HOUR, NOW, 12, failing("slow")))
    state, told = close("example-news", "Example News", step.state, NOW + DAY)
    assert (kinds(told), state.incidents) == ([("failing", "resolved")], ())
    assert close("example-news", "Example News", state, NOW + DAY)[1] == ()


def test_a_message_of_megabytes_makes_no_event_of_megabytes() -> None:
    _, told = polled(every(HOUR, NOW, 12, failing("slow", "x" * 1_000_000)))
    assert len(told[0].write()) < 2_000
