"""What a field takes is told in words, with its bounds."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, Field, JsonValue, SecretStr, StringConstraints

from schemas.event import Identifier
from services.alerting.watching.clauses import Clause
from services.alerting.watching.terms import Term
from services.backbone.addresses import Network
from services.cli.docs.types import models_in, told


class Inner(BaseModel):
    """Something that has a section of its own."""


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Everything(BaseModel):
    text: str
    short: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    filled: Annotated[str, Field(min_length=1)]
    id: Identifier
    shaped: Annotated[str, StringConstraints(pattern=r"^x+$", max_length=9)]
    secret: SecretStr | None
    number: Annotated[int, Field(ge=1, le=65_535)]
    share: Annotated[float, Field(gt=0)]
    most: Annotated[int, Field(lt=9)]
    duration: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(days=7))]
    when: time | None
    at: AwareDatetime
    since: datetime
    path: Path
    yes: bool
    word: Literal["one", "two", "three"]
    colour: Colour | None
    one: Inner | None
    several: Annotated[tuple[Inner, ...], Field(min_length=1, max_length=100)]
    texts: tuple[Annotated[str, StringConstraints(max_length=320)], ...]
    few: Annotated[dict[str, object], Field(max_length=50)]
    by_name: dict[str, tuple[str, ...]]
    pair: tuple[str, int]
    networks: Annotated[tuple[Network, ...], Field(max_length=50)]
    either: str | Inner
    term: Term
    clause: Clause
    data: JsonValue


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("text", "text"),
        ("short", "text, 1 to 20 characters"),
        ("filled", "text, not empty"),
        ("id", "id"),
        ("shaped", "text, at most 9 characters, `^x+$`"),
        ("secret", "text, or null"),
        ("number", "whole number, 1 to 65,535"),
        ("share", "number, more than 0"),
        ("most", "whole number, less than 9"),
        ("duration", "duration, more than 0s, up to 1w"),
        ("when", "time of day"),
        ("at", "moment"),
        ("since", "moment"),
        ("path", "path"),
        ("yes", "true or false"),
        ("word", "`one`, `two` or `three`"),
        ("colour", "`red` or `blue`, or null"),
        ("one", "[Inner], or null"),
        ("several", "list of [Inner], 1 to 100"),
        ("texts", "list of (text, at most 320 characters)"),
        ("by_name", "mapping of text to list of text"),
        ("few", "mapping of text to anything, at most 50"),
        ("pair", "list of 2: text and whole number"),
        ("networks", "list of network, at most 50"),
        ("either", "text or [Inner]"),
        ("term", "[term](#terms-and-clauses)"),
        ("clause", "[term or clause](#terms-and-clauses)"),
        ("data", "JSON"),
    ],
)
def test_a_type_is_told_in_words(name: str, words: str) -> None:
    assert told(Everything.model_fields[name], lambda model: f"[{model.__name__}]") == words


def test_models_are_found_however_deep() -> None:
    assert list(models_in(dict[str, tuple[Annotated[Inner | None, Field()], ...]])) == [Inner]
    assert list(models_in(dict[str, int])) == []
