"""What a pack says: actors and their aliases, decoys, concepts, and the rules of topics."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from schemas import ActorKind
from schemas.event import Identifier
from services.matching.acronyms import is_acronym
from services.matching.expressions import Expression, Reference, Scope, Term, parse_term
from services.matching.lexicon import Case

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]+)*$")]


def _as_alias(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _as_written(term: Term) -> str | dict[str, str]:
    return {term.kind: term.id} if isinstance(term, Reference) else term.text


RuleTerm = Annotated[
    Term,
    PlainValidator(parse_term),
    PlainSerializer(_as_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"type": "string"}},
            ]
        }
    ),
]
"""A phrase, or one of `{actor: id}`, `{kind: k}`, `{concept: id}`."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Alias(_Entry):
    """One name of an actor, as a language writes it."""

    text: Annotated[str, Field(min_length=1)]
    """The name."""
    case: Case | None = None
    """`exact`: only as written here; `any`: in capitals or small. Left out: exact for Latin acronyms, else any."""

    @property
    def exact(self) -> bool:
        """Whether capitals must be as written."""
        return self.case == "exact" or (self.case is None and is_acronym(self.text))


AliasesByLanguage = dict[Language, tuple[Annotated[Alias, BeforeValidator(_as_alias)], ...]]


class Actor(_Entry):
    """Someone or something that articles name. Named is not blamed."""

    id: Identifier
    """Unique among actors."""
    name: Annotated[str, Field(min_length=1)]
    """The name for people; an alias too, unless it holds parentheses."""
    kind: ActorKind
    """What kind of actor it is."""
    part_of: Identifier | None = None
    """The actor that it belongs to, if any."""
    aliases: AliasesByLanguage = {}
    """Other names, by language."""

    @property
    def names(self) -> tuple[Alias, ...]:
        """Every name that it is found by."""
        own = () if "(" in self.name else (Alias(text=self.name),)
        listed = tuple(alias for aliases in self.aliases.values() for alias in aliases)
        return (*(alias for alias in own if alias.text not in {a.text for a in listed}), *listed)


class Concept(_Entry):
    """An idea, by the words that languages have for it."""

    id: Identifier
    """Unique among concepts."""
    phrases: dict[Language, tuple[Annotated[str, Field(min_length=1)], ...]]
    """Phrases by language; `*` after a letter stands for any ending of that word."""


class Rule(_Entry):
    """One sign of a topic: an expression and its weight."""

    weight: float = 1
    """What each sentence in which the rule fires adds to the score."""
    all: tuple[RuleTerm, ...] = ()
    """Terms that must stand there, each of them."""
    any: tuple[RuleTerm, ...] = ()
    """Terms of which one must stand there."""
    none: tuple[RuleTerm, ...] = ()
    """Terms that must not stand there."""
    scope: Scope = "sentence"
    """Where they must stand together."""
    within: Annotated[int, Field(gt=1)] | None = None
    """Words that they must stand within."""

    def model_post_init(self, context: Any, /) -> None:
        self.expression()

    def expression(self) -> Expression:
        """The rule as the matching engine takes it."""
        return Expression(self.all, self.any, self.none, self.scope, self.within)


class Topic(_Entry):
    """A subject under which an analyst files an article."""

    id: Identifier
    """Unique among topics."""
    name: Annotated[str, Field(min_length=1)]
    """The name for people."""
    threshold: Annotated[float, Field(gt=0)] = 2
    """The score from which an article is filed under it."""
    rules: Annotated[tuple[Rule, ...], Field(min_length=1)]
    """Their weights add up to the score."""


class Pack(_Entry):
    """All that tagging knows of a region."""

    actors: tuple[Actor, ...] = ()
    """Who is looked for."""
    decoys: dict[Language, tuple[Annotated[str, Field(min_length=1)], ...]] = {}
    """Longer names that hide an alias inside them, and tag nothing."""
    concepts: tuple[Concept, ...] = ()
    """What rules speak of."""
    topics: tuple[Topic, ...] = ()
    """What articles are filed under."""
