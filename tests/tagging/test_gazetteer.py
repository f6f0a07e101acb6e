import pytest
from pydantic import ValidationError

from services.matching.expressions import Phrase, Reference
from services.tagging.gazetteer import Actor, Alias, Rule, Topic


def test_an_alias_is_a_string_or_an_object() -> None:
    actor = Actor.model_validate(
        {
            "id": "swat",
            "name": "Swat",
            "kind": "place",
            "aliases": {"en": ["Swat Valley", {"text": "Swat", "case": "exact"}]},
        }
    )
    assert actor.names == (Alias(text="Swat Valley"), Alias(text="Swat", case="exact"))


@pytest.mark.parametrize(
    ("name", "names"),
    [("Kabul", ["Kabul", "کابل"]), ("Taliban (Islamic Emirate)", ["کابل"])],
    ids=["a plain name is an alias", "a name with parentheses is not"],
)
def test_the_name_itself_is_searched_for(name: str, names: list[str]) -> None:
    actor = Actor.model_validate({"id": "x", "name": name, "kind": "place", "aliases": {"fa": ["کابل"]}})
    assert [alias.text for alias in actor.names] == names


@pytest.mark.parametrize(
    ("text", "case", "exact"),
    [("TTP", None, True), ("TTP", "any", False), ("U.S.", None, True), ("Swat", None, False), ("Swat", "exact", True),
     ("UNAMAS", None, False), ("США", None, False)],
)  # fmt: skip
def test_latin_acronyms_are_exact_by_themselves(text: str, case: str | None, exact: bool) -> None:
    assert Alias.model_validate({"text": text, "case": case}).exact is exact


def test_terms_of_a_rule_are_phrases_or_references() -> None:
    rule = Rule.model_validate({"all": [{"concept": "raid"}, {"kind": "armed-group"}], "any": ["from Afghan soil"]})
    assert rule.all == (Reference("concept", "raid"), Reference("kind", "armed-group"))
    assert rule.any == (Phrase("from Afghan soil"),)
    assert rule.model_dump()["all"] == ({"concept": "raid"}, {"kind": "armed-group"})


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ({"none": ["sport"]}, "at least one term"),
        ({"any": [{"acter": "ttp"}]}, "write a phrase, or one of"),
        ({"any": ["raid"], "weihgt": 2}, "Extra inputs"),
        ({"any": ["raid"], "scope": "paragraph"}, "'sentence', 'article' or 'title'"),
        ({"any": ["raid"], "within": 1}, "greater than 1"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Topic.model_validate({"id": "raids", "name": "Raids", "rules": [rule]})
