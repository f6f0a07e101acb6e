"""What an alert says beside its article."""

from datetime import timedelta
from typing import Any

import pytest

from schemas import Alert, BlindSource, Burst, Coverage, FigureChange, Held, Reason, Remark
from services.alerting.notify.render import render
from services.alerting.notify.words import notes, subject
from tests.alerting.examples import NOON, alert
from tests.schemas.examples import example_json


def such(**changes: Any) -> Alert:
    return alert().model_copy(update=changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": Reason.NEW_ENTITY, "new": ("actor/ttp",)}, ["newly named in this story: Ttp"]),
        (
            {
                "reason": Reason.FIGURE_CHANGED,
                "figure_changes": (
                    FigureChange(kind="killed", before=12, after=1500),
                    FigureChange(kind="injured", before=None, after=3),
                ),
            },
            ["killed: 1,500 (before: 12)", "injured: 3 (before: not told)"],
        ),
        ({"reason": Reason.FURTHER_SOURCE}, ["a further source: Example News"]),
        (
            {"reason": Reason.COPY, "source_count": 3, "origin_count": 1},
            ["a copy: Example News", "3 outlets, 1 independent"],
        ),
        ({"reason": Reason.CORRECTED}, ["the article reads differently now"]),
        ({"reason": Reason.WITHDRAWN}, ["the article was taken back, or does not say this any more"]),
        ({"held": Held.SILENCED, "held_by": "talks"}, ["held: silenced (talks)"]),
        (
            {
                "remark": Remark(
                    quiet_days={"actor/ttp": 12},
                    first_ever=("actor/iskp",),
                    bursts=(Burst(entity="actor/ttp", seen=9, expected=0.41, chance=0.00001),),
                    first_together=(("actor/iskp", "actor/ttp"),),
                )
            },
            [
                "never met by this watch before: actor/iskp",
                "first mention in 12 days: Ttp",
                "first time together: actor/iskp and Ttp",
                "far above its habit: Ttp, 9 stories in an hour, 0.4 expected",
            ],
        ),
    ],
)
def test_why_it_comes_and_what_is_remarkable(changes: dict[str, Any], said: list[str]) -> None:
    assert list(notes(such(**changes))) == said


def test_an_update_says_so_before_the_names() -> None:
    assert subject(such(action="update")) == "update, Ttp"
    assert subject(such(action="update", matches=())) == "update"


def test_every_reason_to_hold_is_put_into_words() -> None:
    assert all(len(next(notes(such(held=held)))) > len("held: ") for held in Held)


def test_an_empty_digest_says_so_and_who_was_not_heard() -> None:
    blind = [BlindSource(source_id=f"s-{n}", name=f"Source {n}", trouble="failing", since=NOON) for n in range(7)]
    coverage = Coverage(since=NOON - timedelta(days=1), until=NOON, carried=14, heard=7, blind=tuple(blind))
    digest = such(reason=Reason.DIGEST, stands_for=0, article=None, items=(), coverage=coverage)

    assert render(digest).plain.split("\n") == [
        " NORMAL  ttp: no alerts since the last digest",
        "  heard: 7 of 14 sources that ever carried this watch, 2026-11-23 12:00 UTC to 2026-11-24 12:00 UTC",
        *(f"  not heard: Source {n} (failing since 2026-11-24 12:00 UTC)" for n in range(5)),
        "  not heard: 2 more",
        "  2026-11-24 12:00 UTC",
    ]


def test_a_collective_alert_lists_what_it_stands_for_and_counts_the_rest() -> None:
    item = {
        "alert_id": "alr-1",
        "reason": "first-mention",
        "title": "Talks\x1b[31m",
        "url": "https://news.example/one",
        "source": example_json(Alert)["article"]["source"],
        "names": ["TTP", "ISKP"],
        "rang_at": NOON,
        "source_count": 2,
    }
    flood = Alert.model_validate(
        alert().model_dump() | {"reason": "flood", "items": [item] * 25, "stands_for": 40, "held": None}
    )
    lines = render(flood).plain.split("\n")

    assert lines[0] == " NORMAL  ttp: 40 alerts beyond the limit of this watch"
    assert lines[1] == "  Talks␛[31m (Example News, 2 outlets): TTP, ISKP"
    assert lines[21:23] == ["  and 20 more", "  2026-11-24 12:00 UTC"]
