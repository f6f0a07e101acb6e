"""worth_writing: what a record is written for."""

from typing import Any

import pytest

from schemas.state import SourceState
from services.ingestion.polling.habit import begin
from services.ingestion.polling.outcome import Read
from services.ingestion.polling.worth_writing import worth_writing
from tests.ingestion.polling.sources import DAY, HOUR, MINUTE, NOW, every, failing, polled

BEFORE = SourceState(source_id="a", url="https://a.example/", polled_at=NOW, next_poll_at=NOW + 10 * MINUTE)


@pytest.mark.parametrize(
    "change",
    [
        {"polled_at": NOW + 10 * MINUTE, "next_poll_at": NOW + 20 * MINUTE},
        {"last_success_at": NOW + 10 * MINUTE, "outcome": "unchanged"},
        {"habit": begin([], NOW)},
    ],
    ids=["times", "an answer", "the habit"],
)
def test_a_poll_that_found_nothing_is_not_written_down(change: dict[str, Any]) -> None:
    assert not worth_writing(BEFORE, BEFORE.model_copy(update=change))


@pytest.mark.parametrize(
    "change",
    [
        {"known": "art-1"},
        {"etag": '"2"'},
        {"url": "https://b.example/"},
        {"failures": 1},
        {"last_new_at": NOW},
        {"gone_at": NOW},
        {"polled_at": NOW + 15 * MINUTE},
        {"next_poll_at": NOW + HOUR},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_matters_is_written_and_so_is_a_quarter_of_an_hour_and_a_long_wait(change: dict[str, Any]) -> None:
    assert worth_writing(BEFORE, BEFORE.model_copy(update=change))
    assert worth_writing(None, BEFORE)


def test_a_quiet_source_is_written_four_times_an_hour_at_most_and_a_failing_one_ever_less() -> None:
    state, written = None, 0
    for outcome in every(MINUTE, NOW, 24 * 60, Read(unchanged=True)):
        after = polled([outcome], state)[0].state.model_copy(update={"next_poll_at": outcome[0] + MINUTE})
        if worth_writing(state, after):
            state, written = after, written + 1
    assert written == 24 * 4

    step, polls = polled([(NOW, failing("slow"))])[0], 1
    at = NOW
    while (at := at + step.wait) < NOW + 7 * DAY:
        step, polls = polled([(at, failing("slow"))], step.state)[0], polls + 1
    assert polls < 50
