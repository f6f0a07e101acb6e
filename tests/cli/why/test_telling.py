"""Whether people were told of what rang, or what held it: by what the engine really wrote."""

from pathlib import Path
from typing import Any

import pytest

from schemas import Held
from schemas.remembered import QueueMemory
from services.alerting.watching.book import read_book
from services.cli.why.step import Outcome as Came
from services.cli.why.telling import told
from tests.cli.past import article
from tests.cli.why.tale import DAY, HOUR, NOON, STORY, Tale

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
