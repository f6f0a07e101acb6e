"""A name becomes what a watch says: an actor, a topic, or a free name with its spellings."""

import pytest

from services.cli.watch.naming import SharedName, free, meant
from services.tagging.gazetteer import Pack

PACK = Pack.model_validate(
    {
        "actors": [
            {
                "id": "ttp",
                "name": "Tehreek-e-Taliban Pakistan",
                "kind": "armed-group",
                "aliases": {"en": ["TTP", {"text": "the Movement", "weak": True}], "ur": ["تحریک طالبان پاکستان"]},
            },
            {"id": "iskp", "name": "Islamic State Khorasan (ISKP)", "kind": "armed-group", "aliases": {"en": ["IS"]}},
            {"id": "kabul", "name": "Kabul", "kind": "place"},
            {"id": "kabul-police", "name": "Police of Kabul", "kind": "organisation", "aliases": {"en": ["Kabul"]}},
        ],
        "topics": [{"id": "safe-havens", "name": "Safe havens", "rules": [{"any": ["Afghan soil"]}]}],
    }
)


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("ttp", "actors", "ttp"),
        ("TTP", "actors", "ttp"),
        ("Tehreek e  Taliban pakistan", "actors", "ttp"),
        ("تحريك طالبان پاكستان", "actors", "ttp"),
        ("Islamic State Khorasan (ISKP)", "actors", "iskp"),
        ("kabul", "actors", "kabul"),
        ("safe-havens", "topics", "safe-havens"),
        ("safe HAVENS", "topics", "safe-havens"),
        ("Bagram Airfield", "names", "Bagram Airfield"),
        ("is", "names", "is"),
    ],
    ids=[
        "an id",
        "an acronym",
        "a name in other signs",
        "an alias in another script",
        "a name that is no alias",
        "an id that is an alias of two",
        "a topic's id",
        "a topic's name",
        "nobody",
        "an acronym in small letters",
    ],
)
def test_a_name_is_what_the_pack_says_else_a_free_name(name: str, key: str, value: str) -> None:
    found = meant(name, PACK)
    assert (found.key, found.value) == (key, value)


def test_it_is_said_what_a_name_was_taken_for() -> None:
    assert meant("TTP", PACK).says == "'TTP' is an alias of the actor ttp, Tehreek-e-Taliban Pakistan (armed-group)"
    assert "an alias, in doubt by itself, of the actor ttp" in meant("the movement", PACK).says
    assert meant("Bagram Airfield", PACK).says == "'Bagram Airfield' is a free name: it is found as it is written"


def test_a_name_that_stands_for_several_actors_is_refused_with_what_to_say() -> None:
    with pytest.raises(SharedName, match="stands for several actors: kabul, kabul-police; say which by --actor"):
        meant("Kabul", PACK)


def test_a_free_name_counts_in_its_other_spellings_unless_that_is_not_wanted() -> None:
    found = meant("Hekmatullah Ahmad", PACK)
    assert found.value == "Hekmatullah Ahmad"
    assert "Hekmatollah Ahmed" in found.spellings
    assert found.says.endswith(f"with {len(found.spellings)} other spellings")
    assert free("Hekmatullah Ahmad", spelled=False).value == {"text": "Hekmatullah Ahmad", "variants": False}


def test_who_is_called_nearly_so_is_told() -> None:
    found = meant("Tehreek Taliban Pakistan", PACK)
    assert found.key == "names"
    assert found.hint.endswith("if that is who is meant, say --actor ttp")
    assert meant("Bagram Airfield", PACK).hint == ""
