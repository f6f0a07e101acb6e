"""sketch: near-duplicates found by their sketches."""

import random
import re
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.sketch import (
    FEWEST,
    MOST_TIMES_LONGER,
    SketchUnreadable,
    contained,
    keys,
    same_story,
    similarity,
    sketch,
)
from tests.bench.corpus import samples
from tests.strategies import news_text

_CHANCE = random.Random(20261124)


def words(count: int, of: str = "abcdefghijklmnopqrstuvwxyz") -> list[str]:
    """Words that no other text has."""
    return ["".join(_CHANCE.choices(of, k=7)) for _ in range(count)]


def made(text: str) -> str:
    found = sketch(text)
    assert found is not None
    return found


STORY = words(400)
"""Of a usual length; more runs than a sketch holds."""
WHOLE = made(" ".join(STORY))
OTHER = made(" ".join(words(400)))


def test_a_sketch_fits_its_field_however_long_the_text_is() -> None:
    for count in (30, 400, 20_000):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,400}", made(" ".join(words(count))))


def test_a_text_is_most_like_itself_and_not_like_another() -> None:
    assert similarity(WHOLE, WHOLE) == contained(WHOLE, WHOLE) == 1
    assert similarity(WHOLE, OTHER) == contained(WHOLE, OTHER) == 0
    assert same_story(WHOLE, WHOLE)
    assert not same_story(WHOLE, OTHER)
    assert not set(keys(WHOLE)) & set(keys(OTHER))


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
def test_the_beginning_of_a_story_is_contained_in_it(share: float) -> None:
    beginning = made(" ".join(STORY[: int(share * len(STORY))]))

    assert contained(beginning, WHOLE) == 1
    assert contained(WHOLE, beginning) == pytest.approx(share, abs=0.15)
    assert similarity(WHOLE, beginning) == similarity(beginning, WHOLE) == pytest.approx(share, abs=0.15)
    assert same_story(beginning, WHOLE)


def test_other_words_around_a_story_leave_it_the_same() -> None:
    around = made(" ".join([*words(100), *STORY, *words(100)]))

    assert contained(WHOLE, around) == 1
    assert contained(around, WHOLE) == pytest.approx(400 / 600, abs=0.15)
    assert same_story(around, WHOLE)
    assert set(keys(around)) & set(keys(WHOLE))


def test_an_edited_and_a_reordered_story_are_the_same() -> None:
    edited = list(STORY)
    for place in range(0, len(edited), 15):
        edited[place] = "corrected"
    paragraphs = [STORY[start : start + 40] for start in range(0, len(STORY), 40)]
    reordered = [word for paragraph in reversed(paragraphs) for word in paragraph]

    assert same_story(made(" ".join(edited)), WHOLE)
    assert same_story(made(" ".join(reordered)), WHOLE)
    assert similarity(made(" ".join(reordered)), WHOLE) > similarity(made(" ".join(edited)), WHOLE)


def test_what_a_third_of_the_words_is_new_in_is_another_text() -> None:
    rewritten = [word if place % 3 else "another" for place, word in enumerate(STORY)]

    assert not same_story(made(" ".join(rewritten)), WHOLE)


def test_a_digest_is_not_the_same_story_as_each_of_its_parts() -> None:
    short = STORY[: len(STORY) // (MOST_TIMES_LONGER + 1)]

    assert contained(made(" ".join(short)), WHOLE) == 1
    assert not same_story(made(" ".join(short)), WHOLE)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("The talks in Kabul ended. " * 2 + " ".join(STORY), "THE TALKS, in Kabul, ended - " * 2 + " ".join(STORY)),
        ("نمایندگان می‌گویند " + " ".join(STORY), "نمايندگان مي گويند " + " ".join(STORY)),
    ],
)
def test_case_punctuation_and_shapes_of_letters_do_not_count(text: str, same: str) -> None:
    assert sketch(text) == sketch(same)


def test_scripts_without_blanks_are_taken_by_letters() -> None:
    story = "".join(chr(0x4E00 + _CHANCE.randrange(3_000)) for _ in range(300))

    assert contained(made(story[:150]), made(story)) == 1
    assert same_story(made(f"本报讯 {story}"), made(story))
    assert not same_story(made(story[:140]), made(story[160:]))


def test_a_short_text_has_no_sketch() -> None:
    assert sketch(" ".join(STORY[: FEWEST + 1])) is None
    assert sketch(" ".join(STORY[: FEWEST + 2])) is not None
    assert sketch("word " * 1_000) is None, "one run, however often"
    assert sketch("") is sketch("a" * 100_000) is None


@pytest.mark.parametrize("bad", ["", "AA", "!!!", "AQAAAB4", WHOLE[:-1], "Ag" + WHOLE[2:], "é" * 40])
def test_what_is_no_sketch_is_said_to_be_none(bad: str) -> None:
    for read in (lambda: similarity(WHOLE, bad), lambda: contained(bad, WHOLE), lambda: keys(bad)):
        with pytest.raises(SketchUnreadable, match="make"):
            read()


@given(news_text, st.integers(0, 60))
def test_any_text_has_a_sketch_that_can_be_compared_or_none(text: str, times: int) -> None:
    found = sketch(" ".join([text] * 3 + STORY[:times]))
    if found is not None:
        assert similarity(found, found) == 1
        assert 0 <= contained(found, WHOLE) <= 1
        assert 0 < len(keys(found)) <= 24


def test_real_articles_are_told_apart_and_their_parts_are_found() -> None:
    given = samples()
    if not given:
        pytest.skip("the articles that lie beside the project are not here")
    found = {one.id: made(one.text) for one in given}
    halves = [sketch(one.text[: len(one.text) // 2]) for one in given]
    taken = [half is not None and same_story(half, found[one.id]) for one, half in zip(given, halves, strict=True)]

    assert sum(taken) >= 0.98 * len(given)
    pairs = [(one, other) for one, other in combinations(given, 2) if one.language == other.language]
    assert len(pairs) > 10_000
    assert [(one.id, other.id) for one, other in pairs if same_story(found[one.id], found[other.id])] == []
