"""What templates see of a message: plain values, bounded, with the watched words marked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Alert, Handling, Note, Passage
from services.alerting.handling.links import Links
from services.alerting.notify.message import Message
from services.alerting.notify.neutral import neutral
from services.alerting.notify.samples import AT, samples
from services.alerting.notify.view import MOST, MOST_SENTENCE, view_of
from services.alerting.notify.view_names import Sentence, View


def seen(**changes: object) -> View:
    """An English ring with these changes."""
    ring = samples()["ring"]
    assert isinstance(ring.event, Alert)
    return view_of(replace(ring, event=ring.event.model_copy(update=changes)))


def sentence_of(text: str, *watched: tuple[int, int]) -> Sentence:
    """How a sentence of the text is seen."""
    passage = Passage(field="text", start=0, sentence=text, highlights=watched)
    (sentence,) = seen(passages=(passage,))["sentences"]
    return sentence


def marked(sentence: Sentence) -> str:
    return "".join(f"«{part['text']}»" if part["is_watched"] else part["text"] for part in sentence["parts"])


def plain(value: object) -> bool:
    """Whether it is nothing but dicts, lists, texts, numbers, truths and None, to the last part."""
    if type(value) is dict:
        return all(type(key) is str and plain(inner) for key, inner in value.items())
    if type(value) is list:
        return len(value) <= MOST and all(map(plain, value))
    return value is None or type(value) in (str, int, bool)


@pytest.mark.parametrize("message", samples().values(), ids=list(samples()))
def test_only_plain_values_are_seen_and_always_the_same_names(message: Message) -> None:
    view = view_of(message)

    assert plain(view)
    assert list(view) == list(View.__annotations__)


@pytest.mark.parametrize(
    ("text", "watched", "shown"),
    [
        ("The TTP and ISKP met.", ((4, 7), (12, 16)), "The «TTP» and «ISKP» met."),
        ("تحریک طالبان پاکستان نے کہا", ((0, 20),), "«تحریک طالبان پاکستان» نے کہا"),
        ("one name, then another", ((0, 8), (4, 12)), "«one name», then another"),
        ("beyond the end", ((7, 99),), "beyond the end"),
        ("empty", ((2, 2),), "empty"),
        ("codes\x1b[31m TTP", ((11, 14),), "codes␛[31m «TTP»"),
    ],
)
def test_the_watched_words_are_marked(text: str, watched: tuple[tuple[int, int], ...], shown: str) -> None:
    assert marked(sentence_of(text, *watched)) == shown


@given(st.text(min_size=1, max_size=60), st.data())
def test_a_short_sentence_is_seen_whole(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    stop = data.draw(st.integers(start + 1, len(text)))
    sentence = sentence_of(text, (start, stop))

    assert sentence["text"] == "".join(part["text"] for part in sentence["parts"]) == neutral(text)
    assert [part["text"] for part in sentence["parts"] if part["is_watched"]] == [neutral(text[start:stop])]


def test_of_a_long_sentence_what_stands_around_the_first_watched_words_is_seen() -> None:
    text = "before " * 2_000 + "the TTP" + " after" * 2_000
    at = text.index("TTP")
    sentence = sentence_of(text, (at, at + 3), (len(text) - 5, len(text)))

    assert len(sentence["text"]) <= MOST_SENTENCE + 2
    assert sentence["text"].startswith("…")
    assert sentence["text"].endswith("…")
    assert "the «TTP» after" in marked(sentence)


def test_the_watched_words_of_a_sentence_are_bounded() -> None:
    spans = tuple((n * 2, n * 2 + 1) for n in range(300))

    assert len(sentence_of("x " * 300, *spans)["parts"]) <= MOST


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://news.example/a?b=c&d=e#f", "https://news.example/a?b=c&d=e#f"),
        ("https://news.example/a b\r\n", "https://news.example/a%20b%0D%0A"),
        ("https://news.example/(x)[y]'\"<>`*|", "https://news.example/%28x%29%5By%5D%27%22%3C%3E%60%2A%7C"),
        ("https://news.example/مذاکرات", "https://news.example/%D9%85%D8%B0%D8%A7%DA%A9%D8%B1%D8%A7%D8%AA"),
        ("https://news.example/%D9%85", "https://news.example/%D9%85"),
        ("javascript:alert(1)", ""),
        ("JAVASCRIPT:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https:///nowhere", ""),
        ("http://[broken", ""),
        ("", ""),
        ("https://news.example/" + "x" * 10_000, ""),
    ],
)
def test_an_address_is_one_of_a_page_and_ends_nothing(url: str, address: str) -> None:
    ring = samples()["ring"].event
    assert isinstance(ring, Alert)
    assert ring.article is not None

    assert seen(article=ring.article.model_copy(update={"url": url}))["url"] == address


def test_what_people_did_is_seen() -> None:
    note = Note(by="Zarmina", at=AT, text="x" * 2_000)
    care = seen(handling=Handling(acknowledged_by="Zarmina", notes=(note,)))["handling"]

    assert care is not None
    assert (care["text"], care["acknowledged_by"], care["assigned_to"]) == ("acknowledged by Zarmina", "Zarmina", "")
    assert len(care["notes"][0]["text"]) == MOST_SENTENCE


def test_links_are_seen_where_there_are_some() -> None:
    links = Links("https://tocsin.example/a/x#acknowledge", "https://tocsin.example/a/x")
    view = view_of(replace(samples()["ring"], links=links))

    assert (view["acknowledge_url"], view["alert_url"]) == (links.acknowledge, links.alert)
    assert view_of(replace(samples()["ring"], links=None))["acknowledge_url"] == ""


def test_what_is_more_than_is_shown_is_counted() -> None:
    view = view_of(samples()["flood"])

    assert (len(view["items"]), view["stands_for"], view["more_items"]) == (20, 40, 20)
    assert view_of(samples()["empty digest"])["more_items"] == 0
    assert view_of(samples()["group of a channel's hours"])["more_items"] == 2
