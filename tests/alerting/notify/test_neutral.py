"""Foreign text that is shown: what is taken out of it, where it is cut, which way it is read."""

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerting.notify.neutral import direction, isolated, neutral, shortened


def test_a_neutral_text_keeps_its_places_and_its_scripts() -> None:
    text = "ٹی ٹی پی\u200f نے کہا، Россия, 塔利班, e\u0301 \x1b[0m\u202e"

    assert len(neutral(text)) == len(text)
    assert neutral(text).startswith("ٹی ٹی پی\u200f نے کہا، Россия, 塔利班, e\u0301 ")


@given(st.text())
def test_nothing_neutral_steers_anything(text: str) -> None:
    assert not any(category(char) in ("Cc", "Cs", "Zl", "Zp") for char in neutral(text))
    assert not any(0x202A <= ord(char) <= 0x202E or 0x2066 <= ord(char) <= 0x2069 for char in neutral(text))


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("ab cd", 4, "ab…"),
        ("abe\u0301f", 4, "ab…"),
        ("x👩‍👧yz", 4, "x…"),
        ("\u0301" * 10, 4, "…"),
        ("مُحَمَّد اور", 5, "مُحَ…"),
    ],
)
def test_a_text_is_cut_on_a_character(text: str, most: int, shown: str) -> None:
    assert shortened(text, most) == shown


@pytest.mark.parametrize(
    ("text", "language", "way"),
    [
        ("TTP نے کابل میں بیان دیا", "ur", "rtl"),
        ("TTP نے بیان دیا", None, "rtl"),
        ("Tehreek-e-Taliban Pakistan (TTP) نے بیان", "ur", "rtl"),
        ("An English sentence that quotes تحریک", "en", "ltr"),
        ("An English title in an Urdu paper", "ur", "ltr"),
        ("12 – 15", "ur", "ltr"),
        ("", None, "ltr"),
    ],
)
def test_which_way_a_sentence_is_read(text: str, language: str | None, way: str) -> None:
    assert direction(text, language) == way


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("مثال", "\u2067مثال\u2069"),
        ("An English sentence that quotes تحریک", "\u2066An English sentence that quotes تحریک\u2069"),
    ],
)
def test_only_what_turns_a_line_is_isolated(text: str, shown: str) -> None:
    assert isolated(text) == shown
