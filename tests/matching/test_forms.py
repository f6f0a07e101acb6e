import numpy as np

from services.matching.forms import AFFIXED, AFFIXED_COMPOUND, COMPOUND, OPEN, PLAIN, Forms


def test_what_is_looked_at_around_a_hit_depends_on_the_script_and_the_words() -> None:
    phrases = ["Kabul", "塔利班", "haven*", "Кабул", "طالبان", "Исламское государство", "terror* attack*"]
    forms = Forms.of(phrases)
    around = dict(zip(forms.phrases.tolist(), forms.around.tolist(), strict=True))
    assert [around[number] for number in range(len(phrases))] == [
        PLAIN, PLAIN, OPEN, AFFIXED, AFFIXED, AFFIXED_COMPOUND, COMPOUND,
    ]  # fmt: skip


def test_forms_of_one_pattern_stand_together_in_the_order_of_their_phrases() -> None:
    forms = Forms.of(["Kabul", "Herat", "KABUL", "al-Qa'ida", "kabul"])
    at = forms.texts.index(" kabul ")
    first, times = forms.first[at], forms.times[at]
    assert forms.phrases[first : first + times].tolist() == [0, 2, 4]
    assert forms.times.sum() == len(forms.phrases) == len(forms.nth)
    assert sorted(forms.nth[forms.phrases == 3].tolist()) == [0, 1]


def test_no_phrases_have_no_forms() -> None:
    assert not Forms.of([]).texts
    assert np.array_equal(Forms.of(["—"]).phrases, [])
