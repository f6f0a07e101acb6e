"""A silence: what a desk holds back for a while, in `silences/*.yaml`.

    silences:
      - id: maintenance
        match: {watch: kabul-desk, entity: [ttp, actor/isk]}
        from: 2026-11-24T08:00+04:30
        until: 2026-11-24T18:00+04:30
        by: Sana
        why: planned exercise

It holds an alert that fits every key of `match`; a key fits when one of its values does. `entity` is stricter: all that
the alert is about must be among its values, so that an alert that also names someone else is told.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from schemas import Severity
from schemas.event import Identifier, UtcDatetime
from services.alerting.watching.one_or_more import Countries, Languages, OneOrMore, Texts

LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Subject:
    """Of an alert, or of several that are told together."""

    watch: str
    owner: str | None
    severity: Severity
    entities: frozenset[str]
    """Labels: `actor/ttp`."""
    topics: frozenset[str] = frozenset()
    """Ids of the topics of the article; nothing where there are several articles."""
    sources: frozenset[str] = frozenset()
    """Ids."""
    countries: frozenset[str] = frozenset()
    """Of the sources; the empty one is of a source without."""
    languages: frozenset[str] = frozenset()
    """Of the articles, without script and region; the empty one is an unknown one."""


def read_moment(written: object) -> datetime:
    """A moment with its zone."""
    if isinstance(written, datetime) and written.tzinfo is not None:
        return written
    example = "write it with its zone, like 2026-11-24T18:00Z or 2026-11-24T18:00+04:30"
    try:
        moment = datetime.fromisoformat(written if isinstance(written, str) else "")
    except ValueError:
        raise ValueError(f"not a moment; {example}") from None
    if moment.tzinfo is None:
        raise ValueError(f"a moment without a zone; {example}")
    return moment


_Fits = Callable[[Any, frozenset[str]], bool]


class Matcher(BaseModel):
    """Which alerts."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    watch: Texts | None = None
    """Ids of watches."""
    owner: Texts | None = None
    """Owners of watches."""
    severity: OneOrMore[Severity] | None = None
    """Severities of watches."""
    entity: Texts | None = None
    """Actors, phrases and topics that were met: labels (`actor/ttp`), or what stands behind the stroke."""
    topic: Texts | None = None
    """Topics of the article."""
    source: Texts | None = None
    """Ids of sources."""
    country: Countries | None = None
    """Countries of sources."""
    language: Languages | None = None
    """Languages of articles: `en` is also en-GB."""

    @model_validator(mode="after")
    def _not_all(self) -> "Matcher":
        if not self.model_fields_set:
            keys = ", ".join(type(self).model_fields)
            raise ValueError(f"a silence of everything; say what it holds by one of {keys}")
        return self

    def fits(self, subject: Subject) -> bool:
        """Whether it is what is to be held."""
        return all(fits(getattr(subject, of_subject), wanted) for of_subject, fits, wanted in self._asked)

    @cached_property
    def _asked(self) -> tuple[tuple[str, _Fits, frozenset[str]], ...]:
        """What it asks for: an attribute of the subject, how it must fit, and the values."""
        return tuple(
            (of_subject, fits, frozenset(wanted))
            for key, (of_subject, fits) in _FITS.items()
            if (wanted := getattr(self, key)) is not None
        )


def _is_among(value: str | None, wanted: frozenset[str]) -> bool:
    return value in wanted


def _one_is_among(values: frozenset[str], wanted: frozenset[str]) -> bool:
    return not values.isdisjoint(wanted)


def _all_are_among(values: frozenset[str], wanted: frozenset[str]) -> bool:
    return bool(values) and all(value in wanted or value.partition("/")[2] in wanted for value in values)


_FITS: Final[Mapping[str, tuple[str, _Fits]]] = {
    "watch": ("watch", _is_among),
    "owner": ("owner", _is_among),
    "severity": ("severity", _is_among),
    "entity": ("entities", _all_are_among),
    "topic": ("topics", _one_is_among),
    "source": ("sources", _all_are_among),
    "country": ("countries", _all_are_among),
    "language": ("languages", _all_are_among),
}
"""Of each key: where what it is held against stands in a subject, and how it must fit."""


class Silence(BaseModel):
    """What is held back, from when until when, by whom and why."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, validate_by_name=True)

    id: Identifier
    """Unique: what it holds is remembered under it, also when its other values change."""
    match: Matcher
    """Which alerts."""
    begins: Annotated[UtcDatetime, BeforeValidator(read_moment), Field(alias="from")]
    """It holds from then on."""
    until: Annotated[UtcDatetime, BeforeValidator(read_moment)]
    """What it held is told then."""
    by: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    """Who made it."""
    why: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    """Why."""

    @model_validator(mode="before")
    @classmethod
    def _with_an_end(cls, written: object) -> object:
        if isinstance(written, Mapping) and written.get("until") is None:
            raise ValueError("a silence without an end; add until: a moment with its zone, like 2026-11-24T18:00Z")
        return written

    @model_validator(mode="after")
    def _in_order(self) -> "Silence":
        if self.until < self.begins:
            raise ValueError("a silence that ends before it begins; correct from or until")
        if self.until - self.begins > LONGEST:
            raise ValueError("a silence of more than a year; end it earlier, or take out what it silences")
        return self

    def in_force(self, at: datetime) -> bool:
        """Whether it holds alerts at this instant."""
        return self.begins <= at < self.until
