"""The language of topic rules, whose terms watches have too: which must stand together, and where.

An expression fires in a sentence (or in the title, or once in the whole article) when every `all` term, at least one of
the `any` terms if there are some, and no `none` term stand there; `within` n: all of them inside n words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, get_args

ReferenceKind = Literal["actor", "concept", "kind", "topic"]
Scope = Literal["sentence", "article", "title"]


class NothingRequired(ValueError):
    """An expression has no term that must be there."""


class UnreadableTerm(ValueError):
    """A term is neither a phrase nor a reference."""


class Phrase(NamedTuple):
    """Words to be found as they are written; `*` after a letter stands for any ending of that word."""

    text: str

    @property
    def label(self) -> str:
        return self.text


class Reference(NamedTuple):
    """Something that the pack defines: an actor, any actor of a kind, a concept, a topic."""

    kind: ReferenceKind
    id: str
    distinct: int = 1
    """Of a kind: how many different actors of it must be there."""

    @property
    def label(self) -> str:
        return self.id if self.distinct == 1 else f"{self.distinct} x {self.id}"


Term = Phrase | Reference


class Occurrence(NamedTuple):
    """One place in a document where a term stands."""

    start: int
    """First code point, in the document."""
    end: int
    """One past the last."""
    sentence: int
    """Number of its sentence; the title is sentence 0."""
    place: int
    """Where it begins in the folded text: what its word is counted by."""


TITLE: Final = 0
"""The title's sentence number."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Terms that must, may and must not stand together.

    Raises:
        NothingRequired: neither `all` nor `any` has a term: it would fire everywhere.
    """

    all: tuple[Term, ...] = ()
    any: tuple[Term, ...] = ()
    none: tuple[Term, ...] = ()
    scope: Scope = "sentence"
    within: int | None = None
    groups: tuple[tuple[Term, ...], ...] = field(init=False, repr=False, compare=False)
    """What is required: one term of each group."""

    def __post_init__(self) -> None:
        if not self.all and not self.any:
            raise NothingRequired("an expression needs at least one term under 'all' or 'any'")
        groups = (*((term,) for term in self.all), *((self.any,) if self.any else ()))
        object.__setattr__(self, "groups", groups)


def parse_term(value: object) -> Term:
    """Read a term as people write it: a phrase, or one of `{actor: id}`, `{kind: k}`, `{concept: id}`, `{topic: id}`.

    Raises:
        UnreadableTerm: it is something else.
    """
    if isinstance(value, Phrase | Reference):
        return value
    if isinstance(value, str) and value.strip():
        return Phrase(value)
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, identifier),) = value.items()
        if kind in get_args(ReferenceKind) and isinstance(identifier, str):
            return Reference(kind, identifier)
    kinds = ", ".join(f"{{{kind}: id}}" for kind in get_args(ReferenceKind))
    raise UnreadableTerm(f"{value!r} is no term; write a phrase, or one of {kinds}")
