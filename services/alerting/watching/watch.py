"""A watch: what a desk may write in `watches/*.yaml`.

    watches:
      - id: kabul-desk
        owner: kabul
        actors: [ttp, {id: taliban, parts: true}]
        names: [Hekmatullah]
        phrases: ["Bagram air base"]
        all: [{topic: safe-havens}]
        none: [{same_sentence: [cricket, {kind: state}]}]
        filters: {languages: [ur, ps], tiers: [1, 2], salience: 0.3}
        severity: high

An article meets it that has every `all`, one at least of `any`, `actors`, `names`, `topics` and `phrases` together if
there are some, and no `none`; and that passes every filter. terms.py says what may stand in these lists, clauses.py how
it is nested, policy.py when people are told.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, PlainValidator, StringConstraints

from schemas import Severity, WatchSummary
from schemas.event import Identifier
from services.alerting.watching.clauses import AllOf, AnyOf, Asked, Barred, Clause, NoneOf, asked
from services.alerting.watching.filters import Filters
from services.alerting.watching.policy import Cooldown, Digest, Group, Hours, Limit
from services.alerting.watching.terms import Term, read_actor, read_name, read_phrase, read_topic
from services.backbone.durations import Duration

CHOICES: Final = ("any", "actors", "names", "topics", "phrases")
"""The keys of what an article must have one of."""


class Watch(BaseModel):
    """Whom or what a desk wants to be told of."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Identifier
    """Unique and lasting: what rang is remembered under it."""
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] = ""
    """For people; the id where it is left out."""
    owner: Identifier | None = None
    """Whose it is."""
    enabled: bool = True
    """`false`: it is checked, and rings for nothing."""
    actors: tuple[Annotated[Term, PlainValidator(read_actor)], ...] = ()
    """Actors of the pack: an id, or `{id: taliban, parts: true}` for those who are part or member of it too."""
    names: tuple[Annotated[Term, PlainValidator(read_name)], ...] = ()
    """Names that the pack does not have, with their usual transliterations; `{text: Hekmatullah, variants: false}` is
    found as written only."""
    topics: tuple[Annotated[Term, PlainValidator(read_topic)], ...] = ()
    """Topics of the pack."""
    phrases: tuple[Annotated[Term, PlainValidator(read_phrase)], ...] = ()
    """Words as they stand in articles; `*` after a letter stands for any ending of that word."""
    all: tuple[Asked, ...] = ()
    """What the article must have, each of them."""
    any: tuple[Asked, ...] = ()
    """What the article must have one of; actors, names, topics and phrases count here too."""
    none: tuple[Barred, ...] = ()
    """What the article must not have."""
    filters: Filters = Filters()
    """What it asks of the article beside its words."""
    max_age: Duration = timedelta(days=7)
    """What was published longer ago when it is first seen is on the topic and tells nobody."""
    severity: Severity = "normal"
    """How much it matters."""
    hours: Hours | None = None
    """When people are told; left out: at any time."""
    group: Group | None = None
    """What is told in one alert."""
    cooldown: Cooldown | None = None
    """How long nothing further is told after an alert."""
    digest: Digest | None = None
    """Tell at these times only, all at once."""
    limit: Limit | None = None
    """The most alerts in a time."""
    ring_last: Duration = timedelta(0)
    """A new watch is first held against stored articles, quietly; what was published within this time rings."""
    topic: Identifier | None = None
    """Also write its alerts to the topic `alerts.<topic>`."""
    channels: tuple[Identifier, ...] | None = None
    """Where its alerts go; left out: the default channels. An empty list: nowhere but to the topics."""

    @property
    def choices(self) -> tuple[Clause, ...]:
        """What the article must have one of."""
        return self.any + self.actors + self.names + self.topics + self.phrases

    def lists(self) -> Iterator[tuple[str, tuple[Clause, ...]]]:
        """Its lists of clauses by their keys, without those that are empty."""
        for key in ("all", *CHOICES, "none"):
            if clauses := getattr(self, key):
                yield key, clauses

    @property
    def clause(self) -> AllOf:
        """All that it asks of the words of an article."""
        any_of = (AnyOf(self.choices),) if self.choices else ()
        none_of = (NoneOf(self.none),) if self.none else ()
        return AllOf((*self.all, *any_of, *none_of))

    @property
    def required(self) -> tuple[Term, ...]:
        """The terms that can make it ring, each once."""
        return tuple(dict.fromkeys(asked(self.clause)))

    def summary(self) -> WatchSummary:
        """What an alert says of it."""
        return WatchSummary(
            id=self.id, name=self.name or self.id, severity=self.severity, owner=self.owner, topic=self.topic
        )
