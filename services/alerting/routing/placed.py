"""Where alerts went, so that their updates follow, and so that a record that comes again is not decided anew.

The whole decision stands in a header of each of its notifications. So the tail of `notifications` gives it back after a
restart, even where a kill came between two of them, and no event has to be read for that.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter, ValidationError

from schemas import Alert
from schemas.event import UtcDatetime
from services.alerting.routing.placement import Placement

DECISION_HEADER: Final = "decision"
KEPT: Final = timedelta(days=7)
MOST_KEPT: Final = 20_000
"""Of each partition: decisions, and alerts."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one record of an alert goes."""

    event: str
    """`Alert.event_id`."""
    alerts: tuple[str, ...]
    """Its id first; of a collective alert then those that it stands for."""
    at: UtcDatetime
    """When it was decided."""
    places: tuple[Placement, ...]

    @classmethod
    def of(cls, alert: Alert, places: Iterable[Placement], at: datetime) -> "Decision":
        """The decision on an alert."""
        ids = (alert.id, *(item.alert_id for item in alert.items))
        return cls(alert.event_id, tuple(dict.fromkeys(ids)), at, tuple(places))

    def header(self) -> tuple[str, bytes]:
        """As it stands in a notification's headers."""
        return DECISION_HEADER, _JSON.dump_json(self, exclude_defaults=True)

    @classmethod
    def read(cls, header: bytes) -> "Decision | None":
        """The decision of a header; None where it is none that this release knows."""
        try:
            return _JSON.validate_json(header)
        except ValidationError:
            return None


_JSON: Final = TypeAdapter(Decision)


class Placed:
    """The decisions on the alerts of one partition, the newest; older ones are forgotten."""

    def __init__(self, most: int = MOST_KEPT, kept: timedelta = KEPT) -> None:
        self._most: Final = most
        self._kept: Final = kept
        self._decisions: Final[OrderedDict[str, tuple[Decision, tuple[str, ...]]]] = OrderedDict()
        """By event id, each with the ids of its notifications that are written."""
        self._by_alert: Final[OrderedDict[str, tuple[datetime, tuple[Placement, ...]]]] = OrderedDict()
        """By alert id, with the moment of the last decision."""

    def decided(self, event: str) -> tuple[Decision, tuple[str, ...]] | None:
        """What was decided of this record, and the ids of its notifications that are written; None where nothing was
        decided, or it went nowhere."""
        return self._decisions.get(event)

    def of(self, alert: str, now: datetime) -> tuple[Placement, ...]:
        """Where people were told of an alert; empty where nobody was, as far as is known."""
        at, places = self._by_alert.get(alert, (now, ()))
        return places if now - at <= self._kept else ()

    def put(self, decision: Decision, written: Iterable[str]) -> None:
        """Remember a decision.

        Args:
            decision: one that sends it anywhere.
            written: ids of its notifications.
        """
        if (known := self._decisions.get(decision.event)) is not None:
            self._decisions[decision.event] = known[0], tuple(dict.fromkeys((*known[1], *written)))
            return
        self._decisions[decision.event] = decision, tuple(written)
        sure = tuple(place for place in decision.places if place.for_sure)
        for number, alert in enumerate(decision.alerts):
            _, before = self._by_alert.pop(alert, (None, ()))
            # an acknowledgement of a collective alert is none of what it stands for
            places = decision.places if number == 0 else sure
            newest = {(place.channel, place.for_sure): place for place in (*before, *places)}
            self._by_alert[alert] = decision.at, tuple(newest.values())
        self._forget(decision.at - self._kept)

    def _forget(self, before: datetime) -> None:
        while len(self._decisions) > self._most or next(iter(self._decisions.values()))[0].at < before:
            self._decisions.popitem(last=False)
        while len(self._by_alert) > self._most or next(iter(self._by_alert.values()))[0] < before:
            self._by_alert.popitem(last=False)
