import numpy as np
import pytest
from hypothesis import given

from services.matching.document import Document
from tests.strategies import news_text


def sentences(document: Document, *starts: int) -> list[int]:
    found: list[int] = document.sentences_of(np.array(starts, dtype=np.int32)).tolist()
    return found


def word(document: Document, words: str) -> int:
    return document.word(int(document.folded.offsets.searchsorted(document.joined.index(words), side="right")) - 1)


def test_words_are_numbered_from_the_title_on_and_the_text_is_far_from_it() -> None:
    document = Document("Kabul: quiet night", "Kandahar — no news. Herat waits.")
    quiet, night, kandahar = (word(document, words) for words in ("quiet", "night", "Kandahar"))
    assert night - quiet == 1
    assert kandahar - night > 500
    assert word(document, "news") - kandahar == 2


def test_the_title_is_one_sentence_and_the_text_begins_the_next() -> None:
    document = Document("Quiet? Not quite.", "First here. Second there.")
    starts = [document.joined.index(words) for words in ("Quiet", "Not", "First", "Second")]
    assert sentences(document, *starts) == [0, 0, 1, 2]


def test_two_letters_of_an_unspaced_script_count_as_a_word() -> None:
    document = Document("", "塔利班在境内活动")
    assert word(document, "活动") - word(document, "塔利班") == 3


def test_places_in_a_field_count_from_its_own_start() -> None:
    document = Document("Kabul", "Herat")
    for words, field in (("Kabul", "title"), ("Herat", "text")):
        start = document.joined.index(words)
        assert document.field(start, start + 5) == (field, 0, 5)


@pytest.mark.parametrize(
    ("text", "shouting"),
    [("KABUL FALLS QUIET", True), ("KABUL falls quiet", False), ("KABUL", False), ("KABUL 2026", False)],
)
def test_a_sentence_shouts_when_the_rest_of_it_is_in_capitals(text: str, shouting: bool) -> None:
    document = Document("", text)
    start = document.joined.index("KABUL")
    assert document.is_shouting(start, start + 5, *sentences(document, start)) is shouting


@given(news_text, news_text)
def test_every_place_of_any_document_has_a_word_and_a_sentence(title: str, text: str) -> None:
    document = Document(title, text)
    words = [document.word(place) for place in range(len(document.folded.text))]
    assert words == sorted(words)
    places = range(len(document.joined))
    assert [sentence == 0 for sentence in sentences(document, *places)] == [at < document.border for at in places]
