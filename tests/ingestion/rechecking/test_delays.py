"""delays: when a page is asked for again, and of which alerts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.ingestion.rechecking.delays import DELAYS, article_to_ask
from tests.ingestion.rechecking.alerts import alert

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
URL = "https://news.example/talks"


def test_a_page_is_asked_for_one_six_twentyfour_and_seventytwo_hours_after() -> None:
    assert [delay.after / timedelta(hours=1) for delay in DELAYS] == [1, 6, 24, 72]
    assert len({delay.name for delay in DELAYS}) == 4
    for delay in DELAYS:
        assert delay.wait(NOW, NOW) == delay.after
        assert delay.wait(NOW, NOW + delay.after) == timedelta(0)


def test_whatever_was_missed_one_delay_at_a_time_asks() -> None:
    for hours in range(1, 7 * 24):
        now = NOW + timedelta(hours=hours)
        asking = [d for d in DELAYS if d.wait(NOW, now) <= timedelta(0) and not d.is_over(NOW, now)]
        assert len(asking) == 1


def test_after_a_week_nobody_asks() -> None:
    assert all(delay.is_over(NOW, NOW + timedelta(days=7)) for delay in DELAYS)


def test_asked_about_is_what_people_were_told_of() -> None:
    told = article_to_ask(alert(NOW, URL))
    assert told is not None
    assert told.url == URL


@pytest.mark.parametrize(
    "more",
    [
        {"action": "update"},
        {"held": "first-pass"},
        {"article": None},
        {"reason": "copy"},
    ],
    ids=["an update tells of the same article", "nobody was told", "an empty digest", "another outlet's copy"],
)
def test_not_asked_about_is(more: dict[str, Any]) -> None:
    assert article_to_ask(alert(NOW, URL, **more)) is None


def test_a_collective_alert_an_article_without_address_and_one_withdrawn_are_not_asked_about() -> None:
    ring = alert(NOW, URL)
    assert ring.article is not None
    item = {
        "alert_id": ring.id, "reason": "new-story", "title": "Talks", "url": URL, "source": ring.article.source,
        "names": ["TTP"], "rang_at": NOW,
    }  # fmt: skip
    withdrawn = ring.article.model_copy(update={"marks": ("withdrawn",)})
    assert article_to_ask(alert(NOW, URL, items=[item], stands_for=1)) is None
    assert article_to_ask(alert(NOW, "")) is None
    assert article_to_ask(ring.model_copy(update={"article": withdrawn})) is None
