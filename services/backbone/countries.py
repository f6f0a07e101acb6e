"""Countries as people write them in the configuration: ISO 3166-1 alpha-2, as CLDR knows them."""

import re
from functools import cache
from typing import Final

_NO_COUNTRIES: Final = frozenset({"XA", "XB", "ZZ"})
"""CLDR's own: two for pseudo-locales, and what is unknown."""
_MEANT: Final = {"UK": "GB", "EN": "GB"}


@cache
def country_codes() -> frozenset[str]:
    """All codes, in capitals."""
    from babel import Locale  # its data takes a moment to load, and few files name a country

    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if re.fullmatch("[A-Z]{2}", code)) - _NO_COUNTRIES


def meant_country(written: str) -> str | None:
    """The code that something else most likely stands for; None where there is none."""
    code = _MEANT.get(written.upper(), written.upper())
    return code if code in country_codes() else None


def checked_country(written: str) -> str:
    """ISO 3166-1 alpha-2, in capitals."""
    if written not in country_codes():
        example = meant_country(written) or "AF"
        raise ValueError(f"not a country's code of two capital letters; write it like {example}")
    return written
