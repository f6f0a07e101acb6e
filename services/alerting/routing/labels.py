"""What of an alert its route is chosen by, and how a route asks for it.

    match: {owner: kabul, severity: [high, critical]}    # every key must agree, one of its values
    unless: {topic: sport}                               # no key may agree

An alert that stands for several has the sources, countries and languages of all; else what it shows.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from schemas import ActorKind, Alert, Reason, Severity
from schemas.alert import Action
from schemas.event import Identifier
from services.alerting.match.things import label

Labels = Mapping[str, frozenset[str]]
"""Of each key of `Conditions` the values that an alert has."""


def _listed(written: object) -> object:
    return (written,) if isinstance(written, str) else written


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError("an empty list; name one at least, or leave the key out")
    return values


def _country(written: str) -> str:
    if not re.fullmatch("[A-Z]{2}", written):
        raise ValueError("not a country's code of two capital letters; write it like AF")
    return written


def _language(written: str) -> str:
    if not re.fullmatch("[a-z]{2,3}", written):
        raise ValueError("not a language's code; write it like ps, without script and region")
    return written


T = TypeVar("T")
_OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_listed), AfterValidator(_some)]
_Texts = _OneOrMore[Annotated[str, StringConstraints(min_length=1, max_length=200)]]


class Conditions(BaseModel):
    """What a route asks of an alert: a value, or a list of which one must be it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    watch: _OneOrMore[Identifier] | None = None
    """Ids of watches."""
    owner: _OneOrMore[Identifier] | None = None
    """Owners of watches."""
    severity: _OneOrMore[Severity] | None = None
    """Severities of watches."""
    kind: _OneOrMore[ActorKind] | None = None
    """Kinds of actors that were met."""
    entity: _Texts | None = None
    """Actors, phrases and topics that were met: labels (`actor/ttp`), or what stands behind the stroke."""
    topic: _OneOrMore[Identifier] | None = None
    """Topics of the article."""
    language: _OneOrMore[Annotated[str, AfterValidator(_language)]] | None = None
    """Languages of articles: `en` is also en-GB."""
    country: _OneOrMore[Annotated[str, AfterValidator(_country)]] | None = None
    """Countries of sources."""
    source: _OneOrMore[Identifier] | None = None
    """Ids of sources."""
    reason: _OneOrMore[Reason] | None = None
    """Why it rang."""
    action: _OneOrMore[Action] | None = None
    """Whether it rings or updates. An update whose ring was routed goes where that went, whatever is asked here."""

    @property
    def asked(self) -> tuple["Asked", ...]:
        """What is asked for."""
        return tuple(Asked(key, frozenset(wanted)) for key in KEYS if (wanted := getattr(self, key)) is not None)


class Asked(NamedTuple):
    """One key, and the values of which an alert must have one."""

    key: str
    wanted: frozenset[str]


KEYS: Final = tuple(Conditions.model_fields)


def labels_of(alert: Alert) -> Labels:
    """What an alert has."""
    article, watch = alert.article, alert.watch
    articles = ([article] if article is not None else []) + list(alert.items)
    matches = [label(match) for match in alert.matches]
    return {
        "watch": frozenset([watch.id]),
        "owner": _known([watch.owner]),
        "severity": frozenset([watch.severity]),
        "kind": frozenset(match.kind for match in alert.matches),
        "entity": frozenset(matches) | frozenset(match.id for match in alert.matches),
        "topic": frozenset(topic.id for topic in alert.topics),
        "language": _known((each.language or "").partition("-")[0].lower() for each in articles),
        "country": _known(each.source.country for each in articles),
        "source": frozenset(each.source.id for each in articles),
        "reason": frozenset([alert.reason.value]),
        "action": frozenset([alert.action]),
    }


def disagreement(match: Iterable[Asked], unless: Iterable[Asked], labels: Labels) -> str | None:
    """The first key by which an alert is not what is asked for; None where it is."""
    for key, wanted in match:
        if wanted.isdisjoint(labels[key]):
            return key
    for key, wanted in unless:
        if not wanted.isdisjoint(labels[key]):
            return f"unless {key}"
    return None


def _known(values: Iterable[str | None]) -> frozenset[str]:
    return frozenset(value for value in values if value)
