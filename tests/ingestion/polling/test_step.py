"""step: one poll's outcome makes another state."""

import random
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.state import SourceState, WebSubLease
from services.ingestion.polling.asked import Bounds
from services.ingestion.polling.outcome import Failed, Outcome, Read
from services.ingestion.polling.step import step
from services.ingestion.polling.storm import CALM
from tests.ingestion.polling.sources import DAY, HOUR, MINUTE, NOW, Outlet, failing, lowest, polled


def test_the_first_reading_begins_a_habit_and_the_next_poll_is_at_the_interval() -> None:
    dates = [NOW - 3 * HOUR, NOW - 30 * MINUTE, NOW - 9 * HOUR]
    step, told = polled([(NOW, Read(entries=4, new=4, undated=1, dates=dates))])

    assert (step.state.source_id, step.state.url) == ("example-news", Outlet().url)
    assert (step.state.outcome, step.state.entries, step.state.undated) == ("new", 4, 1)
    assert (step.state.last_success_at, step.state.last_new_at) == (NOW, NOW - 30 * MINUTE)
    assert step.state.newest_at == NOW - 30 * MINUTE
    assert step.state.next_poll_at == NOW + step.wait
    assert told == []


def test_what_others_keep_in_the_state_is_carried_on() -> None:
    lease = WebSubLease(hub="https://hub.example/", topic=Outlet().url, asked_at=NOW)
    known = SourceState(
        source_id="example-news",
        url=Outlet().url,
        etag='"5f2c"',
        last_modified="Tue",
        revisions={"art-1": "r1"},
        known="art-1",
        websub=lease,
        polled_at=NOW,
    )
    outcomes: tuple[Outcome, ...] = (Read(unchanged=True), Read(entries=3, new=1), failing("slow"))
    for number, outcome in enumerate(outcomes):
        after = step(Outlet(), known, outcome, NOW + number * HOUR, lowest).state
        for field in ("etag", "last_modified", "revisions", "known", "websub"):
            assert getattr(after, field) == getattr(known, field), field


def test_an_unchanged_source_keeps_what_its_last_reading_held() -> None:
    first, _ = polled([(NOW, Read(entries=30, undated=2, dates=[NOW - HOUR]))])
    second, _ = polled([(NOW + HOUR, Read(unchanged=True))], first.state)
    assert second.state.outcome == "unchanged"
    assert (second.state.entries, second.state.undated, second.state.newest_at) == (30, 2, NOW - HOUR)
    assert second.state.last_success_at == NOW + HOUR


def test_failures_are_counted_until_an_answer_comes_and_nothing_else_of_them_is_kept_then() -> None:
    step, _ = polled([(NOW, failing("slow")), (NOW + HOUR, Failed("refused", "StatusRefused", "503"))])
    assert (step.state.failures, step.state.failing_since, step.state.trouble_since) == (2, NOW, NOW + HOUR)
    assert step.state.last_error is not None
    assert (step.state.last_error.trouble, step.state.last_error.error) == ("refused", "StatusRefused")
    assert step.state.outcome == "failed"

    step, _ = polled([(NOW + 2 * HOUR, Read(unchanged=True))], step.state)
    state = step.state
    assert (state.failures, state.failing_since, state.last_error, state.trouble_since) == (0, None, None, None)


def test_what_the_host_asks_for_is_kept_to_and_given_to_all_its_sources_where_it_is_overloaded() -> None:
    asked = Bounds(at_least=2 * HOUR)
    read, _ = polled([(NOW, Read(unchanged=True, asked=asked))])
    assert read.wait == 2 * HOUR
    assert read.host_rest == timedelta(0)
    refused, _ = polled([(NOW, Failed("throttled", "TooMany", "429", asked))])
    assert refused.wait == 2 * HOUR
    assert refused.host_rest == 2 * HOUR


_outcomes = st.one_of(
    st.builds(
        Read,
        entries=st.integers(0, 60),
        new=st.integers(0, 60),
        unchanged=st.booleans(),
        moved_to=st.sampled_from([None, "https://news.example/2", "https://other.example/"]),
        asked=st.builds(Bounds, at_least=st.integers(0, 1_440).map(lambda minutes: minutes * MINUTE)),
    ),
    st.builds(
        Failed,
        trouble=st.sampled_from(["slow", "gone", "not-found", "blocked", "throttled", "unreadable", "defect"]),
        error=st.just("SomeError"),
        message=st.text(max_size=400),
        asked=st.builds(Bounds, at_least=st.integers(0, 1_440).map(lambda minutes: minutes * MINUTE)),
    ),
)


@given(st.lists(st.tuples(_outcomes, st.floats(0, 3)), max_size=60), st.randoms(use_true_random=False))
def test_whatever_comes_the_state_can_be_written_and_every_incident_is_raised_and_resolved_in_turn(
    course: list[tuple[Outcome, float]], dice: random.Random
) -> None:
    outlet, state, now = Outlet(), None, NOW
    open_: dict[str, str] = {}
    for outcome, late in course:
        result = step(outlet, state, outcome, now, dice.uniform, CALM)
        state = SourceState.read(result.state.write())
        assert state == result.state
        assert outlet.interval <= result.wait <= 7.5 * DAY
        assert result.wait >= outcome.asked.at_least
        for event in result.incidents:
            if event.state == "raised":
                assert event.kind not in open_
                open_[event.kind] = event.id
            else:
                assert open_.pop(event.kind) == event.id
        assert {incident.kind for incident in state.incidents} == set(open_)
        now += result.wait * (1 + late)
