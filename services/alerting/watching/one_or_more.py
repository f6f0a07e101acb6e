"""Values that a desk writes by themselves or in a list: of silences, routes and the like."""

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from services.backbone.countries import checked_country


def _listed(written: object) -> object:
    return (written,) if isinstance(written, str) else written


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError("an empty list; name one at least, or leave the key out")
    return values


def _language(written: str) -> str:
    if not re.fullmatch("[a-z]{2,3}", written):
        raise ValueError("not a language's code; write it like ps, without script and region")
    return written


T = TypeVar("T")
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_listed), AfterValidator(_some)]
"""One value, or a list of them that is not empty."""
Texts = OneOrMore[Annotated[str, StringConstraints(min_length=1, max_length=200)]]
"""Ids, or what people call something."""
Countries = OneOrMore[Annotated[str, AfterValidator(checked_country)]]
"""ISO 3166-1 codes of two letters."""
Languages = OneOrMore[Annotated[str, AfterValidator(_language)]]
"""Language codes, without script and region."""
