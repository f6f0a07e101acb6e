from collections.abc import Sequence

import pytest

from schemas import Mention
from schemas.remembered import Reading
from services.alerting.decide.readings import (
    MOST_EARLIER,
    MOST_SOURCES,
    RETURNED,
    WITHDRAWN,
    compare,
    latest,
    withdrawn,
)
from tests.alerting.decide.reports import HOUR, report
from tests.alerting.examples import NOON


def read(*mentions: Mention) -> Reading:
    """What is remembered after these revisions of one source."""
    reading: Reading | None = None
    for mention in mentions:
        reading = compare(mention, {}, reading).reading
    assert reading is not None
    return reading


@pytest.mark.parametrize(
    ("before", "now", "is_corrected"),
    [
        (["a", "b"], ["a", "b"], False),
        (["a"], ["a", "b"], False),
        (["a", "b"], ["a"], True),
        (["a", "b"], ["a", "c"], True),
        (["a", "b", "c"], ["x", "a", "b"], False),
        (["a", "b", "c"], ["a", "b", "x"], True),
        (["a", "b", "c"], ["x", "y", "z"], True),
    ],
    ids=["equal", "one more", "one gone", "one changed", "the last pushed out", "the last changed", "all changed"],
)
def test_which_shown_sentences_read_differently(before: Sequence[str], now: Sequence[str], is_corrected: bool) -> None:
    old, new = (report(sentences=[f"The sentence {one}." for one in each]) for each in (before, now))

    assert compare(new, {}, read(old)).is_corrected is is_corrected


def test_a_wording_that_was_before_is_no_correction_however_long_the_two_take_turns() -> None:
    words = [report(title=f"Title of version {which}") for which in "ab"]

    assert not compare(words[0], {}, read(*words)).is_corrected
    assert not compare(words[1], {}, read(*words, words[0])).is_corrected
    assert compare(report(title="Title of version c"), {}, read(*words)).is_corrected


def test_a_wording_with_other_figures_is_another_one() -> None:
    first, second = report(), report(title="Other")
    reading = compare(second, {"killed": 4}, compare(first, {"killed": 3}, None).reading).reading

    assert compare(first, {"killed": 3}, reading).own_last == {}
    assert compare(first, {"killed": 5}, reading).own_last == {"killed": 4}


def test_what_is_remembered_of_an_article_is_bounded() -> None:
    reading = read(*(report(title=f"Title {number} of the day") for number in range(3 * MOST_EARLIER)))
    gone, _ = withdrawn(report(seen_at=NOON + HOUR).article, reading)
    later = read(*(report(title=f"Title {number}") for number in range(2)))
    many = {f"source-{n:03d}": later.model_copy(update={"seen_at": NOON + n * HOUR}) for n in range(MOST_SOURCES + 9)}

    assert len(reading.earlier) == len(gone.earlier) == MOST_EARLIER
    assert gone.earlier.count(WITHDRAWN) == 1
    assert gone.earlier.count(RETURNED) == 0
    assert list(latest(many)) == [f"source-{n:03d}" for n in range(9, MOST_SOURCES + 9)]
