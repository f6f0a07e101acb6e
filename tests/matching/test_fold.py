import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.fold import fold, fold_phrases
from tests.strategies import news_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tehrik–i–Taliban", "tehrik-i-taliban"),
        ("Erdoğan", "ERDOGAN"),
        ("Ашхабад — Пешавар", "ашхабад, пешавар"),
        ("Орёл", "орел"),
        ("كابل", "کابل"),
        ("پاکستاني", "پاکستانی"),
        ("إيران", "ایران"),
        ("مُحَمَّد", "محمد"),
        ("طالبـــان", "طالبان"),
        ("ټولنه", "تولنه"),
        ("طالبان‌ها", "طالبان ها"),
        ("क़बायली", "कबायली"),
        ("Ｋａｂｕｌ", "kabul"),
        ("۱۴۰۳", "1403"),
        ("Kab\u00adul", "Kabul"),
        ("\u202bکابل\u202c", "کابل"),
        ("Straße", "STRASSE"),
        ("ﻻﻫﻮﺭ", "لاهور"),
        ("𝐊𝐚𝐛𝐮𝐥", "Kabul"),
        ("İstanbul", "istanbul"),
    ],
)
def test_spellings_of_one_name_fold_to_the_same_words(one: str, other: str) -> None:
    assert fold(one).text == fold(other).text


@pytest.mark.parametrize(
    ("one", "other"),
    [("май", "маи"), ("की", "का"), ("คำ", "คา"), ("ガ", "カ"), ("حال", "خال")],
    ids=["short i", "Hindi vowel signs", "Thai vowel signs", "kana voicing", "dots of Arabic letters"],
)
def test_letters_that_tell_words_apart_stay_apart(one: str, other: str) -> None:
    assert fold(one).text != fold(other).text


def test_every_word_stands_between_single_spaces() -> None:
    assert fold("\n«Kabul»,\u00a0 said:\t\u200e U.S. ").text == " kabul said u s "


def test_scripts_with_and_without_spaces_are_parted() -> None:
    assert fold("TTP组织2024年").text == " ttp 组织 2024 年 "


def test_nothing_folds_to_one_boundary() -> None:
    folded = fold("")
    assert (folded.text, folded.offsets.tolist()) == (" ", [0, 0])


def test_letters_of_one_code_point_keep_its_place() -> None:
    assert fold("aßb").offsets.tolist() == [0, 0, 1, 1, 2, 3, 3]


def test_phrases_fold_in_a_batch_as_they_do_alone_but_keep_their_wildcards() -> None:
    assert fold_phrases(["Safe-Haven*", "", "塔利班TTP", "\ue000Kabul"]) == ["safe haven*", "", "塔利班 ttp", "kabul"]


@given(st.lists(news_text.filter(lambda text: "*" not in text)))
def test_a_batch_equals_one_by_one(phrases: list[str]) -> None:
    assert fold_phrases(phrases)[: len(phrases)] == [fold(phrase).text.strip() for phrase in phrases]


@given(news_text)
def test_folded_text_is_stable_and_its_offsets_lead_back(text: str) -> None:
    folded = fold(text)
    assert fold(folded.text.strip()).text == folded.text
    assert "  " not in folded.text
    assert folded.text[0] == folded.text[-1] == " "
    offsets = folded.offsets.tolist()
    assert len(offsets) == len(folded.text) + 1
    assert offsets == sorted(offsets)
    assert offsets[0] == 0
    assert offsets[-1] == len(text)


@given(news_text)
def test_no_combining_mark_of_an_alphabet_survives(text: str) -> None:
    assert not any("\u0300" <= char <= "\u036f" for char in fold(text).text)
    assert not any(unicodedata.category(char) in ("Cf", "Cs", "Zs") for char in fold(text).text if char != " ")


def test_more_phrases_than_a_batch_keep_their_order() -> None:
    phrases = [f"Safe-Haven {number}" for number in range(25_000)]
    assert fold_phrases(phrases) == [f"safe haven {number}" for number in range(25_000)]
