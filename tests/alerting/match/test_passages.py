import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from schemas import Evidence, Match, Passage
from services.alerting.match.passages import MOST_CHARACTERS, Passages
from services.matching.document import Document
from tests.strategies import news_text


def match(document: Document, field: str, *spans: tuple[int, int], actor: str = "ttp") -> Match:
    content = document.title if field == "title" else document.text
    evidence = tuple(
        Evidence(field=field, start=start, end=end, words=content[start:end], fired="x") for start, end in spans
    )
    return Match(id=actor, name=actor, kind="armed-group", confidence=1, evidence=evidence)


def named(text: str, words: str, *, title: str = "", actor: str = "ttp") -> tuple[Document, Match]:
    document = Document(title, text)
    starts = [start for start in range(len(text)) if text.startswith(words, start)]
    return document, match(document, "text", *((start, start + len(words)) for start in starts), actor=actor)


def highlighted(passage: Passage) -> list[str]:
    return [passage.sentence[start:end] for start, end in passage.highlights]


def test_the_first_three_sentences_are_shown() -> None:
    document, ttp = named("TTP one. Nothing. TTP two, TTP. TTP three. TTP four.", "TTP")

    shown = Passages(document).of([ttp])

    assert [passage.sentence for passage in shown] == ["TTP one.", "TTP two, TTP.", "TTP three."]
    assert [len(passage.highlights) for passage in shown] == [1, 2, 1]


def test_a_sentence_that_shows_something_new_comes_before_one_that_repeats() -> None:
    text = "TTP one. TTP two. TTP three. TTP four. In Kabul it rained."
    document, ttp = named(text, "TTP")
    _, kabul = named(text, "Kabul", actor="kabul")

    shown = [passage.sentence for passage in Passages(document).of([ttp, kabul])]

    assert shown == ["TTP one.", "TTP two.", "In Kabul it rained."]


def test_the_title_is_a_sentence_of_its_own() -> None:
    document = Document("TTP named", "TTP in the text.")
    shown = Passages(document).of([match(document, "title", (0, 3)), match(document, "text", (0, 3))])

    assert [(passage.field, passage.start, passage.sentence) for passage in shown] == [
        ("title", 0, "TTP named"),
        ("text", 0, "TTP in the text."),
    ]


def test_spans_that_overlap_are_one_highlight() -> None:
    document = Document("", "The Pakistani Taliban spoke.")
    (shown,) = Passages(document).of([match(document, "text", (4, 21), (14, 21)), match(document, "text", (14, 27))])

    assert highlighted(shown) == ["Pakistani Taliban spoke"]


def test_a_long_sentence_is_cut_between_words_around_its_first_highlight() -> None:
    document, ttp = named("word " * 200 + "TTP" + " word" * 200, "TTP")
    (shown,) = Passages(document).of([ttp])

    assert len(shown.sentence) <= MOST_CHARACTERS
    assert highlighted(shown) == ["TTP"]
    assert set(shown.sentence.split()) == {"word", "TTP"}
    assert document.text[shown.start :].startswith(shown.sentence)


def test_evidence_that_does_not_say_what_stands_there_is_passed_over() -> None:
    document = Document("", "The TTP spoke.")
    lying = Evidence(field="text", start=4, end=7, words="BLA", fired="x")
    beyond = Evidence(field="text", start=400, end=403, words="TTP", fired="x")
    wrong = Match(id="bla", name="BLA", kind="armed-group", confidence=1, evidence=(lying, beyond))

    assert Passages(document).of([wrong]) == ()


@given(st.data(), news_text, st.lists(news_text, min_size=1, max_size=30).map("".join))
def test_a_passage_is_what_stands_in_the_article_with_its_highlights_inside(
    data: st.DataObject, title: str, text: str
) -> None:
    document = Document(title, text)
    places = st.integers(0, max(0, len(text) - 1)).map(lambda start: (start, min(len(text), start + 5)))
    spans = data.draw(st.lists(places, min_size=1, max_size=5)) if text else []
    shown = Passages(document).of([match(document, "text", *spans)])

    assert bool(shown) == bool(spans)
    for passage in shown:
        assert document.text[passage.start : passage.start + len(passage.sentence)] == passage.sentence
        assert 0 < len(passage.sentence) <= MOST_CHARACTERS
        assert passage.highlights
        ends = [0, *(place for span in passage.highlights for place in span), len(passage.sentence)]
        assert ends == sorted(ends)
        assert all(start < end for start, end in passage.highlights)


@given(st.integers(0, 600), st.integers(300, 600), st.sampled_from(["é", "कि", "👩‍💻", "نّ"]))
def test_no_cut_parts_a_letter_from_its_marks(before: int, after: int, letter: str) -> None:
    letter = unicodedata.normalize("NFD", letter)
    text = letter * before + "TTP" + letter * after
    document = Document("", text)
    (shown,) = Passages(document).of([match(document, "text", (len(letter) * before, len(letter) * before + 3))])

    assert highlighted(shown) == ["TTP"]
    assert shown.start % len(letter) == 0
    assert (len(shown.sentence) - 3) % len(letter) == 0
