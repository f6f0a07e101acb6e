from dataclasses import replace
from typing import Any

import pytest

from services.alerting.watching.problems import Problem, find_problems
from services.alerting.watching.watch import Watch
from services.backbone.yaml_file import show_path
from tests.alerting.examples import KNOWN

SOURCES = replace(KNOWN, ids={**KNOWN.ids, "source": frozenset({"dawn", "khaama-press"})})


def problems(**written: Any) -> list[Problem]:
    return list(find_problems(Watch.model_validate({"id": "desk", **written}), SOURCES))


@pytest.mark.parametrize(
    ("written", "where", "what"),
    [
        pytest.param(
            {"all": [{"any": ["raid on", {"same_sentence": ["parade", {"actor": "tpp"}]}]}]},
            "all[0].any[1].same_sentence[1]",
            "unknown actor 'tpp'; did you mean 'ttp'?",
            id="an unknown actor, deep inside",
        ),
        pytest.param(
            {"actors": ["ttp", {"id": "kabull", "parts": True}]},
            "actors[1]",
            "unknown actor 'kabull'; did you mean 'kabul'?",
            id="an unknown actor with parts",
        ),
        pytest.param(
            {"topics": ["safe-heavens"]},
            "topics[0]",
            "unknown topic 'safe-heavens'; did you mean 'safe-havens'?",
            id="an unknown topic",
        ),
        pytest.param(
            {"actors": ["ttp"], "none": [{"all": ["parade", "is"]}]},
            "none[0].all[1]",
            "'is' is too short to be found in any case; write a longer phrase, or a bare acronym in capitals",
            id="a phrase that bars and is too short",
        ),
        pytest.param(
            {"names": ["X"]}, "names[0]", "'X' is a single letter; write a longer form", id="a name of one letter"
        ),
        pytest.param(
            {"actors": ["ttp"], "filters": {"sources": ["dwan"]}},
            "filters.sources[0]",
            "unknown source 'dwan'; did you mean 'dawn'?",
            id="an unknown source",
        ),
        pytest.param(
            {"actors": ["ttp"], "filters": {"languages": []}},
            "filters.languages",
            "it can never be met: an empty list lets nothing pass; remove it",
            id="a filter that nothing passes",
        ),
        pytest.param(
            {"actors": ["ttp"], "filters": {"sources": ["dawn"], "not_sources": ["dawn", "khaama-press"]}},
            "filters.not_sources",
            "it can never be met: every source of sources: is under not_sources:; remove sources from one of the two",
            id="filters against each other",
        ),
        pytest.param(
            {"topics": ["safe-havens"], "filters": {"salience": 0.5}},
            "filters.salience",
            "salience is of actors, and this watch asks for none; remove it, or use confidence: for topics",
            id="salience of topics",
        ),
        pytest.param(
            {}, "", "it can never be met: no term says what to ring for; list terms under any: or all:", id="nothing"
        ),
        pytest.param(
            {"actors": ["ttp", "jamaat-ul-ahrar"], "none": [{"actor": "ttp", "parts": True}]},
            "actors",
            "it can never be met: none: bars every term of actors:; remove terms from one of the two",
            id="actors whose family is barred",
        ),
        pytest.param(
            {
                "actors": ["ttp"],
                "phrases": ["Bagram air base"],
                "none": [{"any": ["air base", {"kind": "armed-group"}]}],
            },
            "actors",
            "it can never be met: none: bars every term of actors: and phrases:; remove terms from one of the two",
            id="choices of two kinds, each barred in its way",
        ),
        pytest.param(
            {"all": [{"any": [{"actor": "ttp"}, {"near": [{"actor": "ttp"}, "raid on"]}]}], "none": [{"actor": "ttp"}]},
            "all[0]",
            "it can never be met: what this asks for is barred by none:; remove it from one of the two",
            id="a clause of which no branch is left",
        ),
        pytest.param(
            {"all": [{"same_sentence": [{"actor": "ttp"}, {"none": [{"kind": "armed-group"}]}]}]},
            "all[0]",
            "it can never be met: what this asks for is barred by none:; remove it from one of the two",
            id="a sentence that must and must not have it",
        ),
        pytest.param(
            {"actors": ["ttp"], "any": [{"none": ["cricket"]}]},
            "any[0]",
            "nearly every article meets it: this asks only for what is not there; add what must be there",
            id="a choice that only bars",
        ),
        pytest.param(
            {"any": [{"kind": "state"}]},
            "",
            "nearly every article meets it: nine of ten name some state; "
            "add a term under all:, name the states, or set filters: {sources: [...]}",
            id="any state at all",
        ),
    ],
)
def test_a_problem_is_told_with_its_place_and_its_fix(written: dict[str, Any], where: str, what: str) -> None:
    assert [(show_path(one.path), f"{one.what}; {one.fix}") for one in problems(**written)] == [(where, what)]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param({"any": [{"kind": "armed-group"}]}, id="a kind that few articles name stands alone"),
        pytest.param({"any": [{"kind": "state"}], "all": [{"topic": "safe-havens"}]}, id="states with a topic"),
        pytest.param({"any": [{"kind": "state"}], "filters": {"sources": ["dawn"]}}, id="states at a source"),
        pytest.param({"actors": ["ttp", "iskp"], "none": [{"actor": "ttp"}]}, id="one choice of two is barred"),
        pytest.param({"actors": ["pakistan"], "none": ["cricket match"]}, id="a phrase bars"),
        pytest.param(
            {"actors": [{"id": "ttp", "parts": True}], "none": [{"kind": "armed-group"}]},
            id="a family that has a person in it, without its groups",
        ),
        pytest.param(
            {"actors": ["ttp"], "none": [{"all": [{"actor": "ttp"}, "denied a role"]}]}, id="barred in company only"
        ),
        pytest.param({"phrases": ["TIP of the spear"], "none": ["TIP"]}, id="an acronym bars in its capitals only"),
        pytest.param({"names": ["Muhammad Yaqub"], "none": ["Muhammad Yaqub"]}, id="a name in other spellings is left"),
    ],
)
def test_what_some_articles_meet_is_no_problem(written: dict[str, Any]) -> None:
    assert problems(**written) == []


def test_ids_are_not_checked_where_the_pack_cannot_be_read() -> None:
    watch = Watch.model_validate({"id": "desk", "actors": ["nobody"], "filters": {"sources": ["nowhere"]}})

    assert list(find_problems(watch, None)) == []
