from typing import Any

import pytest

from schemas import TaggedArticle
from services.alerting.match.explain import Explanation, Finding, Why, explain
from services.alerting.watching.watch import Watch
from tests.alerting.examples import KNOWN, article, tag, tagged

RAID = article(
    "Raid near the border",
    "Troops raided a hideout near Torkham on Monday. A spokesman blamed the TTP for the attack. It was a tip.",
)


def raid() -> TaggedArticle:
    ttp = tag(RAID, "ttp", "armed-group", "TTP").model_copy(update={"salience": 0.2, "confidence": 0.9})
    return tagged(RAID, [ttp])


def explained(of: TaggedArticle | None = None, **watch: Any) -> Explanation:
    return explain(of or raid(), Watch.model_validate({"id": "desk", **watch}), KNOWN)


def missed(**watch: Any) -> list[tuple[str, Why | None, str]]:
    """What would have to be otherwise."""
    found = explained(**watch)
    assert found.met is (not found.misses)
    return [(miss.clause, miss.why, miss.detail) for miss in found.misses]


def test_what_is_met_is_shown_with_its_words() -> None:
    found = explained(all=["Torkham"], actors=["ttp", "iskp"], none=["cricket match"])

    assert found.met
    torkham, choices, nothing = found.clauses
    assert (torkham.path, torkham.clause, [one.words for one in torkham.evidence]) == (
        ("all", 0),
        '"Torkham"',
        ["Torkham"],
    )
    assert [(part.path, part.met, part.why) for part in choices.parts] == [
        (("actors", 0), True, None),
        (("actors", 1), False, Why.NOT_TAGGED),
    ]
    assert [one.words for one in choices.parts[0].evidence] == ["TTP"]
    assert (nothing.clause, nothing.met, nothing.why) == ("none", True, None)


@pytest.mark.parametrize(
    ("watch", "clause", "why", "detail"),
    [
        pytest.param({"all": [{"actor": "iskp"}]}, "{actor: iskp}", Why.NOT_TAGGED, "", id="an actor"),
        pytest.param(
            {"all": [{"actor": "pakistan", "parts": True}]},
            "{actor: pakistan, parts: true}",
            Why.NOT_TAGGED,
            "",
            id="a family",
        ),
        pytest.param({"all": [{"kind": "person"}]}, "{kind: person}", Why.NOT_TAGGED, "", id="a kind"),
        pytest.param({"all": [{"topic": "safe-havens"}]}, "{topic: safe-havens}", Why.NOT_FILED, "", id="a topic"),
        pytest.param({"all": ["air base"]}, '"air base"', Why.ABSENT, "", id="words"),
        pytest.param({"all": [{"name": "TIP"}]}, "{name: TIP}", Why.OTHER_CAPITALS, "only tip", id="an acronym"),
        pytest.param(
            {"all": [{"actor": "ttp"}], "filters": {"salience": 0.3}},
            "{actor: ttp}",
            Why.BELOW,
            "Ttp (salience 0.20, confidence 0.90)",
            id="in passing",
        ),
        pytest.param(
            {"all": [{"near": [{"actor": "ttp"}, "Torkham"], "within": 5}]},
            "near",
            Why.TOO_FAR,
            "the nearest are 8 words, 5 are asked",
            id="not near",
        ),
        pytest.param(
            {"all": [{"same_sentence": [{"actor": "ttp"}, "Torkham", {"none": ["raided"]}]}]},
            "same_sentence",
            Why.APART,
            "in no sentence together",
            id="not in one sentence",
        ),
        pytest.param(
            {"all": [{"near": [{"actor": "ttp"}, "air base"], "within": 5}]}, '"air base"', Why.ABSENT, "", id="a part"
        ),
        pytest.param(
            {"actors": ["ttp"], "none": ["Torkham", "air base"]}, "none", Why.BARRED, '"Torkham"', id="something bars"
        ),
        pytest.param({"actors": ["iskp"], "phrases": ["air base"]}, "any", Why.PARTS, "", id="none of several"),
        pytest.param(
            {"actors": ["ttp"], "filters": {"languages": ["ur", "ps"]}},
            "languages",
            Why.FILTER,
            "en, asked: ur, ps",
            id="a language",
        ),
        pytest.param(
            {"actors": ["ttp"], "filters": {"countries": ["AF"]}},
            "countries",
            Why.FILTER,
            "unknown, asked: AF",
            id="a country that is not known",
        ),
    ],
)
def test_a_near_miss_names_the_one_thing_that_is_missing(
    watch: dict[str, Any], clause: str, why: Why, detail: str
) -> None:
    assert missed(**watch) == [(clause, why, detail)]


def test_all_that_is_missing_is_told() -> None:
    watch = {"all": [{"actor": "iskp"}, {"all": ["Torkham", "air base"]}], "filters": {"tiers": [1]}}

    assert [clause for clause, _, _ in missed(**watch)] == ["{actor: iskp}", '"air base"', "tiers"]


def test_each_part_knows_its_place_in_the_watch() -> None:
    found = explained(any=[{"all": [{"actor": "ttp"}, {"near": ["Torkham", "Monday"]}]}], names=["Hekmatullah"])

    def places(finding: Finding) -> list[tuple[str | int, ...]]:
        return [finding.path, *(path for part in finding.parts for path in places(part))]

    assert places(found.clauses[0]) == [
        (),
        ("any", 0, "all"),
        ("any", 0, "all", 0),
        ("any", 0, "all", 1, "near"),
        ("any", 0, "all", 1, "near", 0),
        ("any", 0, "all", 1, "near", 1),
        ("names", 0),
    ]


def test_an_acronym_among_capitals_is_told() -> None:
    shouting = tagged(article("TIP OF THE SPEAR, AN OPINION", "Nothing more."))
    (miss,) = explained(shouting, phrases=["TIP"]).clauses[0].parts

    assert (miss.why, miss.detail) == (Why.OTHER_CAPITALS, "only TIP, where all is in capitals")


def test_a_withdrawn_article_is_told() -> None:
    gone = tagged(RAID.model_copy(update={"marks": ("withdrawn",)}), raid().actors)

    assert [(miss.clause, miss.why) for miss in explained(gone, actors=["ttp"]).misses] == [("withdrawn", Why.FILTER)]
