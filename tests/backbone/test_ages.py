"""ages: from which moments an article's age counts."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from prometheus_client import REGISTRY

from schemas import Alert
from services.backbone.ages import Dated, Since

SEEN = datetime(2026, 11, 24, 6, 0, 30, tzinfo=UTC)
PUBLISHED = SEEN - timedelta(minutes=4)
LATER = SEEN - timedelta(minutes=1)


def article(**more: object) -> Dated:
    given = {"id": "art-1", "published_at": PUBLISHED, "updated_at": None, "seen_at": SEEN, "marks": ()} | more
    return cast(Dated, SimpleNamespace(**given))


@pytest.mark.parametrize(
    ("more", "revised", "published"),
    [
        ({}, False, PUBLISHED),
        ({"updated_at": LATER}, False, LATER),
        ({"updated_at": LATER}, True, LATER),
        ({}, True, None),
        ({"published_at": None}, False, None),
        ({"published_at": SEEN.replace(hour=0, minute=0, second=0)}, False, None),
        ({"published_at": SEEN + timedelta(seconds=1)}, False, None),
        ({"marks": ("language-detected",)}, False, PUBLISHED),
        ({"marks": ("first-pass",)}, False, None),
        ({"marks": ("withdrawn",)}, False, None),
    ],
    ids=[
        "as it is stated",
        "of what was changed before anybody read it, the change counts",
        "of a revision, the change counts",
        "of a revision without a date of its own nothing is known",
        "nothing is stated",
        "midnight sharp is a day and no time",
        "who publishes after it was read has another clock",
        "other marks say nothing",
        "what was there before anybody looked is no news",
        "what is taken back is no news",
    ],
)
def test_the_moment_of_publishing_counts_where_it_can_be_believed(
    more: dict[str, object], revised: bool, published: datetime | None
) -> None:
    since = Since.of(article(**more), revised=revised)
    assert (since.seen_at, since.published_at) == (SEEN, published)


@pytest.mark.parametrize(
    ("more", "counts"),
    [
        ({}, True),
        ({"action": "update"}, False),
        ({"sequence": 1}, False),
        ({"tells": False}, False),
        ({"items": ("one",)}, False),
        ({"article": None}, False),
    ],
    ids=["a ring", "an update", "told later", "held", "a collective alert", "an empty digest"],
)
def test_only_what_is_told_at_once_says_how_quick_the_line_is(more: dict[str, object], counts: bool) -> None:
    given = {"action": "ring", "sequence": 0, "tells": True, "items": (), "article": article()} | more
    assert (Since.of_alert(cast(Alert, SimpleNamespace(**given))) is not None) is counts


def test_both_ages_are_told_and_none_is_negative() -> None:
    def total(since: str) -> float | None:
        return REGISTRY.get_sample_value("tocsin_article_age_seconds_sum", {"stage": "aged", "since": since})

    Since.of(article()).observe("aged", SEEN + timedelta(seconds=2))
    assert (total("seen"), total("published")) == (2, 242)
    Since.of(article()).observe("aged", SEEN - timedelta(seconds=9))  # another machine's clock
    assert (total("seen"), total("published")) == (2, 242 + 231)
