"""What a message says beside its article."""

from datetime import timedelta
from typing import Any

import pytest

from schemas import (
    Alert,
    BlindSource,
    Burst,
    Coverage,
    Evidence,
    Figure,
    FigureChange,
    Handling,
    Held,
    Reason,
    Remark,
)
from services.alerting.notify import words
from services.alerting.notify.render import render
from services.alerting.notify.samples import samples
from tests.alerting.examples import NOON, alert
from tests.schemas.examples import example_json


def such(**changes: Any) -> Alert:
    return alert().model_copy(update=changes)


def figure(least: int | None, most: int | None, who: str | None = None) -> Figure:
    evidence = Evidence(field="text", start=0, end=1, words="1", fired="1")
    return Figure(kind="killed", least=least, most=most, who=who, evidence=evidence)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": Reason.NEW_ENTITY, "new": ("actor/ttp",)}, ["newly named in this story: Ttp"]),
        ({"reason": Reason.FURTHER_SOURCE}, ["a further source: Example News"]),
        ({"reason": Reason.COPY}, ["a copy: Example News"]),
        ({"reason": Reason.CORRECTED}, ["the article reads differently now"]),
        ({"reason": Reason.WITHDRAWN}, ["the article was taken back, or does not say this any more"]),
        ({"reason": Reason.FIRST_MENTION}, []),
    ],
)
def test_what_changed(changes: dict[str, Any], said: list[str]) -> None:
    assert list(words.changes(such(**changes))) == said


def test_what_is_remarkable() -> None:
    remark = Remark(
        quiet_days={"actor/ttp": 12},
        first_ever=("actor/iskp",),
        bursts=(Burst(entity="actor/ttp", seen=9, expected=0.41, chance=0.00001),),
        first_together=(("actor/iskp", "actor/ttp"),),
    )

    assert list(words.remarks(such(remark=remark))) == [
        "never met by this watch before: actor/iskp",
        "first mention in 12 days: Ttp",
        "first time together: actor/iskp and Ttp",
        "far above its habit: Ttp, 9 stories in an hour, 0.4 expected",
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (FigureChange(kind="killed", before=12, after=1500), "killed: 1,500 (before: 12)"),
        (FigureChange(kind="injured", before=None, after=3), "injured: 3 (before: not told)"),
    ],
)
def test_a_figure_that_changed(change: FigureChange, said: str) -> None:
    assert words.figure_change(change) == said


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (figure(12, 12, "soldiers"), "killed: 12 soldiers"),
        (figure(10, 1200), "killed: 10 to 1,200"),
        (figure(10, None), "killed: at least 10"),
        (figure(None, 10), "killed: at most 10"),
    ],
)
def test_a_figure_as_it_is_stated(stated: Figure, said: str) -> None:
    assert words.figure(stated) == said


@pytest.mark.parametrize(
    "reason", [message.event.reason for message in samples().values() if isinstance(message.event, Alert)]
)
def test_every_reason_that_tells_is_put_into_words(reason: Reason) -> None:
    assert words.why(reason) != reason.value or reason is Reason.DIGEST or reason is Reason.WITHDRAWN


def test_every_reason_to_hold_is_put_into_words() -> None:
    assert all(len(words.held(such(held=held))) > len("held: ") for held in Held)
    assert words.held(such(held=Held.SILENCED, held_by="talks")) == "held: silenced (talks)"


@pytest.mark.parametrize(
    ("handling", "said"),
    [
        (Handling(), ""),
        (
            Handling(acknowledged_by="Zarmina", acknowledged_at=NOON, assigned_to="Farid"),
            "acknowledged by Zarmina at 2026-11-24 12:00 UTC, assigned to Farid",
        ),
        (Handling(assigned_to="Farid"), "assigned to Farid"),
    ],
)
def test_who_cares_for_it(handling: Handling, said: str) -> None:
    assert words.cares(handling) == said


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        *(("ur", "Urdu"), ("ps-AF", "Pashto"), ("prs", "Dari"), ("fa-AF", "Dari")),
        *(("zh-Hans", "Simplified Chinese"), ("x-klingon", "x-klingon")),
    ],
)
def test_a_language_by_its_name(tag: str, name: str) -> None:
    assert words.language_name(tag) == name


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=-90), "just published"),
        (timedelta(seconds=59), "just published"),
        (timedelta(minutes=13), "13 min after publication"),
        (timedelta(hours=3, minutes=59), "3 h after publication"),
        (timedelta(hours=30), "30 h after publication"),
        (timedelta(days=3), "3 days after publication"),
    ],
)
def test_the_age_is_told_in_one_unit(passed: timedelta, shown: str) -> None:
    assert words.age(NOON, NOON - passed) == shown


def test_no_age_without_a_date() -> None:
    assert words.age(NOON, None) == ""


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
