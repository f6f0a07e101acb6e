"""Whether an article was new to a watch, and whether people were told: by what the engine really wrote."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas import Alert, Article, Held, Outcome
from schemas.remembered import QueueMemory
from services.alerting.holding.silences import load_silences
from services.alerting.watching.book import read_book
from services.cli.why.deciding import Known, decided, ring_of
from services.cli.why.step import Outcome as Came
from services.cli.why.step import Step
from services.cli.why.telling import delivered, told
from tests.cli.past import TTP, Past, article, desk

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STORY = (
    "Officials said on Tuesday that the TTP had claimed an attack on a police post near the border, in which three "
    "policemen were killed and five others were injured before the attackers fled towards the hills in the north."
)


class Tale:
    """A desk, what was published, and the steps of one article."""

    def __init__(self, folder: Path, watch: Mapping[str, Any] | None = None, **files: object) -> None:
        watches = [{**TTP, **(watch or {})}, *files.pop("others", [])]  # type: ignore[misc]
        self.folder = desk(folder / "config", *watches, **files)
        self.past = Past(self.folder)

    def decided(self, of: Article) -> Step:
        memory = self.past.memory
        found = memory.story_of("ttp", of.id)
        known = Known(memory.article("ttp", of.id), found[1] if found is not None else None, self.alerts)
        mention = next(each for each in reversed(self.past.mentions) if each.article.id == of.id)
        return decided(of.id, mention, known, [], is_read=True)

    def told(self, of: Article) -> Step:
        ring = ring_of(of.id, self.alerts)
        assert ring is not None
        memory, watch = self.past.memory, read_book(self.folder).watches["ttp"]
        silences = {silence.id: silence for silence in load_silences(self.folder).listed}
        queues = [queue for key in memory.queues() if (queue := memory.queue(*key)) is not None]
        found = memory.story_of("ttp", of.id)
        is_told = found is not None and found[1].told
        return told(ring, self.alerts, watch, silences, queues, self.past.written, is_told=is_told).step

    @property
    def alerts(self) -> list[Alert]:
        return [alert for alert in self.past.alerts if alert.watch.id == "ttp"]


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


SILENCE = {
    "silences": [
        {
            "id": "exercise",
            "match": {"watch": "ttp"},
            "from": NOON.isoformat(),
            "until": (NOON + 6 * HOUR).isoformat(),
            "by": "Sana",
            "why": "planned exercise",
        }
    ]
}


@pytest.mark.parametrize(
    ("watch", "files", "of", "outcome", "what", "fix"),
    [
        (
            {},
            {"silences": SILENCE},
            {},
            Came.HELD,
            "silenced by exercise of Sana until 2026-11-24 18:00 UTC: planned exercise; it is told at 2026-11-24 18:00",
            "take exercise out of silences/",
        ),
        ({}, {}, {"marks": ("first-pass",)}, Came.STOPPED, "held for good: it was there already when", "ring_last: 6h"),
        (
            {"max_age": "2d"},
            {},
            {"published_at": NOON - 3 * DAY},
            Came.STOPPED,
            "held for good: published 2026-11-21 12:00 UTC, which was longer than max_age (2d) before it was read",
            "raise max_age",
        ),
        (
            {"severity": "low"},
            {
                "others": [{"id": "critical", "any": [{"actor": "ttp"}], "severity": "critical"}],
                "settings": {"inhibitions": [{"source": {"severity": "critical"}, "target": {"severity": "low"}}]},
            },
            {},
            Came.STOPPED,
            "held for good: inhibited: watch critical rings for the same article",
            "tocsin why critical",
        ),
        (
            {"hours": {"from": "14:00", "to": "18:00"}},
            {},
            {},
            Came.HELD,
            "it came outside of the watch's hours; it is told at 2026-11-24 14:00 UTC",
            "through:",
        ),
        (
            {"digest": "daily"},
            {},
            {},
            Came.HELD,
            "it waits for the digest (0 7 * * *, UTC); it is told at 2026-11-25 07:00 UTC",
            "take digest: out",
        ),
        (
            {"group": {"by": "watch", "wait": "10m"}},
            {},
            {},
            Came.HELD,
            "it waits for its group; it is told at 2026-11-24 12:10 UTC",
            "group:",
        ),
    ],
    ids=["silenced", "first pass", "too old", "inhibited", "outside of hours", "digest", "grouped"],
)
def test_what_is_held_says_by_what_and_until_when(
    tmp_path: Path,
    watch: dict[str, Any],
    files: dict[str, Any],
    of: dict[str, Any],
    outcome: Came,
    what: str,
    fix: str,
) -> None:
    tale = Tale(tmp_path, watch, **files)
    held = article("The TTP claims an attack", STORY, at=NOON, **of)
    tale.past.reads(held)

    assert tale.decided(held).outcome is Came.PASSED, "it rang, on the topic"
    step = tale.told(held)
    assert step.outcome is outcome
    assert step.what.startswith(what)
    assert fix in step.fix
    assert f"alert {tale.alerts[0].id} is on the topic" in step.evidence


@pytest.mark.parametrize(
    ("watch", "what", "fix"),
    [
        (
            {"cooldown": "2h"},
            "it came within the cooldown (2h, by entity); it is told at 2026-11-24 14:00 UTC",
            "shorten",
        ),
        (
            {"limit": {"alerts": 1, "per": "3h"}},
            "it was more than the watch's limit (1 per 3h); it is told at ",
            "raise",
        ),
    ],
    ids=["cooldown", "limited"],
)
def test_what_came_too_soon_after_another_waits(tmp_path: Path, watch: dict[str, Any], what: str, fix: str) -> None:
    tale = Tale(tmp_path, watch)
    tale.past.reads(article("The TTP claims an attack", STORY, at=NOON))
    second = article("Another day", "The TTP is named in another matter altogether.", at=NOON + HOUR)
    tale.past.reads(second)

    step = tale.told(second)
    assert (step.outcome, step.what[: len(what)]) == (Came.HELD, what)
    assert fix in step.fix


def test_what_was_told_later_says_when_and_in_which_alert(tmp_path: Path) -> None:
    tale = Tale(tmp_path, {"digest": "daily"})
    one = article("The TTP claims an attack", STORY, at=NOON)
    two = article("Another day", "The TTP is named in another matter altogether.", at=NOON + HOUR)
    tale.past.reads(one)
    tale.past.reads(two)
    tale.past.until(NOON + DAY)

    step = tale.told(one)
    assert step.outcome is Came.PASSED
    assert step.what == (
        f"told at 2026-11-25 07:00 UTC, in alert {tale.alerts[-1].id}, which stands for 2 (digest); "
        "held before: it waits for the digest (0 7 * * *, UTC)"
    )


def test_what_waited_alone_was_told_by_itself(tmp_path: Path) -> None:
    tale = Tale(tmp_path, {"digest": "daily"})
    one = article("The TTP claims an attack", STORY, at=NOON)
    tale.past.reads(one)
    tale.past.until(NOON + DAY)

    assert tale.told(one).what.startswith("told at 2026-11-25 07:00 UTC, by itself (first-mention)")


def test_of_several_queues_the_one_that_holds_it_says_when_it_is_told(tmp_path: Path) -> None:
    tale = Tale(tmp_path, {"digest": "daily"})
    tale.past.reads(article("The TTP claims an attack", STORY, at=NOON))
    [ring] = tale.alerts
    queue = tale.past.memory.queue("ttp", Held.DIGEST)
    assert queue is not None
    sooner = queue.model_copy(update={"items": (), "count": 0, "due_at": NOON + HOUR})
    watch = read_book(tale.folder).watches["ttp"]

    def step(*queues: QueueMemory) -> str:
        return told(ring, [ring], watch, {}, queues, {}, is_told=False).step.what

    assert step(sooner, queue).endswith("; it is told at 2026-11-25 07:00 UTC")
    full = sooner.model_copy(update={"count": 101})
    assert step(full).endswith("; it is told at 2026-11-24 13:00 UTC"), "it lists only the first hundred"


def test_an_alert_that_stands_for_others_is_not_the_ring_of_the_article_that_it_shows(tmp_path: Path) -> None:
    tale = Tale(tmp_path, {"digest": "daily"})
    for title, text in (("The TTP claims an attack", STORY), ("Another day", "The TTP is named in another matter.")):
        tale.past.reads(article(title, text, at=NOON))
    tale.past.until(NOON + DAY)
    collective = tale.alerts[-1]
    assert collective.article is not None
    assert ring_of(collective.article.id, [collective]) is None


def test_channels_say_what_became_of_it(tale: Tale) -> None:
    of = article("The TTP claims an attack", STORY, at=NOON)
    tale.past.reads(of)
    [ring] = tale.alerts

    def step(*outcomes: Outcome, channels: tuple[str, ...] = ("terminal",)) -> Step:
        attempts = [tale.past.attempt(ring, outcome, f"channel-{n}") for n, outcome in enumerate(outcomes)]
        return delivered([ring], attempts, channels, NOON + HOUR)

    assert step(Outcome.DELIVERED).what == "delivered by channel-0"
    assert step(Outcome.DELIVERED, Outcome.FAILED).what == (
        "channel channel-1 gave up after 1 attempts: HTTP 503; channel-0 took it"
    )
    assert step(Outcome.RETRYING).outcome is Came.HELD
    later = ring.model_copy(update={"sequence": 1})
    of_the_first = tale.past.attempt(ring, Outcome.DELIVERED, "terminal")
    assert delivered([later], [of_the_first], ("terminal",), NOON).outcome is Came.NOT_YET
    assert step().what == "no attempt by terminal is on record"
    assert step().outcome is Came.NOT_YET
    assert step(channels=()).outcome is Came.PASSED


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
