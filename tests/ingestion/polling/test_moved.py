"""moved: when a lasting redirect is taken over, and when no more."""

import pytest

from schemas.state import SourceState
from services.ingestion.polling.moved import address
from services.ingestion.polling.outcome import Read
from tests.ingestion.polling.sources import DAY, HOUR, MINUTE, NOW, Outlet, every, failing, polled

OLD = Outlet().url
SAME = "https://www.news.example/feed/"
OTHER = "https://other.example/rss.xml"


def moved(to: str | None) -> Read:
    return Read(entries=5, moved_to=to)


def test_on_one_host_it_is_followed_after_three_polls_over_a_day_and_needs_no_one() -> None:
    step, _ = polled(every(HOUR, NOW, 24, moved(SAME)))
    assert address(OLD, step.state) == OLD

    step, told = polled([(NOW + DAY, moved(SAME))], step.state)
    assert address(OLD, step.state) == SAME
    assert told == []


def test_to_another_host_it_is_followed_after_a_week_and_told_until_someone_corrects_the_address() -> None:
    step, told = polled(every(6 * HOUR, NOW, 28, moved(OTHER)))
    assert (address(OLD, step.state), told) == (OLD, [])

    step, told = polled([(NOW + 7 * DAY, moved(OTHER))], step.state)
    assert address(OLD, step.state) == OTHER
    assert [(event.kind, event.state) for event in told] == [("moved", "raised")]
    assert OTHER in told[0].reason

    step, told = polled(every(HOUR, NOW + 7 * DAY + HOUR, 5, moved(None)), step.state)
    assert address(OLD, step.state) == OTHER, "the new address is asked now, and does not redirect"
    assert told == []

    step, told = polled([(NOW + 9 * DAY, moved(None))], step.state, Outlet(url=OTHER))
    assert (address(OTHER, step.state), step.state.moved) == (OTHER, None)
    assert [(event.kind, event.state) for event in told] == [("moved", "resolved")]


@pytest.mark.parametrize("between", [moved(None), moved("https://news.example/third")], ids=["none", "another end"])
def test_a_poll_that_does_not_find_it_begins_anew(between: Read) -> None:
    step, _ = polled(
        [*every(6 * HOUR, NOW, 4, moved(SAME)), (NOW + 23 * HOUR, between), *every(HOUR, NOW + DAY, 6, moved(SAME))]
    )
    assert address(OLD, step.state) == OLD


def test_a_new_address_that_fails_three_times_gives_way_to_the_old_one_without_its_validators() -> None:
    known = SourceState(source_id="example-news", url=OLD, etag='"old"', polled_at=NOW)
    step, _ = polled(every(12 * HOUR, NOW, 3, moved(SAME)), known)
    assert address(OLD, step.state) == SAME

    step, _ = polled(every(HOUR, NOW + 2 * DAY, 2, failing("unreachable")), step.state)
    assert (address(OLD, step.state), step.state.etag) == (SAME, '"old"')

    step, _ = polled([(NOW + 3 * DAY, failing("unreachable"))], step.state)
    assert (address(OLD, step.state), step.state.etag) == (OLD, None)


def test_two_failures_and_an_answer_keep_the_new_address() -> None:
    step, _ = polled(every(12 * HOUR, NOW, 3, moved(SAME)))
    for round_ in range(3):
        start = NOW + (2 + round_) * DAY
        step, _ = polled([*every(HOUR, start, 2, failing("slow")), (start + 3 * HOUR, moved(None))], step.state)
    assert address(OLD, step.state) == SAME


def test_a_corrected_address_forgets_the_move_and_the_validators() -> None:
    known = SourceState(source_id="example-news", url=OLD, etag='"old"', known="kept", polled_at=NOW)
    step, _ = polled(every(12 * HOUR, NOW, 3, moved(SAME)), known)
    step, _ = polled([(NOW + 2 * DAY, moved(None))], step.state, Outlet(url="https://news.example/new.xml"))

    assert step.state.url == address("https://news.example/new.xml", step.state) == "https://news.example/new.xml"
    assert (step.state.moved, step.state.etag, step.state.known) == (None, None, "kept")


def test_a_redirect_that_goes_on_for_a_week_is_not_written_down_at_each_poll() -> None:
    step, _ = polled(every(HOUR, NOW, 20, moved(OTHER)))
    again, _ = polled([(NOW + 20 * HOUR, moved(OTHER))], step.state)
    assert again.state.moved == step.state.moved


def test_an_address_of_megabytes_is_not_remembered() -> None:
    step, _ = polled(every(10 * MINUTE, NOW, 2, moved("https://news.example/" + "a" * 1_000_000)))
    assert step.state.moved is None
