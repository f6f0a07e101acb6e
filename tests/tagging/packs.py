"""A small pack for tests, in the form that the default pack has."""

from typing import Any

from services.tagging.gazetteer import Pack

SMALL: dict[str, Any] = {
    "actors": [
        {
            "id": "ttp",
            "name": "Tehreek-e-Taliban Pakistan",
            "kind": "armed-group",
            "aliases": {
                "en": ["Pakistani Taliban", "TTP"],
                "ur": ["تحریک طالبان پاکستان"],
                "ru": ["пакистанский Талибан"],
            },
        },
        {
            "id": "taliban",
            "name": "Taliban (Islamic Emirate)",
            "kind": "armed-group",
            "aliases": {"en": ["Taliban"], "ps": ["طالبان"], "ru": ["Талибан", "талибы"], "zh": ["塔利班"]},
        },
        {
            "id": "etim",
            "name": "East Turkestan Islamic Movement",
            "kind": "armed-group",
            "aliases": {"en": ["TIP", "ETIM", "Turkistan Islamic Party"], "zh": ["东伊运"]},
        },
        {"id": "hamas", "name": "Hamas", "kind": "armed-group", "aliases": {"ar": ["حماس"]}},
        {
            "id": "pakistan",
            "name": "Pakistan",
            "kind": "state",
            "aliases": {
                "en": ["Pakistani", "Pakistan's navy"],
                "ur": ["پاکستان"],
                "ru": ["Пакистан", "пакистанский"],
                "zh": ["巴基斯坦"],
            },
        },
        {
            "id": "pakistan-army",
            "name": "Pakistan Army",
            "kind": "organisation",
            "aliases": {"en": ["Pakistan's navy"]},
        },
        {"id": "united-states", "name": "United States", "kind": "state", "aliases": {"en": ["US", "America"]}},
        {"id": "russia", "name": "Russia", "kind": "state", "aliases": {"ru": ["Россия"]}},
        {"id": "first-khan", "name": "Imran Khan", "kind": "person"},
        {"id": "second-khan", "name": "Imran Khan (singer)", "kind": "person", "aliases": {"en": ["Imran Khan"]}},
    ],
    "decoys": {"en": ["Voice of America"], "ar": ["الحماس"]},
    "concepts": [
        {
            "id": "sanctuary",
            "phrases": {
                "en": ["safe haven*", "sanctuar*"],
                "ru": ["убежище"],
                "ur": ["پناہ گاہ*"],
                "zh": ["庇护所"],
            },
        },
        {"id": "territory-use", "phrases": {"en": ["Afghan soil"]}},
        {"id": "wildlife", "phrases": {"en": ["birds", "leopard*"]}},
    ],
    "topics": [
        {
            "id": "safe-havens",
            "name": "Safe havens",
            "threshold": 2,
            "rules": [
                {"weight": 2, "any": [{"concept": "sanctuary"}], "none": [{"concept": "wildlife"}]},
                {"weight": 1, "all": [{"concept": "territory-use"}, {"kind": "armed-group"}], "within": 12},
                {"weight": 1, "any": ["from Afghan soil"]},
            ],
        },
        {"id": "raids", "name": "Raids", "threshold": 3, "rules": [{"weight": 1, "any": ["raid*"]}]},
    ],
}


def small_pack() -> Pack:
    return Pack.model_validate(SMALL)
