"""A severe watch hides the lesser ones that the same article meets.

    inhibitions:
      - {source: {severity: critical}, target: {severity: [low, normal]}, equal: [owner]}

A watch that a `target` fits is outranked by one that the `source` fits if both agree in everything under `equal`; what
both lack is equal. As in Alertmanager, a watch never hides itself, and one that fits both sides is hidden only by one
that does not.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from schemas import Severity
from schemas.event import Identifier
from services.alerting.watching.watch import Watch

_SEVERITIES: Final = get_args(Severity)


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Matcher(BaseModel):
    """Which watches are meant; each key that is written must fit. A value, or a list of which one must be it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: Annotated[tuple[Identifier, ...] | None, BeforeValidator(_as_tuple)] = None
    """Ids of watches."""
    owner: Annotated[tuple[Identifier, ...] | None, BeforeValidator(_as_tuple)] = None
    """Their owners."""
    severity: Annotated[tuple[Severity, ...] | None, BeforeValidator(_as_tuple)] = None
    """How much they matter."""
    topic: Annotated[tuple[Identifier, ...] | None, BeforeValidator(_as_tuple)] = None
    """Their own alert topics."""

    @model_validator(mode="after")
    def _says_something(self) -> "Matcher":
        if not any((self.id, self.owner, self.severity, self.topic)):
            raise ValueError("fits every watch, or none; write an id, owner, severity or topic")
        return self

    def fits(self, watch: Watch) -> bool:
        """Whether a watch is meant."""
        return (
            (self.severity is None or watch.severity in self.severity)
            and (self.owner is None or watch.owner in self.owner)
            and (self.id is None or watch.id in self.id)
            and (self.topic is None or watch.topic in self.topic)
        )


class Inhibition(BaseModel):
    """One rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    source: Matcher
    """What hides."""
    target: Matcher
    """What is hidden."""
    equal: Annotated[tuple[Literal["owner", "severity", "topic"], ...], Field(max_length=3)] = ()
    """What both must have in common."""


def outranked(met: Sequence[Watch], rules: Iterable[Inhibition]) -> Mapping[str, str]:
    """Of the watches that one article meets those that are hidden, with the id of what hides each: by the first rule
    that does, the most severe."""
    hidden = dict[str, str]()
    by_severity = sorted(met, key=lambda watch: -_SEVERITIES.index(watch.severity))
    for rule in rules:
        sources = defaultdict[tuple[object, ...], list[Watch]](list)
        for watch in by_severity:
            if rule.source.fits(watch):
                sources[_common(watch, rule)].append(watch)
        for watch in met if sources else ():
            if watch.id not in hidden and rule.target.fits(watch):
                both = rule.source.fits(watch)
                for other in sources.get(_common(watch, rule), ()):
                    if other is not watch and not (both and rule.target.fits(other)):
                        hidden[watch.id] = other.id
                        break
    return hidden


def _common(watch: Watch, rule: Inhibition) -> tuple[object, ...]:
    return tuple([getattr(watch, key) for key in rule.equal])
