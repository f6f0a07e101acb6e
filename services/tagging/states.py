"""What states are called in the languages of the region: from CLDR, but for names that are words or other names too.

`territories.json` is generated (`python -m services.tagging.states`) and committed, so that the pack means the same
whatever release of Babel is installed, and starts without reading its data. A test tells of drift.

CLDR has no demonyms, capitals or short forms: those stand in the pack.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

TABLE: Final = Path(__file__).with_name("territories.json")

LANGUAGES: Final = {
    "en": ("en",), "ur": ("ur",), "ps": ("ps",), "fa": ("fa", "fa_AF"), "ar": ("ar",), "ru": ("ru",), "hi": ("hi",),
    "zh": ("zh", "zh_Hant"), "tr": ("tr",), "tg": ("tg",), "ug": ("ug",), "ky": ("ky",), "kk": ("kk",),
    "uz": ("uz", "uz_Cyrl"),
}  # fmt: skip
"""Languages of the pack, and the locales of CLDR that are in them."""

_NOT_COUNTRIES: Final = "AC AQ BV CD CG CP CQ DG EA EU EZ HK HM IC MO QO TA UN XA XB ZZ"
"""Codes of groups and uninhabited land, and those whose names in CLDR no text writes (Congo - Kinshasa)."""

_TWO_NAMES: Final = frozenset({"MM"})
"""Where CLDR gives a second name in parentheses; elsewhere they hold an explanation."""

_WORDS_TOO: Final = {
    "AM": "Армания",
    "BD": "بېنگال",
    "BJ": "بنين",
    "CL": "चिली",
    "CN": "Çin Чин",
    "CU": "Куба كوبا",
    "ES": "İspanya",
    "GE": "Georgia",
    "GN": "گنی गिनी 几内亚 幾內亞",
    "HT": "海地",
    "IN": "Hint",
    "JO": "Jordan",
    "ML": "Mali Мали مالي مالی माली 马里 馬利",
    "NE": "Niger Нигер",
    "OM": "عمان عُمان 阿曼",
    "PE": "پیرو پېرو",
    "QA": "Қатар Катар Katar قطر قاتار",
    "RU": "Rossiya",
    "SD": "苏丹 蘇丹",
    "SY": "شام Suriya",
    "TD": "Chad Чад",
    "TG": "Того Togo",
    "TR": "ترکي ترکی",
    "YE": "Яман Yaman",
}
"""Names that are also words, persons, outlets or parts of words: they are listed by hand, if at all."""


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    table: Mapping[str, Mapping[str, list[str]]] = json.loads(TABLE.read_text(encoding="utf-8"))["names"]
    return table


def names_of_state(territory: str) -> Mapping[str, list[str]]:
    """The names of a state by language; none for a code that is no territory's.

    Args:
        territory: ISO 3166-1, two capital letters.
    """
    return _table().get(territory, {})


def is_territory(code: str) -> bool:
    """Whether there are names for a code."""
    return code in _table()


def generate() -> str:
    """The table as Babel has it now."""
    from babel import Locale, __version__  # not read where the pack is only used

    names: dict[str, dict[str, list[str]]] = {}
    for language, locales in LANGUAGES.items():
        for locale in locales:
            for code, name in Locale.parse(locale).territories.items():
                if len(code) == 2 and code.isalpha() and code not in _NOT_COUNTRIES.split():
                    listed = names.setdefault(code, {}).setdefault(language, [])
                    left_out = {*_WORDS_TOO.get(code, "").split(), *listed}
                    listed += [one for one in _apart(code, name) if one not in left_out]
    source = {
        "source": f"Unicode CLDR, by way of Babel {__version__}",
        "licence": "Unicode License V3, https://www.unicode.org/license.txt, copyright 1991-2025 Unicode, Inc.",
    }
    lines = [f"  {json.dumps(code)}: {_written(names[code])}" for code in sorted(names)]
    head = ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in source.items())
    return "{\n" + head + ',\n "names": {\n' + ",\n".join(lines) + "\n }\n}\n"


def _written(names: Mapping[str, list[str]]) -> str:
    return json.dumps({language: listed for language, listed in names.items() if listed}, ensure_ascii=False)


def _apart(code: str, name: str) -> list[str]:
    first, _, second = name.replace("）", ")").replace("（", "(").removesuffix(")").partition("(")
    return [first.strip(), second.strip()] if second and code in _TWO_NAMES else [first.strip()]


if __name__ == "__main__":
    TABLE.write_text(generate(), encoding="utf-8")
