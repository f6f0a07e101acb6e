"""A surname counts after a full name; an abbreviation is what the article says it is."""

from typing import Any

import pytest

from services.tagging.binding import surnames
from services.tagging.gazetteer import Actor
from tests.tagging.desk import engine_of, named, words


@pytest.mark.parametrize(
    ("person", "text", "found"),
    [
        ("imran-khan", "Imran Khan was moved. Khan has denied all charges.", ["Imran Khan", "Khan"]),
        ("imran-khan", "Khan has denied all charges.", []),
        ("imran-khan", "Khan was named first; Imran Khan came later.", ["Imran Khan"]),
        ("imran-khan", "Imran Khan was moved. Mr Khan is 70. PM Khan said so.", ["Imran Khan", "Khan", "PM Khan"]),
        ("imran-khan", "Imran Khan was moved. Sardar Khan was freed near Khan Market.", ["Imran Khan"]),
        ("asim-munir", "Asim Munir arrived. Munir's convoy was long.", ["Asim Munir", "Munir"]),
        ("ashraf-ghani", "Ашраф Гани уехал. Позже Гани выступил с речью.", ["Ашраф Гани", "Гани"]),
        (
            "shehbaz-sharif",
            "Шахбаз Шариф прибыл в столицу. О сделке с Шарифом не сообщали.",
            ["Шахбаз Шариф", "Шарифом"],
        ),
        ("ashraf-ghani", "اشرف غنی رفت. غنی گفت که باز می‌گردد.", ["اشرف غنی", "غنی"]),
        ("ashraf-ghani", "اشرف غنی رفت. او مرد غنی و خوشبختی بود.", ["اشرف غنی"]),
        ("asim-munir", "عاصم منیر آج پہنچے۔ جنرل منیر نے دستوں سے ملاقات کی۔", ["عاصم منیر", "منیر"]),
        ("imran-khan", "عمران خان سے ملاقات ہوئی۔ اسد خان نے بات کی۔", ["عمران خان"]),
    ],
)
def test_a_surname_alone_counts_after_a_full_mention(person: str, text: str, found: list[str]) -> None:
    assert words(person, text) == [word.removeprefix("PM ") for word in found]


def test_a_surname_of_two_who_are_named_is_neithers() -> None:
    text = "Nawaz Sharif met Shehbaz Sharif in Lahore. Sharif left early."
    assert words("nawaz-sharif", text) == ["Nawaz Sharif"]
    assert words("shehbaz-sharif", text) == ["Shehbaz Sharif"]
    assert words("nawaz-sharif", "Nawaz Sharif flew to Lahore. Sharif left early.") == ["Nawaz Sharif", "Sharif"]


PERSONS: list[dict[str, Any]] = [
    {"id": "one", "name": "Sergei Petrov", "kind": "person", "aliases": {"ru": ["Сергей Петров", "господин Петров"]}},
    {"id": "two", "name": "Ali Wali", "kind": "person", "surname": False},
    {"id": "three", "name": "Ali Yi", "kind": "person"},
    {"id": "four", "name": "John Kurram", "kind": "person"},
    {"id": "kurram", "name": "Kurram", "kind": "place"},
]


def test_surnames_are_those_of_full_names_that_are_no_names_already() -> None:
    found = surnames([Actor.model_validate(one) for one in PERSONS])
    assert {person: [alias.text for alias in aliases] for person, aliases in found.items()} == {
        "one": ["Petrov", "Петров"],
        "three": [],
        "four": [],
    }


def test_a_short_form_that_the_pack_lists_counts_as_a_surname_does() -> None:
    engine = engine_of(
        [{"id": "khan", "name": "Imran Khan", "kind": "person", "aliases": {"en": [{"text": "Imran", "short": True}]}}]
    )
    assert words("khan", "Imran was late. Imran Khan spoke; then Imran left.", engine=engine) == ["Imran Khan", "Imran"]


@pytest.mark.parametrize(
    ("actor", "text", "found"),
    [
        (
            "unama",
            "The United Nations Assistance Mission in Afghanistan (UAM) reported. UAM counted 20 raids.",
            ["United Nations Assistance Mission in Afghanistan", "UAM", "UAM"],
        ),
        (
            "islamic-state",
            "A cell of the Islamic State (IS) was found. IS had paid for it.",
            ["Islamic State", "IS", "IS"],
        ),
        (
            "etim",
            "Исламское движение Восточного Туркестана (ИДВТ) распалось. ИДВТ отрицает это.",
            ["Исламское движение Восточного Туркестана", "ИДВТ", "ИДВТ"],
        ),
        (
            "nrf",
            "Фронт национального сопротивления (ФНС) заявил об атаке. ФНС действует в горах.",
            ["Фронт национального сопротивления", "ФНС", "ФНС"],
        ),
        (
            "ttp",
            "تحریک طالبان پاکستان (TTP) نے دعویٰ کیا۔ TTP کے ترجمان خاموش رہے۔",
            ["تحریک طالبان پاکستان", "TTP", "TTP"],
        ),
    ],
)
def test_an_abbreviation_counts_after_its_expansion(actor: str, text: str, found: list[str]) -> None:
    assert words(actor, text) == found


@pytest.mark.parametrize(
    "text",
    [
        "The Bangladesh Legal Academy (BLA) opened in Pakistan. BLA has ten rooms in Quetta.",
        "The Prince Tobacco Institute (PTI) met Imran Khan. PTI sells cigars.",
    ],
)
def test_an_abbreviation_that_the_article_gives_to_another_is_no_ones_of_ours(text: str) -> None:
    assert named(text) & {"bla", "pti"} == set()


@pytest.mark.parametrize("text", ["Pakistan (PTI) said little. PTI waits.", "Taliban (AFP) waits. AFP reports."])
def test_brackets_after_a_name_that_they_do_not_abbreviate_define_nothing(text: str) -> None:
    assert not {"PTI", "AFP"} & {word for actor in ("pakistan", "taliban") for word in words(actor, text)}
