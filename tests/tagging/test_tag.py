from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given

from schemas import Article, Source, Tag, TaggedArticle
from services.tagging.gazetteer import Pack
from services.tagging.tag import MOST_EVIDENCE, Engine, tag
from services.tagging.topics import MOST_SIGNS
from tests.strategies import news_text
from tests.tagging.packs import small_pack

ENGINE = Engine.compile(small_pack(), "digest")


def article(title: str, text: str) -> Article:
    return Article(
        id="art-1", revision="1", url="", source=Source(id="desk", name="Desk"), title=title, text=text,
        seen_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def tagged(title: str, text: str = "") -> TaggedArticle:
    return tag(article(title, text), ENGINE)


def actors(title: str, text: str = "") -> list[str]:
    return [actor.id for actor in tagged(title, text).actors]


def evidence(found: Tag) -> list[tuple[str, str, str]]:
    return [(one.field, one.words, one.fired) for one in found.evidence]


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("The TTP said Pakistan had attacked first.", ["ttp", "pakistan"]),
        ("Pakistani Taliban claimed it.", ["ttp"]),
        ("Tehreek–e–Taliban Pakistan (TTP) claimed it.", ["ttp"]),
        ("The Pakistan Army denied it.", ["pakistan-army"]),
        ("Pakistan's army denied it.", ["pakistan"]),
        ("Voice of America reported it.", []),
        ("He let us in.", []),
        ("US officials said so.", ["united-states"]),
        ("С пакистанским Талибаном не говорили, с талибами говорили.", ["ttp", "taliban"]),
        ("تحریک طالبان پاکستان نے حملہ کیا", ["ttp"]),
        ("وطالبان", ["taliban"]),
        ("الحماس كبير", []),
        ("وحماس", ["hamas"]),
        ("塔利班称东伊运不在境内", ["taliban", "etim"]),
        ("A quiet day in the valley.", []),
    ],
)
def test_who_is_named(sentence: str, named: list[str]) -> None:
    assert actors("", sentence) == named


def test_capitals_alone_name_nobody_by_an_acronym() -> None:
    assert actors("TIP OF THE SPEAR", "A novel about a soldier.") == []
    assert actors("LEADERS OF TIP MET", "Nobody confirmed it.") == []


def test_capitals_name_whom_the_article_names_in_another_way() -> None:
    (etim,) = tagged("LEADERS OF TIP MET", "The Turkistan Islamic Party confirmed it.").actors
    assert [words for _, words, _ in evidence(etim)] == ["TIP", "Turkistan Islamic Party"]


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("Imran Khan spoke", [("first-khan", 0.5), ("second-khan", 0.5)]),
        ("Pakistan's navy sailed", [("pakistan", 0.99), ("pakistan-army", 0.99)]),
    ],
    ids=["persons of one name: one is meant", "a phrase that names two: both are meant"],
)
def test_actors_of_exactly_the_same_words_are_all_named(sentence: str, named: list[tuple[str, float]]) -> None:
    assert [(actor.id, actor.confidence) for actor in tagged(sentence).actors] == named


@pytest.mark.parametrize(
    ("text", "confidence"),
    [
        ("TIP men came.", 0.95),
        ("TIP men and ETIM men came.", 0.998),
        ("TIP, the Turkistan Islamic Party, came.", 1.0),
        ("TIP came. TIP went.", 0.95),
    ],
    ids=["one acronym", "two acronyms", "a full name", "repetition is no proof"],
)
def test_confidence_grows_with_distinct_and_longer_names(text: str, confidence: float) -> None:
    (etim,) = tagged("", text).actors
    assert etim.confidence == pytest.approx(confidence, abs=0.001)


def test_evidence_counts_in_the_field_that_it_is_in() -> None:
    (pakistan,) = tagged("Pakistan waits", "Le\u0301on went to Pakistan.").actors
    assert evidence(pakistan) == [("title", "Pakistan", "Pakistan"), ("text", "Pakistan", "Pakistan")]
    assert [(one.start, one.end) for one in pakistan.evidence] == [(0, 8), (14, 22)]


def test_a_topic_names_the_rule_and_the_words_that_fired() -> None:
    (havens,) = tagged("", "The TTP strikes from Afghan soil. It has safe havens there.").topics
    assert evidence(havens) == [
        ("text", "TTP", "safe-havens[1]: armed-group"),
        ("text", "from Afghan soil", "safe-havens[2]: from Afghan soil"),
        ("text", "Afghan soil", "safe-havens[1]: territory-use"),
        ("text", "safe havens", "safe-havens[0]: sanctuary"),
    ]
    assert havens.confidence == 0.75  # a score of 4 over a threshold of 2


@pytest.mark.parametrize(
    ("title", "text", "filed"),
    [
        ("", "A sanctuary for birds.", []),
        ("", "A sanctuary for birds. Militants want sanctuary.", ["safe-havens"]),
        ("", "Nothing came from Afghan soil.", []),
        ("", "One raid. Two raids.", []),
        ("", "One raid. Two raids. Three raiders.", ["raids"]),
        ("", "A raid, a raid and a raid.", []),
        ("Raid and raid", "", []),
        ("A raid", "Two raids.", ["raids"]),
        ("", "В горах нашли убежища.", ["safe-havens"]),
        ("", "پناہ گاہوں کا ذکر", ["safe-havens"]),
        ("", "境内的庇护所", ["safe-havens"]),
    ],
    ids=[
        "a none term silences its sentence",
        "and no other",
        "below the threshold",
        "two sentences of three",
        "three sentences",
        "a sentence counts once",
        "the title counts two",
        "the title and one more",
        "Russian",
        "Urdu",
        "Chinese",
    ],
)
def test_what_it_is_about(title: str, text: str, filed: list[str]) -> None:
    assert [topic.id for topic in tagged(title, text).topics] == filed


def test_no_rule_counts_more_than_three_sentences() -> None:
    many, three = (tagged("", "Militants have a sanctuary. " * times).topics[0] for times in (9, 3))
    assert many.confidence == three.confidence


def test_evidence_is_bounded() -> None:
    found = tagged("", "Pakistan has a sanctuary. " * 500)
    assert [len(one.evidence) for one in (*found.actors, *found.topics)] == [MOST_EVIDENCE, MOST_SIGNS]


@pytest.mark.parametrize(
    "unit", ["طالبان", "塔利班", "TTP ", "TIP OF US ", "a sanctuary for Pakistan ", "\n", "ß", ".”"]
)
def test_a_long_text_takes_seconds_whatever_is_in_it(unit: str) -> None:
    long = Article.model_construct(**{**dict(article("", "")), "text": unit * (400_000 // len(unit))})
    started = process_time()
    tag(long, ENGINE)
    assert process_time() - started < 10  # what grows with the square of the length takes minutes


def test_the_digest_of_the_pack_is_kept() -> None:
    assert tagged("Kabul").pack_digest == "digest"


@given(news_text, news_text)
def test_no_text_breaks_it_and_all_evidence_is_quoted(title: str, text: str) -> None:
    one = Article.model_construct(**dict(article("", ""))).model_copy(update={"title": title, "text": text})
    result = tag(one, ENGINE)
    for found in (*result.actors, *result.topics):
        for quoted in found.evidence:
            assert quoted.words == getattr(one, quoted.field)[quoted.start : quoted.end]


def test_the_same_article_gives_the_same_tags() -> None:
    one = article("TTP, Taliban, Pakistan", "The US and Russia spoke of safe havens. Imran Khan did not.")
    assert tag(one, ENGINE) == tag(one, Engine.compile(small_pack(), "digest"))


def test_an_empty_pack_tags_nothing() -> None:
    empty = tag(article("Kabul", "Kabul"), Engine.compile(Pack(), "none"))
    assert (empty.actors, empty.topics) == ((), ())
