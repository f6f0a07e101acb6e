from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Article, Figure
from services.tagging.figures import MOST_FIGURES
from services.tagging.gazetteer import Pack
from services.tagging.tag import Engine, tag
from tests.strategies import news_text
from tests.tagging.articles import article

ENGINE = Engine.compile(
    Pack.model_validate(
        {
            "actors": [
                {"id": "swat", "name": "Swat", "kind": "place", "part_of": "kp"},
                {"id": "kp", "name": "Khyber Pakhtunkhwa", "kind": "place"},
                {"id": "kabul", "name": "Kabul", "kind": "place"},
            ]
        }
    ),
    "digest",
)


def stated(text: str, title: str = "") -> tuple[Figure, ...]:
    return tag(article(title, text), ENGINE).figures


def brief(text: str) -> list[tuple[str, int | None, int | None, str | None]]:
    return [(one.kind, one.least, one.most, one.who) for one in stated(text)]


@pytest.mark.parametrize(
    ("sentence", "figures"),
    [
        (
            "At least 12 people were killed and 30 others wounded.",
            [("killed", 12, None, "people"), ("injured", 30, 30, "others")],
        ),
        (
            "The bomber killed 12 people and wounded 30.",
            [("killed", 12, 12, "people"), ("injured", 30, 30, None)],
        ),
        ("Twelve soldiers were martyred.", [("killed", 12, 12, "soldiers")]),
        ("The death toll from the floods rises to 45.", [("killed", 45, 45, None)]),
        ("More than 1,200 deported to the border.", [("deported", 1200, None, None)]),
        ("Between 10 and 15 militants were killed.", [("killed", 10, 15, "militants")]),
        ("Troops arrested 10-15 suspects.", [("arrested", 10, 15, "suspects")]),
        ("Up to 40 fighters surrendered.", [("surrendered", None, 40, "fighters")]),
        ("Nearly 1.2 million people have been displaced.", [("displaced", 1_200_000, 1_200_000, "people")]),
        ("One hundred and five miners died.", [("killed", 105, 105, "miners")]),
        ("Gunmen kidnapped twenty-five workers.", [("kidnapped", 25, 25, "workers")]),
        ("Two of them were killed.", [("killed", 2, 2, None)]),
        (
            "Five soldiers and three civilians were killed.",
            [("killed", 5, 5, "soldiers"), ("killed", 3, 3, "civilians")],
        ),
        ("Eleven militants were neutralised.", [("killed", 11, 11, "militants")]),
        (
            "По меньшей мере 12 человек погибли, ещё 30 ранены.",
            [("killed", 12, None, "человек"), ("injured", 30, 30, None)],
        ),
        ("Задержаны пятеро боевиков.", [("arrested", 5, 5, "боевиков")]),
        ("Число погибших возросло до 45.", [("killed", 45, 45, None)]),
        ("Погибли 1 200 человек.", [("killed", 1200, 1200, "человек")]),
        (
            "دھماکے میں کم از کم ۱۲ افراد ہلاک اور 30 زخمی ہوئے۔",
            [("killed", 12, None, "افراد"), ("injured", 30, 30, None)],
        ),
        ("3 ہزار 287 افراد شہید ہوئے۔", [("killed", 3287, 3287, "افراد")]),
        (
            "دست‌کم ۱۲ نفر کشته و ۳۰ تن زخمی شدند.",
            [("killed", 12, None, "نفر"), ("injured", 30, 30, "تن")],
        ),
        ("بیست و پنج سرباز کشته شدند.", [("killed", 25, 25, "سرباز")]),
        ("۱۲ کسان وژل شوي دي.", [("killed", 12, 12, "کسان")]),
        ("हमले में १२ लोग मारे गए।", [("killed", 12, 12, "लोग")]),
        ("مقتل ما لا يقل عن 12 جنديا.", [("killed", 12, None, "جنديا")]),
    ],
)
def test_a_number_that_is_stated(sentence: str, figures: list[tuple[str, int | None, int | None, str | None]]) -> None:
    assert brief(sentence) == figures


@pytest.mark.parametrize(
    "sentence",
    [
        "Dozens were killed and hundreds wounded.",
        "A 3-year-old was killed.",
        "He was killed in 2014. In 2014 soldiers were killed.",
        "He was killed on 12 March.",
        "They were killed 12 years ago.",
        "About 10 percent were killed. 12% killed.",
        "The 12th was killed.",
        "An F-16 killed him. The deal of $12 killed it.",
        "No casualties: it denied that 12 were killed.",
        "Twelve men were not killed.",
        "A bomb could have killed 12 people.",
        "Reports that 12 were killed are false.",
        "The blast killed and wounded 30 people.",
        "12 gunmen killed villagers.",
        "12 drones were neutralised. Уничтожены 12 беспилотников.",
        "Он был убит в 2014 году. В 12 часов погибли люди.",
        "Военные опровергли, что погибли 12 человек.",
        "سال ۲۰۱۴ کشته شد.",
        "12 افراد ہلاک نہیں ہوئے۔",
    ],
)
def test_a_number_that_is_none_of_victims(sentence: str) -> None:
    assert brief(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "place"),
    [
        ("In Kabul 12 people were killed.", "kabul"),
        ("12 people were killed in Swat, Khyber Pakhtunkhwa.", "swat"),
        ("12 people were killed in Swat and Kabul.", None),
        ("Kabul mourns. 12 people were killed.", None),
    ],
    ids=["the one place of the sentence", "a place inside another", "two places", "another sentence"],
)
def test_the_place_is_that_of_the_sentence(sentence: str, place: str | None) -> None:
    assert [one.place for one in stated(sentence)] == [place]


def test_the_evidence_is_the_words_of_the_original() -> None:
    in_title, in_text = stated("A blast le\u0301ft ۱۲ people dead.", title="At least 12 killed")
    assert (in_title.evidence.field, in_title.evidence.words) == ("title", "At least 12 killed")
    assert (in_text.evidence.field, in_text.evidence.words) == ("text", "۱۲ people dead")
    assert in_text.evidence.fired == "killed: dead"


@pytest.mark.parametrize("gap", range(0, 150, 2))
def test_no_number_is_read_in_part(gap: int) -> None:
    before = stated(f"It saw that at least one hundred and five {'x' * gap} people were killed, and 31,500 died.")
    after = stated(f"The death toll in {'x' * gap} rises to 45,000.")
    assert {(one.least, one.most) for one in before} - {(105, None)} == {(31_500, 31_500)}
    assert {(one.least, one.most) for one in after} <= {(45_000, 45_000)}


def test_figures_are_bounded() -> None:
    assert len(stated("12 people were killed. " * 200)) == MOST_FIGURES


@pytest.mark.parametrize(
    "unit",
    ["12 killed ", "killed and ", "killed 3, ", "twelve and ", "one hundred ", "3 thousand ", "killed 12 people\n"],
)
def test_a_long_text_takes_seconds_whatever_is_in_it(unit: str) -> None:
    long = Article.model_construct(
        **{**dict(article("", "")), "text": f"killed {unit * (400_000 // len(unit))} killed"}
    )
    started = process_time()
    tag(long, ENGINE)
    assert process_time() - started < 10  # what grows with the square of the length takes minutes


_WORDS = st.sampled_from(
    [
        "12", "killed", "twelve", "hundred", "and", "between", "to", "at least", "1,200", "10-15", "people",
        "ранены", "до", "ہزار", "ہلاک", "سے زائد", "۱۲", "wounded", ",", ".", "not", "\u200f", "e\u0301", "\ud800",
    ]
)  # fmt: skip


@given(news_text, st.lists(_WORDS, max_size=40).map(" ".join))
def test_no_text_breaks_it_and_all_evidence_is_quoted(title: str, text: str) -> None:
    one = Article.model_construct(**dict(article("", ""))).model_copy(update={"title": title, "text": text})
    for figure in tag(one, ENGINE).figures:
        quoted = figure.evidence
        assert quoted.words == getattr(one, quoted.field)[quoted.start : quoted.end]
        assert figure.least is None or figure.most is None or figure.least <= figure.most
        assert figure.least is not None or figure.most is not None
        assert figure.who is None or figure.who in quoted.words
