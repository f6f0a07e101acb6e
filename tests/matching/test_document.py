import pytest
from hypothesis import given

from services.matching.document import Document
from services.matching.expressions import Occurrence
from tests.strategies import news_text


def occurrence(document: Document, words: str) -> Occurrence:
    start = document.joined.index(words)
    return document.locate([(start, start + len(words))])[0]


def test_words_are_numbered_from_the_title_on_and_the_text_is_far_from_it() -> None:
    document = Document("Kabul: quiet night", "Kandahar — no news. Herat waits.")
    quiet, night, kandahar = (occurrence(document, words).word for words in ("quiet", "night", "Kandahar"))
    assert night - quiet == 1
    assert kandahar - night > 500
    assert occurrence(document, "news").word - kandahar == 2


def test_the_title_is_one_sentence_and_the_text_begins_the_next() -> None:
    document = Document("Quiet? Not quite.", "First here. Second there.")
    assert [occurrence(document, words).sentence for words in ("Quiet", "Not", "First", "Second")] == [0, 0, 1, 2]


def test_two_letters_of_an_unspaced_script_count_as_a_word() -> None:
    document = Document("", "塔利班在境内活动")
    assert occurrence(document, "活动").word - occurrence(document, "塔利班").word == 3


def test_places_in_a_field_count_from_its_own_start() -> None:
    document = Document("Kabul", "Herat")
    assert document.field(occurrence(document, "Kabul")) == ("title", 0, 5)
    assert document.field(occurrence(document, "Herat")) == ("text", 0, 5)


@pytest.mark.parametrize(
    ("text", "shouting"),
    [("KABUL FALLS QUIET", True), ("KABUL falls quiet", False), ("KABUL", False), ("KABUL 2026", False)],
)
def test_a_sentence_shouts_when_the_rest_of_it_is_in_capitals(text: str, shouting: bool) -> None:
    document = Document("", text)
    assert document.is_shouting(occurrence(document, "KABUL")) is shouting


@given(news_text, news_text)
def test_every_place_of_any_document_can_be_located(title: str, text: str) -> None:
    document = Document(title, text)
    places = document.locate([(at, at + 1) for at in range(len(document.joined))])
    assert [place.word for place in places] == sorted(place.word for place in places)
    assert all((place.sentence == 0) == (place.start < document.border) for place in places)
