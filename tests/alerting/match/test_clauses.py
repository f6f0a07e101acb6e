"""What the clauses of a watch mean, on sentences in the languages of the pack."""

from typing import Any

import pytest

from schemas import Mention, Source, TaggedArticle
from services.alerting.match.meet import match_watches
from tests.alerting.examples import NOON, article, tag, tagged, watches

RAID = article(
    "Raid near the border",
    "Troops raided a hideout near Torkham on Monday. A spokesman blamed the TTP for the attack. "
    "The Jamaat-ul-Ahrar faction denied it. In Lahore a cricket match went on, said Noor Wali.",
)


def raid(**salience: float) -> TaggedArticle:
    tags = [
        tag(RAID, "ttp", "armed-group", "TTP"),
        tag(RAID, "jamaat-ul-ahrar", "armed-group", "Jamaat-ul-Ahrar"),
        tag(RAID, "noor-wali", "person", "Noor Wali"),
    ]
    return tagged(RAID, [one.model_copy(update={"salience": salience.get(one.id.replace("-", "_"))}) for one in tags])


def met(of: TaggedArticle, **watch: Any) -> Mention | None:
    return next(iter(match_watches(of, watches({"id": "desk", **watch}), NOON)), None)


def labels(of: TaggedArticle, **watch: Any) -> list[str] | None:
    """What the watch is met by, in the order of the article; None where it is not met."""
    mention = met(of, **watch)
    return None if mention is None else [match.id for match in mention.matches]


def words(text: str, **watch: Any) -> list[str]:
    """The words of a text that a watch finds."""
    mention = met(tagged(article("-", text)), **watch)
    return [evidence.words for match in mention.matches for evidence in match.evidence] if mention else []


@pytest.mark.parametrize(
    ("watch", "expected"),
    [
        pytest.param({"actors": ["ttp"]}, ["ttp"], id="an actor alone"),
        pytest.param(
            {"actors": [{"id": "ttp", "parts": True}]},
            ["ttp", "jamaat-ul-ahrar", "noor-wali"],
            id="an actor with its parts and members",
        ),
        pytest.param(
            {"any": [{"all": [{"actor": "ttp"}, "Peshawar"]}, {"all": [{"actor": "ttp"}, "Torkham"]}]},
            ["Torkham", "ttp"],
            id="of two branches the one that holds is told",
        ),
        pytest.param(
            {"any": [{"all": [{"actor": "jamaat-ul-ahrar"}, "Peshawar"]}, {"actor": "ttp"}]},
            ["ttp"],
            id="what stands in a branch that does not hold is not told",
        ),
        pytest.param(
            {"any": [{"actor": "ttp"}], "none": [{"all": ["Torkham", "Peshawar"]}]},
            ["ttp"],
            id="a bar of two words needs both",
        ),
        pytest.param({"any": [{"actor": "ttp"}], "none": [{"all": ["Torkham", "Lahore"]}]}, None, id="and both bar"),
        pytest.param(
            {"any": [{"same_sentence": [{"actor": "ttp"}, "attack"]}]}, ["ttp", "attack"], id="in one sentence"
        ),
        pytest.param({"any": [{"same_sentence": [{"actor": "ttp"}, "Torkham"]}]}, None, id="in two sentences"),
        pytest.param(
            {"any": [{"same_sentence": [{"actor": "ttp"}, {"none": ["cricket match"]}]}]},
            ["ttp"],
            id="what bars in one sentence may stand in another",
        ),
        pytest.param(
            {"any": [{"same_sentence": [{"actor": "jamaat-ul-ahrar"}, {"none": ["denied"]}]}]},
            None,
            id="what bars in the sentence",
        ),
        pytest.param({"any": [{"near": ["Monday", "spokesman"], "within": 3}]}, ["Monday", "spokesman"], id="near"),
        pytest.param({"any": [{"near": ["Monday", "spokesman"], "within": 2}]}, None, id="not so near"),
        pytest.param(
            {"any": [{"same_sentence": [{"near": ["Monday", "spokesman"], "within": 3}, "Torkham"]}]},
            None,
            id="near over a full stop is not in one sentence",
        ),
        pytest.param(
            {"any": [{"near": [{"actor": "ttp"}, {"any": ["blamed", "Torkham"]}], "within": 5}]},
            ["blamed", "ttp"],
            id="near to one of two",
        ),
        pytest.param({"any": [{"near": ["border", "Troops"], "within": 5}]}, None, id="never near across the title"),
        pytest.param(
            {"any": [{"same_sentence": ["Raid", "border"]}]}, ["Raid", "border"], id="the title is a sentence"
        ),
    ],
)
def test_clauses_hold_as_they_say(watch: dict[str, Any], expected: list[str] | None) -> None:
    assert labels(raid(), **watch) == expected


def test_the_sentence_in_which_terms_met_is_shown_before_earlier_ones() -> None:
    text = "TTP one. TTP two. TTP three. TTP four. Then the TTP raided Torkham. Torkham closed. TTP five."
    of = article("-", text)
    mention = met(tagged(of), any=[{"same_sentence": ["TTP", "Torkham"]}])

    assert mention is not None
    assert "Then the TTP raided Torkham." in [passage.sentence for passage in mention.passages]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        pytest.param("Muhammad Yaqub", "Mohammad Yaqoob spoke in Kabul.", ["Mohammad Yaqoob"], id="transliterated"),
        pytest.param("Хекматулла", "Встречались с Хекматуллой во вторник.", ["Хекматуллой"], id="Russian, inflected"),
        pytest.param("авиабаза Баграм", "На авиабазе Баграм было тихо.", ["авиабазе Баграм"], id="two Russian words"),
        pytest.param("حکمت‌الله", "وزیر و حکمت الله گفتند.", ["حکمت الله"], id="Persian, without its ZWNJ"),
        pytest.param("افغانستان", "هیئت وافغانستان رسید.", ["افغانستان"], id="Persian, after a joined particle"),
        pytest.param("تورخم", "تورخمی مزدور آئے۔", ["تورخمی"], id="Urdu, with a suffix"),
        pytest.param("喀布尔", "代表团抵达喀布尔机场。", ["喀布尔"], id="Chinese, without blanks"),
    ],
)
def test_a_free_name_is_found_as_an_alias_of_the_pack_would_be(name: str, text: str, found: list[str]) -> None:
    assert words(text, names=[name]) == found
    assert met(tagged(article("-", text)), names=[name]).matches[0].id == name  # type: ignore[union-attr]


def test_a_name_without_variants_is_found_as_written_only() -> None:
    written = {"text": "Muhammad Yaqub", "variants": False}

    assert words("Mohammad Yaqoob spoke. Muhammad Yaqub left.", names=[written]) == ["Muhammad Yaqub"]


@pytest.mark.parametrize("key", ["names", "phrases"])
def test_a_bare_acronym_is_found_in_its_capitals_only(key: str) -> None:
    assert words("A tip for gardeners. The TIP claimed it.", **{key: ["TIP"]}) == ["TIP"]


@pytest.mark.parametrize(
    ("filters", "is_met"),
    [
        pytest.param({"languages": ["zh", "ur"]}, True, id="one of its languages"),
        pytest.param({"languages": ["zh-hans"]}, True, id="a language as narrow as it says"),
        pytest.param({"languages": ["zh-hant"]}, False, id="another script of it"),
        pytest.param({"sources": ["dawn"]}, False, id="another source"),
        pytest.param({"sources": ["dawn", "example-news"]}, True, id="one of two sources"),
        pytest.param({"not_sources": ["example-news"]}, False, id="a source that is left out"),
        pytest.param({"tiers": [1, 2]}, False, id="a tier that is not trusted enough"),
        pytest.param({"tiers": [3], "countries": ["PK"]}, True, id="tier and country"),
        pytest.param({"countries": ["AF"]}, False, id="another country"),
    ],
)
def test_an_article_must_pass_every_filter(filters: dict[str, Any], is_met: bool) -> None:
    source = Source(id="example-news", name="Example News", tier=3, country="PK")
    of = RAID.model_copy(update={"source": source, "language": "zh-Hans-CN"})

    assert (met(raid().model_copy(update={"article": of}), actors=["ttp"], filters=filters) is not None) is is_met


def test_an_article_of_unknown_language_or_country_passes_no_filter_on_it() -> None:
    unknown = raid().model_copy(update={"article": RAID.model_copy(update={"language": None})})

    assert met(unknown, actors=["ttp"], filters={"languages": ["en"]}) is None
    assert met(unknown, actors=["ttp"], filters={"countries": ["PK"]}) is None
    assert met(unknown, actors=["ttp"]) is not None


@pytest.mark.parametrize(
    ("watch", "expected"),
    [
        pytest.param({"actors": ["ttp"]}, None, id="in passing"),
        pytest.param({"actors": ["ttp", "jamaat-ul-ahrar"]}, ["jamaat-ul-ahrar"], id="only who is central is told"),
        pytest.param({"any": [{"kind": "armed-group"}]}, ["jamaat-ul-ahrar"], id="of a kind too"),
        pytest.param({"all": [{"actor": "ttp"}, {"actor": "jamaat-ul-ahrar"}]}, None, id="one of both in passing"),
        pytest.param({"actors": ["jamaat-ul-ahrar"], "none": [{"actor": "ttp"}]}, None, id="in passing it bars too"),
        pytest.param({"actors": ["ttp"], "phrases": ["Torkham"]}, ["Torkham"], id="words have no salience"),
        pytest.param({"any": [{"same_sentence": [{"actor": "ttp"}, "attack"]}]}, None, id="in passing in a sentence"),
    ],
)
def test_who_is_named_in_passing_does_not_meet_a_watch_that_asks_for_salience(
    watch: dict[str, Any], expected: list[str] | None
) -> None:
    of = raid(ttp=0.1, jamaat_ul_ahrar=0.6)

    assert labels(of, filters={"salience": 0.3}, **watch) == expected


def test_an_unsure_tag_does_not_meet_a_watch_that_asks_for_confidence() -> None:
    unsure = raid().model_copy(update={"actors": (raid().actors[0].model_copy(update={"confidence": 0.4}),)})

    assert labels(unsure, actors=["ttp"], filters={"confidence": 0.4}) == ["ttp"]
    assert labels(unsure, actors=["ttp"], filters={"confidence": 0.41}) is None
