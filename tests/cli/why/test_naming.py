"""Why an actor that a reader sees in an article has no tag there."""

import pytest

from services.cli.why.naming import Naming, named
from services.tagging.explain import explain
from services.tagging.gazetteer import Pack
from services.tagging.tag import Engine
from tests.cli.past import PACK, article

SMALL = Pack.model_validate(PACK)
ENGINE = Engine.compile(SMALL, "9ac4")
TTP = SMALL.actors[0]


def why(text: str) -> Naming:
    return named(TTP, explain(article("Talks", text), ENGINE))


def test_a_weak_alias_alone_does_not_count() -> None:
    found = why("The army spoke of the Fitna in the valley.")
    assert found.what.startswith(
        "weak alias alone: 'Fitna' of ttp stands in 'The army spoke of the Fitna in the valley.'"
    )
    assert "requires: of the alias 'Fitna'" in found.fix
    assert found.is_there


@pytest.mark.parametrize(
    ("text", "longer"),
    [("He plays for TTP Sports Club now.", "'TTP Sports Club', a decoy, which names nobody")],
)
def test_an_overlap_is_lost_to_a_longer_name(text: str, longer: str) -> None:
    found = why(text)
    assert found.what.startswith("overlap lost to a longer name: 'TTP' of ttp stands in ")
    assert longer in found.what
    assert found.is_there


def test_a_spelling_that_the_pack_does_not_know_is_an_unknown_alias() -> None:
    found = why("A spokesman of Tehrik-e-Talibaan Pakistan spoke.")
    assert found.what == (
        "alias unknown: 'Tehrik-e-Talibaan Pakistan' stands in it, which is like 'Tehreek-e-Taliban Pakistan' of ttp"
    )
    assert found.fix == (
        "add 'Tehrik-e-Talibaan Pakistan' to the aliases of ttp in the pack, then tocsin retag --since 7d"
    )


def test_a_name_that_is_not_there_is_not_there() -> None:
    found = why("Nobody is named.")
    assert found.what == "no alias of ttp stands in it: 'Tehreek-e-Taliban Pakistan', 'TTP', 'Fitna'"
    assert not found.is_there
    assert found.actor == "ttp"


def test_what_the_pack_has_learned_since_shows() -> None:
    assert why("The TTP spoke.").fix == "tag what is stored anew: tocsin retag --since 7d"
