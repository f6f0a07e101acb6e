"""What people write about an alert: plain text, and the same twice is one."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Acknowledgement, FeedbackVerdict
from services.alerting.handling.steps import BadStep, StepAction, clean, step, word

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def taken(action: StepAction = "acknowledge", by: str = "Zarmina", at: datetime = NOON, **more: Any) -> Acknowledgement:
    return step("alr-1", "kabul-desk", action, by, at, "api", **more)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Zarmina \t Khan ", "Zarmina Khan"),
        ("one\r\nSubject: two\nthree", "one Subject: two three"),
        ("\x1b[31mred\x07\x00\x9b", "[31mred"),
        ("ab\u202egnp.exe\u202c", "abgnp.exe"),
        ("\u2066left\u2069 \u200eright\u200f", "left right"),
        ("a\u2028b\u2029c", "a b c"),
        ("\ufeffzero\u200bwidth", "zerowidth"),
        ("\ud800lone", "lone"),
        ("tags\U000e0041\U000e0042", "tags"),
        ("\u3164\u115f", ""),
        ("Zoe\u0301", "Zo\u00e9"),
        ("می\u200cخواهد", "می\u200cخواهد"),
        ("क्\u200dष", "क्\u200dष"),
        ("\u200c", ""),
    ],
    ids=[
        *("blanks", "line breaks", "escape sequences", "an override", "isolates and marks", "separators"),
        *("zero width", "half a letter", "tags", "fillers", "composed", "a joiner in Persian", "one in Hindi", "alone"),
    ],
)
def test_text_is_kept_on_one_line_without_what_nobody_sees(written: str, kept: str) -> None:
    assert clean(written) == kept


@given(st.text(st.characters(codec=None), max_size=80))
def test_whatever_is_written_nothing_is_left_that_steers_a_display(written: str) -> None:
    kept = clean(written)
    assert clean(kept) == kept
    assert {unicodedata.category(char) for char in kept} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert {char for char in kept if unicodedata.category(char) == "Cf"} <= {"\u200c", "\u200d"}


def test_the_same_within_a_second_is_one_step_and_later_another() -> None:
    assert taken(at=NOON).id == taken(at=NOON + 0.9 * SECOND).id
    assert taken(at=NOON).id != taken(at=NOON + SECOND).id
    assert len({taken(by=by, note=note).id for by in ("Zarmina", "Farid") for note in ("", "seen")}) == 4


def test_a_form_that_is_sent_twice_is_one_step_however_long_it_took() -> None:
    first = taken(asked_at=NOON, at=NOON + 20 * SECOND, note="called  him")
    again = taken(asked_at=NOON, at=NOON + 90 * SECOND, note="called him ")
    assert first.id == again.id
    assert again.at == NOON + 90 * SECOND, "when it was done is told as it was"
    assert taken(asked_at=NOON + SECOND, at=NOON + 90 * SECOND, note="called him").id != first.id


def test_an_alert_is_assigned_to_somebody_or_to_nobody() -> None:
    assert taken("assign", to=" Farid\u202e ").to == "Farid"
    assert taken("assign", to="  ").to is None
    assert taken("assign").to is None


@pytest.mark.parametrize(
    ("more", "field", "what"),
    [
        ({"by": " "}, "by", "no name"),
        ({"by": "\u202e\u200b"}, "by", "no name"),
        ({"by": "--"}, "by", "no name"),
        ({"by": "z" * 101}, "by", "101 characters"),
        ({"note": "z" * 2001}, "note", "2001 characters"),
        ({"action": "note", "note": "\u200b\n"}, "note", "empty"),
        ({"action": "acknowledge", "to": "Farid"}, "to", "acknowledge is to nobody"),
        ({"action": "assign", "to": "z" * 101}, "to", "101 characters"),
        ({"asked_at": NOON - timedelta(days=7, seconds=1)}, "asked_at", "seven days"),
        ({"asked_at": NOON + timedelta(seconds=61)}, "asked_at", "seven days"),
    ],
)
def test_what_is_no_step_is_refused_by_its_field(more: dict[str, Any], field: str, what: str) -> None:
    with pytest.raises(BadStep) as refused:
        taken(**more)
    assert refused.value.field == field
    assert what in refused.value.what
    assert refused.value.fix


def test_a_word_on_an_alert_is_one_within_its_second_and_the_verdict_counts() -> None:
    def said(verdict: FeedbackVerdict, at: datetime = NOON) -> str:
        return word("alr-1", "kabul-desk", verdict, " Zarmina ", at, "link", note="another man").id

    assert said(FeedbackVerdict.FALSE) == said(FeedbackVerdict.FALSE, NOON + 0.5 * SECOND)
    assert said(FeedbackVerdict.FALSE) != said(FeedbackVerdict.USEFUL)
    with pytest.raises(BadStep):
        word("alr-1", "kabul-desk", FeedbackVerdict.FALSE, "", NOON, "link")
