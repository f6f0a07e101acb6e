"""A watch: what a desk may write in `watches/*.yaml`.

    watches:
      - id: kabul-desk
        any: [{actor: ttp}, {kind: armed-group}, {topic: safe-havens}, "Bagram air base"]

It is met by an article that has every `all` term, at least one `any` term if there are some, and no `none` term,
wherever they stand in it.
"""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, PlainValidator, StringConstraints

from schemas import Severity, WatchSummary
from schemas.event import Identifier
from services.backbone.configuration import nearest
from services.matching.expressions import Expression, Term, UnreadableTerm, parse_term

TERM_FORMS: Final = {"actor": "{actor: id}", "topic": "{topic: id}", "kind": "{kind: armed-group}"}


def _read_term(value: object) -> Term:
    """A term as a desk writes it."""
    otherwise = f"write a phrase, or one of {', '.join(TERM_FORMS.values())}"
    if isinstance(value, Mapping) and len(value) == 1 and (key := str(next(iter(value)))) not in TERM_FORMS:
        raise ValueError(f"unknown kind of term {key[:50]!r}; {nearest(key, TERM_FORMS, otherwise)}")
    try:
        return parse_term(value)
    except UnreadableTerm:
        raise ValueError(f"neither a phrase nor a reference; {otherwise}") from None


WatchTerm = Annotated[Term, PlainValidator(_read_term)]
"""A phrase, or one of `{actor: id}`, `{topic: id}`, `{kind: armed-group}`."""


class Watch(BaseModel):
    """Whom or what a desk wants to be told of."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Identifier
    """Unique and lasting: what rang is remembered under it."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = ""
    """For people; the id where it is left out."""
    all: tuple[WatchTerm, ...] = ()
    """Terms that the article must have, each of them."""
    any: tuple[WatchTerm, ...] = ()
    """Terms of which the article must have one."""
    none: tuple[WatchTerm, ...] = ()
    """Terms that the article must not have."""
    severity: Severity = "normal"
    """How much it matters."""
    topic: Identifier | None = None
    """Also write its alerts to the topic `alerts.<topic>`."""
    channels: tuple[Identifier, ...] | None = None
    """Where its alerts go; left out: the default channels. An empty list: nowhere but to the topics."""

    @property
    def required(self) -> tuple[Term, ...]:
        """The terms that can make it ring."""
        return self.all + self.any

    def expression(self) -> Expression:
        """The watch as the matching engine takes it."""
        return Expression(self.all, self.any, self.none, scope="article")

    def summary(self) -> WatchSummary:
        """What an alert says of it."""
        return WatchSummary(id=self.id, name=self.name or self.id, severity=self.severity, topic=self.topic)
