"""Usual transliterations of a name, spelled out by rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.fold import fold_phrases
from services.matching.variants import MOST, variants


@pytest.mark.parametrize(
    ("name", "also"),
    [
        ("Tehrik-i-Taliban Pakistan", ["Tehreek-e-Taliban Pakistan", "Tahrik-i-Taliban Pakistan"]),
        ("Mohammad Yaqoob", ["Muhammad Yaqub", "Mohammed Yaqoob"]),
        ("Jamaat-ul-Ahrar", ["Jamaat-al-Ahrar", "Jamaatul Ahrar"]),
        ("Abdul Rahman", ["Abdel Rahman", "Abdul Rehman"]),
        ("Hizb ut-Tahrir", ["Hizb al-Tahrir", "Hezb ut-Tahrir"]),
        ("Sirajuddin Haqqani", ["Serajuddin Haqqani", "Sirajuddin Haqani"]),
        ("Hibatullah Akhundzada", ["Haibatullah Akhundzada", "Hibatullah Akhundzadeh"]),
        ("Abdul Kareem", ["Abdul Karim"]),
        ("ISLAMIC STATE KHORASAN", ["ISLAMIC STATE KHURASAN"]),
    ],
)
def test_a_name_is_written_as_others_write_it(name: str, also: list[str]) -> None:
    assert set(also) - set(variants(name)) == set()


@pytest.mark.parametrize(
    "name",
    ["Islamic Movement of Uzbekistan", "TTP", "Pakistan Army", "New Delhi", "طالبان", "Талибан", "塔利班", "", "- -"],
)
def test_a_name_that_no_rule_fits_has_none(name: str) -> None:
    assert variants(name) == ()


def test_an_i_that_is_no_izafat_stays() -> None:
    assert not any(" e " in other for other in variants("Mohammad i Rahman"))


names = st.lists(
    st.sampled_from(["Mohammad", "Ahmad", "Hussain", "Haqqani", "ul", "al", "e", "Rahman", "Sirajuddin", "x", "Front"]),
    min_size=1,
    max_size=12,
).flatmap(lambda words: st.sampled_from([" ", "-"]).map(lambda join: join.join(words)))


@given(names)
def test_variants_are_few_distinct_and_never_the_name_itself(name: str) -> None:
    found = variants(name)
    assert len(found) <= MOST
    assert len(set(found)) == len(found)
    assert name not in found


@given(names)
def test_those_that_change_fewest_words_come_first(name: str) -> None:
    def changed(other: str) -> int:
        before, after = name.replace("-", " ").split(), other.replace("-", " ").split()
        return sum(a != b for a, b in zip(before, after, strict=True)) if len(before) == len(after) else 0

    numbers = [number for number in map(changed, variants(name)) if number]
    assert numbers == sorted(numbers)


@given(st.text())
def test_no_text_is_refused(text: str) -> None:
    assert all(fold_phrases([other])[0] for other in variants(text))
