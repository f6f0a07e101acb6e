"""trouble: every way in which a poll can fail has a name, and what is none of ours is a defect."""

from datetime import UTC, datetime, timedelta

import pytest

from services.ingestion.fetching import failures
from services.ingestion.fetching.failures import FetchFailed, StatusRefused, TooManyRequests
from services.ingestion.trouble import failed

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)


def _all(kind: type[FetchFailed]) -> list[type[FetchFailed]]:
    return [kind, *(deeper for below in kind.__subclasses__() for deeper in _all(below))]


@pytest.mark.parametrize("kind", [kind for kind in _all(FetchFailed) if kind is not FetchFailed])
def test_no_failure_of_a_fetch_is_taken_for_a_defect(kind: type[FetchFailed]) -> None:
    assert kind.__module__ == failures.__name__
    error = kind("said", 500) if issubclass(kind, StatusRefused) else kind("said")
    outcome = failed(error, NOW)
    assert outcome.trouble != "defect"
    assert (outcome.error, outcome.message) == (kind.__name__, "said")


def test_what_the_host_asks_for_is_kept() -> None:
    outcome = failed(TooManyRequests("said", 429, "120"), NOW)
    assert outcome.trouble == "throttled"
    assert outcome.asked.at_least == timedelta(minutes=2)


def test_a_foreign_error_is_a_defect_and_its_words_stay_out_of_the_state() -> None:
    outcome = failed(KeyError("something from a feed"), NOW)
    assert (outcome.trouble, outcome.error, outcome.message) == ("defect", "KeyError", "")
