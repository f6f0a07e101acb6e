from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Article
from services.tagging.gazetteer import Pack
from services.tagging.statements import MOST_STATEMENTS
from services.tagging.tag import Engine, tag
from tests.strategies import news_text
from tests.tagging.articles import article

ENGINE = Engine.compile(
    Pack.model_validate(
        {
            "actors": [
                {"id": "andrabi", "name": "Tahir Andrabi", "kind": "person"},
                {"id": "mujahid", "name": "Zabihullah Mujahid", "kind": "person"},
                {"id": "lavrov", "name": "Sergei Lavrov", "kind": "person", "aliases": {"ru": ["Лавров"]}},
                {
                    "id": "taliban",
                    "name": "Taliban",
                    "kind": "armed-group",
                    "aliases": {"ur": ["طالبان"], "ru": ["Талибан"]},
                },
                {
                    "id": "pakistan",
                    "name": "Pakistan",
                    "kind": "state",
                    "aliases": {"en": ["Pakistani"], "ur": ["پاکستان"], "hi": ["पाकिस्तान"], "ru": ["Пакистан"]},
                },
                {"id": "russia", "name": "Russia", "kind": "state", "aliases": {"ru": ["Россия"]}},
                {"id": "china", "name": "China", "kind": "state"},
                {"id": "un", "name": "UN", "kind": "organisation"},
                {"id": "swat", "name": "Swat", "kind": "place"},
            ]
        }
    ),
    "digest",
)


def said(text: str) -> list[tuple[str, str]]:
    return [(one.actor, one.said.words) for one in tag(article("", text), ENGINE).statements]


@pytest.mark.parametrize(
    ("sentence", "statements"),
    [
        ("Tahir Andrabi said the talks had failed.", [("andrabi", "the talks had failed")]),
        ('"We will respond," said Foreign Office spokesperson Tahir Andrabi.', [("andrabi", "We will respond")]),
        ("“We wait. We will respond,” Tahir Andrabi said on Monday.", [("andrabi", "We wait. We will respond")]),
        ("According to the Taliban, the road is open.", [("taliban", "the road is open")]),
        ("The road is open, according to Taliban officials.", [("taliban", "The road is open")]),
        ("Tahir Andrabi told reporters on Monday that the road was open.", [("andrabi", "the road was open")]),
        ("A Taliban spokesman said that the road was open.", [("taliban", "the road was open")]),
        (
            "Taliban spokesman Zabihullah Mujahid said the road was open.",
            [("mujahid", "the road was open"), ("taliban", "the road was open")],
        ),
        (
            "Zabihullah Mujahid, the Taliban spokesman, said the road was open.",
            [("taliban", "the road was open"), ("mujahid", "the road was open")],
        ),
        ("Tahir Andrabi told a paper: “We wait for them.”", [("andrabi", "We wait for them")]),
        ("The road is open, the Taliban said.", [("taliban", "The road is open")]),
        ("China's UN ambassador said the road was open.", [("china", "the road was open")]),
        ("Лавров заявил, что дорога открыта.", [("lavrov", "дорога открыта")]),
        (
            "«Дорога открыта», — заявил министр иностранных дел России Лавров.",
            [("russia", "Дорога открыта"), ("lavrov", "Дорога открыта")],
        ),
        ("По словам Лаврова, дорога открыта.", [("lavrov", "дорога открыта")]),
        ("طالبان کے ترجمان نے منگل کو بتایا کہ سڑک کھلی ہے", [("taliban", "سڑک کھلی ہے")]),
        ("پاکستان کے مطابق سڑک کھلی ہے", [("pakistan", "سڑک کھلی ہے")]),
        ("سخنگوی طالبان گفت که راه باز است", [("taliban", "راه باز است")]),
        ("د طالبانو ویاند وویل چې لار خلاصه ده", [("taliban", "لار خلاصه ده")]),
        ("पाकिस्तान के प्रवक्ता ने कहा कि सड़क खुली है", [("pakistan", "सड़क खुली है")]),
        ("قال المتحدث باسم حركة طالبان إن الطريق مفتوح", [("taliban", "الطريق مفتوح")]),
    ],
)
def test_who_says_what(sentence: str, statements: list[tuple[str, str]]) -> None:
    assert said(sentence) == statements


@pytest.mark.parametrize(
    "sentence",
    [
        "The minister, who visited Pakistan, said the road was open.",
        "A Pakistani lawyer said the road was open.",
        "Pakistan has not said that the road is open.",
        "Pakistan would say that the road is open.",
        "He met the Taliban, and officials said the road was open.",
        "According to Pakistani journalists, the road is open.",
        "The road is open, according to the Pakistan Software Houses Association.",
        "A former Pakistani president said the road was open.",
        "An elder in Swat said the road was open.",
        "Maryam Andrabi said the road was open.",
        "The Taliban said.",
        "О встрече с Талибаном заявил эксперт.",
        "کارشناس مسائل پاکستان گفت که راه باز است",
        "دو طالبان نے کہا کہ سڑک کھلی ہے",
    ],
)
def test_where_it_is_not_sure_who_speaks_nobody_does(sentence: str) -> None:
    assert said(sentence) == []


def test_the_evidence_is_the_words_of_the_original() -> None:
    (one,) = tag(article("", "Le\u0301on waits. Tahir Andrabi said: «We wait for them»."), ENGINE).statements
    assert (one.speaker.words, one.speaker.start, one.speaker.fired) == ("Tahir Andrabi", 13, "Tahir Andrabi")
    assert (one.said.words, one.said.fired) == ("We wait for them", "said")


def test_statements_are_bounded() -> None:
    found = tag(article("", "Tahir Andrabi said the road was open. " * 200), ENGINE).statements
    assert len(found) == MOST_STATEMENTS


@pytest.mark.parametrize(
    "unit", ["said ", "Taliban said ", "“ said Taliban ", "” said ", "Taliban, ", "طالبان نے کہا "]
)
def test_a_long_text_takes_seconds_whatever_is_in_it(unit: str) -> None:
    long = Article.model_construct(**{**dict(article("", "")), "text": f"Taliban {unit * (400_000 // len(unit))}"})
    started = process_time()
    tag(long, ENGINE)
    assert process_time() - started < 10  # what grows with the square of the length takes minutes


_WORDS = st.sampled_from(
    [
        "Taliban", "Pakistan", "said", "told", "that", "according to", "spokesman", "the", ",", ".", ":",
        "“", "”", '"', "he",
        "заявил", "что", "طالبان", "نے", "کہا", "کہ", "گفت", "\u200f", "e\u0301", "\ud800", "\n",
    ]
)  # fmt: skip


@given(news_text, st.lists(_WORDS, max_size=40).map(" ".join))
def test_no_text_breaks_it_and_all_evidence_is_quoted(title: str, text: str) -> None:
    one = Article.model_construct(**dict(article("", ""))).model_copy(update={"title": title, "text": text})
    for statement in tag(one, ENGINE).statements:
        for quoted in (statement.speaker, statement.said):
            assert quoted.words == getattr(one, quoted.field)[quoted.start : quoted.end]
