"""What of an alert its route is chosen by, and how a route asks for it.

    match: {owner: kabul, severity: [high, critical]}    # every key must agree, one of its values
    unless: {topic: sport}                               # no key may agree

An alert that stands for several has the sources, countries and languages of all; else what it shows.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict

from schemas import ActorKind, Alert, Reason, Severity
from schemas.alert import Action
from schemas.event import Identifier
from services.alerting.match.things import label
from services.alerting.watching.one_or_more import Countries, Languages, OneOrMore, Texts

Labels = Mapping[str, frozenset[str]]
"""Of each key of `Conditions` the values that an alert has."""


class Conditions(BaseModel):
    """What a route asks of an alert: a value, or a list of which one must be it."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    watch: OneOrMore[Identifier] | None = None
    """Ids of watches."""
    owner: OneOrMore[Identifier] | None = None
    """Owners of watches."""
    severity: OneOrMore[Severity] | None = None
    """Severities of watches."""
    kind: OneOrMore[ActorKind] | None = None
    """Kinds of actors that were met."""
    entity: Texts | None = None
    """Actors, phrases and topics that were met: labels (`actor/ttp`), or what stands behind the stroke."""
    topic: OneOrMore[Identifier] | None = None
    """Topics of the article."""
    language: Languages | None = None
    """Languages of articles: `en` is also en-GB."""
    country: Countries | None = None
    """Countries of sources."""
    source: OneOrMore[Identifier] | None = None
    """Ids of sources."""
    reason: OneOrMore[Reason] | None = None
    """Why it rang."""
    action: OneOrMore[Action] | None = None
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
