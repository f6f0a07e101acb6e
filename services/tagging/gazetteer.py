"""What a pack says: actors and their aliases, decoys, concepts, and the rules of topics."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from schemas import ActorKind
from schemas.event import Identifier
from services.matching.acronyms import is_acronym
from services.matching.expressions import Expression, Reference, Scope, Term, UnreadableTerm, parse_term
from services.matching.lexicon import Case

Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z]+)*$")]


def _as_alias(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


def _rule_term(value: object) -> Term:
    """A term, or `{kind: k, distinct: n}`: n different actors of a kind."""
    if isinstance(value, dict) and value.keys() == {"kind", "distinct"}:
        term = parse_term({"kind": value["kind"]})
        if isinstance(term, Reference) and isinstance(value["distinct"], int) and value["distinct"] > 1:
            return term._replace(distinct=value["distinct"])
        raise UnreadableTerm(f"{value!r}: distinct is a number of actors, 2 or more")
    return parse_term(value)


def _as_written(term: Term) -> str | dict[str, str | int]:
    if not isinstance(term, Reference):
        return term.text
    return {term.kind: term.id} if term.distinct == 1 else {term.kind: term.id, "distinct": term.distinct}


RuleTerm = Annotated[
    Term,
    PlainValidator(_rule_term),
    PlainSerializer(_as_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {
                    "type": "object",
                    "minProperties": 1,
                    "properties": {"distinct": {"type": "integer", "minimum": 2}},
                    "additionalProperties": {"type": "string"},
                },
            ]
        }
    ),
]
"""A phrase, or one of `{actor: id}`, `{kind: k}`, `{kind: k, distinct: 2}`, `{concept: id}`."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Alias(_Entry):
    """One name of an actor, as a language writes it."""

    text: Annotated[str, Field(min_length=1)]
    """The name."""
    case: Case | None = None
    """`exact`: only as written here; `any`: in capitals or small. Left out: exact for Latin acronyms, else any."""
    requires: tuple[RuleTerm, ...] = ()
    """It counts only where one of these stands near it, or in the title."""
    excludes: tuple[RuleTerm, ...] = ()
    """It does not count where one of these stands near it."""
    within: Annotated[int, Field(gt=1)] = 30
    """What near means to both, in words."""
    weak: bool = False
    """It counts if the article names the actor by another name too, or else where `requires` is met."""
    short: bool = False
    """A short form, as a surname: it counts only after a longer name of the actor in the same article."""
    seat: bool = False
    """A capital or seat: it counts only where it acts as a government does, and is then no place."""
    variants: bool = False
    """Its usual transliterations are names too (services/matching/variants.py)."""

    @property
    def exact(self) -> bool:
        """Whether capitals must be as written."""
        return self.case == "exact" or (self.case is None and is_acronym(self.text))

    @property
    def is_certain(self) -> bool:
        """Whether it counts wherever it stands."""
        return not (self.requires or self.excludes or self.weak or self.short or self.seat)


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
    member_of: tuple[Identifier, ...] = ()
    """Of a person: the organisations, groups and states that it acts for."""
    wikidata: Annotated[str, Field(pattern=r"^Q[1-9][0-9]*$")] | None = None
    """Its item there, where that is sure."""
    territory: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    """Of a state: its ISO 3166 code; what CLDR calls it in the languages of the pack are names too (states.py)."""
    aliases: AliasesByLanguage = {}
    """Other names, by language."""
    surname: bool = True
    """Of a person: whether the surname alone counts after a full name in the same article."""

    @property
    def names(self) -> tuple[Alias, ...]:
        """Every name that it is found by."""
        own = () if "(" in self.name else (Alias.model_construct(text=self.name),)
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

    id: Identifier | None = None
    """Unique in its topic: what a layer changes it by."""
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


class Learned(_Entry):
    """What labelled articles say of the signs of a topic (learned.py); written by `python -m tests.bench.accuracy`."""

    bias: float
    """What is known before any sign, in log odds."""
    signs: dict[str, float] = {}
    """Weights of what the rules come to, by their names in learned.py."""
    concepts: dict[Identifier, float] = {}
    """Weights of concepts, whether a rule of the topic speaks of them or not."""
    kinds: dict[ActorKind, float] = {}
    """Weights of kinds of actors."""

    @property
    def terms(self) -> dict[Term, float]:
        """The weights of concepts and kinds, as terms."""
        concepts: dict[Term, float] = {Reference("concept", concept): value for concept, value in self.concepts.items()}
        return concepts | {Reference("kind", kind): value for kind, value in self.kinds.items()}


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
    learned: Learned | None = None
    """What decides in place of the threshold, from which it then only takes the scale of the score. `null` in a layer:
    the threshold decides."""


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
