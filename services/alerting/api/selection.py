"""Which alerts somebody asks for and may see. The store and the live stream select by the same labels.

An alert has labels like `severity/high` and `entity/actor/ttp`. A selection is a list of clauses, each a set of labels;
it takes an alert that has one label at least of every clause. Pure.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas import ActorKind, Alert, Reason, Severity
from schemas.alert import Action
from schemas.event import Identifier
from services.alerting.api.tokens import Reach
from services.alerting.routing.labels import labels_of

TELLS: Final = "tells/true"
SILENT: Final = "tells/false"
NEWEST: Final = "newest/any"
"""No later record of the same alert is there."""
NEWEST_TOLD: Final = "newest/told"
"""People are told of it, and of no later record of the same alert."""
ACKNOWLEDGED: Final = "acknowledged/true"
OPEN: Final = "acknowledged/false"

MOST_VALUES: Final = 50

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}$")]
_Country = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2}$")]


class Filters(BaseModel):
    """What of the alerts is wanted. Of values of one name one must fit, and every name that is given."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    watch: tuple[Identifier, ...] = Field(default=(), max_length=MOST_VALUES)
    """Ids of watches."""
    owner: tuple[Identifier, ...] = Field(default=(), max_length=MOST_VALUES)
    """Owners of watches."""
    severity: tuple[Severity, ...] = Field(default=(), max_length=MOST_VALUES)
    """Severities of watches."""
    kind: tuple[ActorKind, ...] = Field(default=(), max_length=MOST_VALUES)
    """Kinds of actors that were met."""
    entity: tuple[_Text, ...] = Field(default=(), max_length=MOST_VALUES)
    """Actors, topics and phrases that were met: `ttp`, or with its kind as in `actor/ttp`."""
    topic: tuple[Identifier, ...] = Field(default=(), max_length=MOST_VALUES)
    """Topics of the article."""
    language: tuple[_Language, ...] = Field(default=(), max_length=MOST_VALUES)
    """Languages of articles, without region: `en` is also en-GB."""
    country: tuple[_Country, ...] = Field(default=(), max_length=MOST_VALUES)
    """Countries of sources, as two letters."""
    source: tuple[Identifier, ...] = Field(default=(), max_length=MOST_VALUES)
    """Ids of sources."""
    reason: tuple[Reason, ...] = Field(default=(), max_length=MOST_VALUES)
    """Why it rang."""
    action: tuple[Action, ...] = Field(default=(), max_length=MOST_VALUES)
    """Whether it rings or updates."""
    all: bool = False
    """Also records that nobody is told of: held ones, and copies."""

    def clauses(self) -> Iterator[frozenset[str]]:
        """What an alert must have."""
        if not self.all:
            yield frozenset([TELLS])
        for key in _KEYS:
            if values := getattr(self, key):
                yield frozenset(f"{key}/{_AS_STORED.get(key, str)(value)}" for value in values)


_KEYS: Final = tuple(name for name in Filters.model_fields if name != "all")
_AS_STORED: Final = {"language": str.lower, "country": str.upper}


@dataclass(frozen=True, slots=True)
class Selection:
    """Clauses, each of labels: of every clause an alert must have one."""

    clauses: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, reach: Reach, filters: Filters | None = None, *, one_each: bool = False) -> "Selection":
        """What is wanted, as far as it may be seen.

        Args:
            reach: what may be seen.
            filters: what is wanted; None: all that tells.
            one_each: of each alert only its newest record, or its newest that tells where only those are wanted.
        """
        filters = filters or Filters()
        clauses = list(filters.clauses())
        if one_each:
            clauses.append(frozenset([NEWEST if filters.all else NEWEST_TOLD]))
        if not reach.everything:
            clauses.append(labels_of_reach(reach))
        return cls(tuple(clauses))

    def also(self, *labels: str) -> "Selection":
        """Of these only what has one of the labels."""
        return Selection((*self.clauses, frozenset(labels)))

    def takes(self, labels: Set[str]) -> bool:
        """Whether an alert with these labels is selected."""
        return not any(clause.isdisjoint(labels) for clause in self.clauses)


def stored_labels(alert: Alert) -> frozenset[str]:
    """The labels that an alert has for ever; `NEWEST` and the like come and go."""
    of_keys = (label for key, values in labels_of(alert).items() for label in _labels(key, values))
    return frozenset([*of_keys, TELLS if alert.tells else SILENT])


def labels_of_reach(reach: Reach) -> frozenset[str]:
    """The labels of which an alert needs one to be seen, where not everything is."""
    return _labels("watch", reach.watches) | _labels("owner", reach.owners)


def _labels(key: str, values: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{key}/{value}" for value in values)
