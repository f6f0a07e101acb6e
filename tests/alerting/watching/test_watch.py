from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from schemas import WatchSummary
from services.alerting.watching.clauses import DEEPEST, AllOf, AnyOf, Near, NoneOf, SameSentence
from services.alerting.watching.defaults import Defaults, with_defaults
from services.alerting.watching.terms import Family, Name, spellings
from services.alerting.watching.watch import Watch
from services.matching.expressions import Phrase, Reference

TTP = Reference("actor", "ttp")


def read(**written: Any) -> Watch:
    return Watch.model_validate({"id": "desk", **written})


def told(**written: Any) -> list[tuple[str, str]]:
    """Where it is wrong, and what is said."""
    with pytest.raises(ValidationError) as raised:
        read(**written)
    return [(".".join(map(str, error["loc"])), error["msg"]) for error in raised.value.errors()]


def nested(levels: int) -> object:
    clause: object = "Bagram air base"
    for _ in range(levels):
        clause = {"all": [clause]}
    return clause


def test_a_watch_of_two_lines_has_the_usual_settings() -> None:
    watch = read(actors=["ttp"])

    assert watch.summary() == WatchSummary(id="desk", name="desk", severity="normal", owner=None, topic=None)
    assert (watch.enabled, watch.max_age, watch.ring_last) == (True, timedelta(days=7), timedelta(0))
    assert (watch.hours, watch.group, watch.cooldown, watch.digest, watch.limit, watch.channels) == (None,) * 6


def test_actors_names_topics_and_phrases_are_what_one_of_any_is() -> None:
    watch = read(
        any=[{"kind": "armed-group"}],
        actors=["ttp", {"id": "taliban", "parts": True}],
        names=["Hekmatullah", {"text": "Bagram", "variants": False}],
        topics=["safe-havens"],
        phrases=["suicide vest*"],
        all=["Kabul"],
        none=["cricket"],
    )

    choices = (
        Reference("kind", "armed-group"),
        TTP,
        Family("taliban"),
        Name("Hekmatullah"),
        Phrase("Bagram"),
        Reference("topic", "safe-havens"),
        Phrase("suicide vest*"),
    )
    assert watch.clause == AllOf((Phrase("Kabul"), AnyOf(choices), NoneOf((Phrase("cricket"),))))
    assert watch.required == (Phrase("Kabul"), *choices)


def test_clauses_nest() -> None:
    watch = read(
        any=[
            {"all": [{"actor": "ttp"}, {"near": ["air base", {"any": ["raid", "attack"]}], "within": 5}]},
            {"same_sentence": [{"actor": "ttp"}, {"none": ["denied"]}]},
            {"any": ["parade", "drill"], "none": ["school"]},
        ]
    )

    assert watch.any == (
        AllOf((TTP, Near((Phrase("air base"), AnyOf((Phrase("raid"), Phrase("attack")))), 5))),
        SameSentence((TTP, NoneOf((Phrase("denied"),)))),
        AllOf((AnyOf((Phrase("parade"), Phrase("drill"))), NoneOf((Phrase("school"),))), of_one_mapping=True),
    )
    assert Phrase("denied") not in watch.required


def test_a_name_is_searched_for_in_its_transliterations_and_a_phrase_as_written() -> None:
    assert "Mohammad Yaqoob" in spellings(Name("Muhammad Yaqub"))
    assert spellings(Phrase("Muhammad Yaqub")) == ("Muhammad Yaqub",)


@pytest.mark.parametrize(
    ("written", "where", "what"),
    [
        pytest.param(
            {"any": [{"actr": "ttp"}]}, "any.0", "unknown kind of term 'actr'; did you mean 'actor'?", id="key"
        ),
        pytest.param(
            {"all": [{"any": ["raid", {"same_sentense": ["a b", "c d"]}]}]},
            "all.0.any.1",
            "unknown kind of term 'same_sentense'; did you mean 'same_sentence'?",
            id="a clause's key, two levels down",
        ),
        pytest.param(
            {"any": [{"any": ["raid"], "nnone": ["drill"]}]},
            "any.0.nnone",
            "unknown key 'nnone'; did you mean 'none'?",
            id="a key beside a known one",
        ),
        pytest.param({"any": [{"all": []}]}, "any.0.all", "an empty list; list terms", id="an empty clause"),
        pytest.param(
            {"any": [{"near": ["raid"]}]}, "any.0.near", "a single term; list two or more", id="near to nothing"
        ),
        pytest.param(
            {"any": [{"near": ["raid", {"all": ["air", "base"]}]}]},
            "any.0.near.1",
            "no term; under near: write terms, or {any: [...]} of terms",
            id="a clause under near",
        ),
        pytest.param(
            {"any": [{"near": ["raid", "base"], "within": 1}]},
            "any.0.within",
            "not a number of words; write one from 2 to 1,000",
            id="a window of one word",
        ),
        pytest.param(
            {"none": [{"all": ["raid", {"none": ["drill"]}]}]},
            "none.0.all.1.none",
            "none: inside none: asks for what it bars; write it without the two",
            id="none inside none",
        ),
        pytest.param(
            {"any": [{"actor": "ttp", "part": True}]},
            "any.0",
            "'part' does not go with actor:; write only {actor: id}, or two terms",
            id="a misspelt option",
        ),
        pytest.param(
            {"actors": [{"id": "ttp", "parts": "yes"}]},
            "actors.0",
            "Value error, 'parts' is neither true nor false; write parts: true",
            id="an option of another type",
        ),
        pytest.param(
            {"phrases": [1402]},
            "phrases.0",
            "Value error, not readable here; write text; put numbers in quotes",
            id="a number",
        ),
        pytest.param(
            {"filters": {"countries": ["UK"]}},
            "filters.countries.0",
            "Value error, not a country's code of two capital letters; write it like GB",
            id="a country by another code",
        ),
        pytest.param(
            {"any": [nested(1_000)]},
            f"any.0{'.all.0' * (DEEPEST + 1)}",
            f"nested too deep; nest at most {DEEPEST} levels",
            id="a clause nested 1,000 deep",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place_and_its_fix(written: dict[str, Any], where: str, what: str) -> None:
    assert told(**written) == [(where, what)]


def test_all_that_is_wrong_in_a_clause_is_told_at_once() -> None:
    wrong = told(any=[{"all": [{"actr": "ttp"}, 5, {"any": []}]}])

    assert [where for where, _ in wrong] == ["any.0.all.0", "any.0.all.1", "any.0.all.2.any"]


def test_a_clause_may_be_nested_as_deep_as_is_said() -> None:
    assert read(any=[nested(DEEPEST)]).required == (Phrase("Bagram air base"),)


def test_defaults_of_a_file_hold_for_what_a_watch_does_not_say() -> None:
    defaults = Defaults.model_validate({"owner": "kabul", "severity": "high", "cooldown": "1h", "channels": ["hook"]})
    silent, own = read(actors=["ttp"]), read(actors=["ttp"], severity="low", cooldown=None)

    assert with_defaults(silent, defaults).summary().owner == "kabul"
    assert with_defaults(silent, defaults).severity == "high"
    assert with_defaults(silent, defaults).channels == ("hook",)
    assert (with_defaults(own, defaults).severity, with_defaults(own, defaults).cooldown) == ("low", None)
