"""Whether an article was new to a watch: by what the engine really wrote."""

from pathlib import Path

import pytest

from services.cli.why.deciding import Known, decided, ring_of
from services.cli.why.step import Outcome as Came
from tests.cli.past import article
from tests.cli.why.tale import DAY, HOUR, NOON, STORY, Tale


@pytest.fixture
def tale(tmp_path: Path) -> Tale:
    return Tale(tmp_path)


def test_a_first_mention_rang_and_what_it_rang_with_is_shown(tale: Tale) -> None:
    of = article("The TTP claims an attack", STORY, at=NOON)
    tale.past.reads(of)

    step = tale.decided(of)
    assert step.outcome is Came.PASSED
    assert step.what == ("new: the watch had not met any of this before (first-mention), at 2026-11-24 12:00 UTC")
    assert step.evidence[0] == f"alert {tale.alerts[0].id}"
    assert "never met before: actor/ttp" in step.evidence
    assert tale.told(of).what == "told at once"


def test_what_joined_a_story_names_the_alert_and_why_nobody_was_rung(tale: Tale) -> None:
    first, copy = article("The TTP claims an attack", STORY, at=NOON), None
    tale.past.reads(first)
    copy = article("TTP claims attack on police", STORY, at=NOON + HOUR, source="other-news")
    tale.past.reads(copy)

    step = tale.decided(copy)
    assert step.outcome is Came.STOPPED
    assert step.what == (
        f"same story: it joined alert {tale.alerts[0].id}, which rang at 2026-11-24 12:00 UTC for "
        "'The TTP claims an attack' (Example News)"
    )
    assert step.evidence[0] == "another outlet's copy, of which nobody is told (copy)"
    assert "update 1 at 2026-11-24 13:00 UTC" in " ".join(tale.decided(first).evidence)


def test_an_update_that_was_told_says_what_changed(tale: Tale) -> None:
    tale.past.reads(article("The TTP claims an attack", STORY, at=NOON))
    more = article(
        "Toll rises", STORY.replace("three policemen", "seven policemen"), at=NOON + HOUR, source="other-news"
    )
    tale.past.reads(more)

    step = tale.decided(more)
    assert step.evidence[0] == "whoever was told got an update: a figure changed (figure-changed)"


def test_a_revision_that_says_nothing_new_stays_in_its_story(tale: Tale) -> None:
    tale.past.reads(article("The TTP claims an attack", STORY, at=NOON, source="other-news"))
    late = article("The TTP claims an attack", STORY, slug="late", at=NOON + HOUR, source="other-news")
    tale.past.reads(late)

    step = tale.decided(late)
    assert step.what.startswith("same story: it joined alert ")
    assert step.evidence == ("it says nothing that is told: no new name, no other figure, no further source",)


def test_what_joined_a_story_of_which_nobody_was_told_says_so(tale: Tale) -> None:
    tale.past.reads(article("The TTP claims an attack", STORY, at=NOON, marks=("first-pass",)))
    more = article(
        "Toll rises", STORY.replace("three policemen", "seven policemen"), at=NOON + HOUR, source="other-news"
    )
    tale.past.reads(more)

    step = tale.decided(more)
    assert step.what.endswith("'The TTP claims an attack' (Example News), held: first-pass")
    assert step.evidence[0] == "a figure changed (figure-changed), held as its story is: first-pass"


def test_of_many_updates_the_last_are_shown(tale: Tale) -> None:
    first = article("The TTP claims an attack", STORY, at=NOON)
    tale.past.reads(first)
    for number in range(7):
        tale.past.reads(article(f"Copy {number}", STORY, at=NOON + HOUR, source=f"outlet-{number}"))

    evidence = tale.decided(first).evidence
    assert "7 updates, the last 5 of them:" in evidence
    assert [line.split(" at ")[0] for line in evidence if line.startswith("update ")] == [
        f"update {number}" for number in range(3, 8)
    ]


def test_an_alert_that_stands_for_others_is_not_the_ring_of_the_article_that_it_shows(tmp_path: Path) -> None:
    tale = Tale(tmp_path, {"digest": "daily"})
    for title, text in (("The TTP claims an attack", STORY), ("Another day", "The TTP is named in another matter.")):
        tale.past.reads(article(title, text, at=NOON))
    tale.past.until(NOON + DAY)
    collective = tale.alerts[-1]
    assert collective.article is not None
    assert ring_of(collective.article.id, [collective]) is None


def test_a_mention_that_was_set_aside_or_not_read_yet_is_told(tale: Tale) -> None:
    of = article("The TTP claims an attack", STORY, at=NOON)
    tale.past.reads(of)
    nothing = Known(None, None, [])
    [mention] = tale.past.mentions

    assert decided(of.id, mention, nothing, ["an hour ahead"], is_read=True).what == (
        "its mention was set aside: an hour ahead"
    )
    assert decided(of.id, mention, nothing, [], is_read=False).outcome is Came.NOT_YET
    assert "kept for 90 days" in decided(of.id, mention, nothing, [], is_read=True).what
