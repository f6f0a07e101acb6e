"""An alias may require or exclude words around it."""

from typing import Any

import pytest

from services.tagging.tag import Engine
from tests.tagging.desk import engine_of, named, words


@pytest.mark.parametrize(
    ("text", "named_here"),
    [
        ("TIP fighters trained with other militants in the north.", {"etim"}),
        ("The tip of the spear was never found.", set()),
        ("The TIP of the office report is a leaflet on saving water.", set()),
        ("Each year the TIP report ranks governments on trafficking.", set()),
        ("Transparency International Pakistan (TIP) published its index. TIP said bribes had risen.", set()),
        ("Separatists of the BLA blew up a pipeline near Quetta.", {"bla", "quetta"}),
        ("She holds a BLA from a small college of law.", set()),
        ("IS militants fled. Later IS claimed the blast.", {"islamic-state"}),
        ("This IS the last warning to drivers.", set()),
        ("Lawyers for Imran Khan said PTI would not yield.", {"imran-khan", "pti"}),
        ("A senior official told PTI that the road would reopen.", set()),
        ("The ICC prosecutor spoke of war crimes; the ICC has no police.", {"icc"}),
        ("The ICC moved the cricket final to Colombo.", set()),
    ],
)
def test_an_abbreviation_counts_in_the_company_that_makes_it_plain(text: str, named_here: set[str]) -> None:
    assert named(text) == named_here


@pytest.mark.parametrize(
    ("text", "named_here"),
    [
        ("Floods in Punjab reached Lahore and Multan.", {"punjab-pakistan", "lahore"}),
        ("Farmers of Punjab drove their tractors to Chandigarh.", set()),
        ("Punjab farmers marched on the capital, India's minister said.", {"india"}),
        ("Наводнение в Пенджабе дошло до Лахора.", {"punjab-pakistan", "lahore"}),
        ("سیلاب پنجاب کے شہر لاہور تک پہنچ گیا۔", {"punjab-pakistan", "lahore"}),
        ("Turkey sent two frigates to the strait.", {"turkey"}),
        ("Turkey prices fell a week before Thanksgiving.", set()),
    ],
)
def test_a_name_of_two_places_is_told_apart_by_what_stands_near(text: str, named_here: set[str]) -> None:
    assert named(text) == named_here


TWO_OF_A_NAME: list[dict[str, Any]] = [
    {"id": "russia", "name": "Russia", "kind": "state", "aliases": {"ru": ["Россия"], "fa": ["روسیه"]}},
    {
        "id": "georgia",
        "name": "Georgia (state)",
        "kind": "state",
        "aliases": {
            "en": [
                "Tbilisi",
                {
                    "text": "Georgia",
                    "requires": [{"actor": "russia"}, "Caucasus"],
                    "excludes": ["Atlanta"],
                    "within": 12,
                },
            ],
            "ru": ["Грузия"],
        },
    },
    {
        "id": "jordan",
        "name": "Jordan (state)",
        "kind": "state",
        "aliases": {
            "en": ["Hashemite Kingdom", {"text": "Jordan", "weak": True, "requires": ["Amman"]}],
            "fa": [{"text": "اردن", "weak": True, "requires": ["امان"]}],
        },
    },
]
NAMES: Engine = engine_of(TWO_OF_A_NAME)


@pytest.mark.parametrize(
    ("title", "text", "named_here"),
    [
        ("", "Georgia closed its border with Russia.", {"georgia", "russia"}),
        ("", "Voters in Georgia queued in Atlanta while Russia watched.", {"russia"}),
        ("", "Georgia is warm in May.", set()),
        ("", "Georgia is warm. " + "It rained all day there. " * 9 + "Russia is cold.", {"russia"}),
        ("A road over the Caucasus", "It ends in Georgia.", {"georgia"}),
        ("", "Jordan scored twice.", set()),
        ("", "A court in Amman ruled that Jordan must pay.", {"jordan"}),
        ("", "The Hashemite Kingdom waits. " + "Nobody came at all. " * 20 + "Jordan waits too.", {"jordan"}),
        ("", "دادگاهی در امان گفت اردن باید بپردازد", {"jordan"}),
        ("", "او در اردن نبود", set()),
    ],
    ids=[
        "required and near",
        "excluded",
        "required and absent",
        "required and far",
        "in the title",
        "weak, alone",
        "weak, in company",
        "weak, named in another way",
        "weak, in company, Persian",
        "weak, alone, Persian",
    ],
)
def test_what_is_required_stands_near_or_in_the_title(title: str, text: str, named_here: set[str]) -> None:
    assert named(text, title, engine=NAMES) == named_here


def test_each_mention_is_judged_by_what_stands_near_it() -> None:
    text = "Georgia fought Russia. " + "Nothing else was said of it. " * 9 + "Georgia peaches are sweet."
    assert words("georgia", text, engine=NAMES) == ["Georgia"]
