"""Alerts -> notifications: where each alert goes is decided once, and what was decided stands on a topic.

Were it asked anew by each channel, an edit of the routes would let one channel go by the old and another by the new
ones, and an alert that moves between them would reach nobody. A record that comes again, after a kill or because its
partition moved, gets what it had got: only what is lacking is written.

Only alerts that `tells` are routed. Their notifications stand in the partition of the same number, in their order.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from schemas import Alert, Notification
from schemas.ids import notification_id
from services.alerting.canary.addressing import notification_of, place_of
from services.alerting.notify.addressed import addressed
from services.alerting.notify.routing import Routes
from services.alerting.routing.labels import labels_of
from services.alerting.routing.placed import Decision, Placed
from services.alerting.routing.placement import Placement, places_of_ring, places_of_update
from services.alerting.watching.catching_up import CaughtUp
from services.backbone.ages import Since
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, trace_of
from services.backbone.telemetry import ALERTS_NOWHERE, logger
from services.backbone.topics import ALERTS, CANARY

STAGE: Final = "route"
"""What this part of `notify` is called where it is told apart from its channels."""
FRESH: Final = timedelta(minutes=1)
"""Alerts that are older come after every reload that they rest on."""

log = logger()


def _clock() -> datetime:
    return datetime.now(UTC)


class Router:
    """Decides by the routes in force, and remembers."""

    def __init__(
        self,
        stage: str,
        routes: Callable[[], Routes],
        catch_up: Callable[[str], Awaitable[None]],
        clock: Callable[[], datetime] = _clock,
    ) -> None:
        """
        Args:
            stage: the process that it runs in.
            routes: those in force.
            catch_up: reads the configuration anew, and waits a moment for a watch of this id.
            clock: aware UTC.
        """
        self._stage = stage
        self._routes = routes
        self._catch_up = catch_up
        self._clock = clock
        self._caught_up = CaughtUp()
        self._placed: dict[int, Placed] = {}
        ALERTS_NOWHERE.labels(STAGE)  # a rise is seen from 0

    def placed(self, partition: int) -> Placed:
        """What is remembered of a partition; what was decided elsewhere is put there before its records come."""
        return self._placed.setdefault(partition, Placed())

    async def handle(self, record: ConsumedRecord) -> list[OutgoingRecord]:
        """One alert to its notifications.

        Raises:
            RecordError: it is no alert, or too long to be told.
        """
        if record.topic == CANARY.name:
            return [self._canary(decode(CANARY, record), trace_of(record))]
        alert = decode(ALERTS, record)
        if not alert.tells:
            return []
        placed = self.placed(record.partition)
        decision, written = placed.decided(alert.event_id) or (await self._decide(alert, placed), ())
        outputs = self._records(alert, decision, written, record)
        if decision.places:
            placed.put(decision, outputs)
        if outputs and not written and (since := Since.of_alert(alert)) is not None:
            since.observe(STAGE, self._clock())
        return list(outputs.values())

    def _canary(self, alert: Alert, trace: str | None) -> OutgoingRecord:
        """The notification of a canary, whatever the routes say: it is the same each time, so nothing is remembered."""
        output = addressed(notification_of(alert, now := self._clock()), self._stage, trace, place_of(alert.watch.id))
        if (since := Since.of_alert(alert)) is not None:
            since.observe(STAGE, now)
        return output

    async def _decide(self, alert: Alert, placed: Placed) -> Decision:
        await self._know(alert)
        now, routes = self._clock(), self._routes()
        places = self._of_update(alert, placed, routes, now) or places_of_ring(
            routes.tree.takers(labels_of(alert)), alert.watch.severity, now
        )
        log.debug(
            "alert.routed", alert=alert.event_id, watch=alert.watch.id, channels=[each.channel for each in places]
        )
        if not places:
            ALERTS_NOWHERE.labels(STAGE).inc()
            log.info("alert.nowhere", alert=alert.event_id, watch=alert.watch.id)
        return Decision.of(alert, places, now)

    def _of_update(self, alert: Alert, placed: Placed, routes: Routes, now: datetime) -> list[Placement]:
        """Where the ring of an update went; nothing where that is not known, or not there any more."""
        if alert.action != "update":
            return []
        ring = placed.of(alert.id, now)
        return places_of_update(ring, routes.tree, routes.channels, alert.watch.severity, now)

    async def _know(self, alert: Alert) -> None:
        """Route by nothing older than what the alert's watch was from: its owner may have chosen other channels."""
        is_fresh = self._clock() - alert.rang_at < FRESH
        is_of_now = alert.config_digest == self._routes().book.digest
        if is_fresh and not is_of_now and self._caught_up.is_new(alert.config_digest):
            await self._catch_up(alert.watch.id)

    def _records(
        self, alert: Alert, decision: Decision, written: Collection[str], record: ConsumedRecord
    ) -> dict[str, OutgoingRecord]:
        """What is not written yet of a decision, by the ids of the notifications."""
        header, trace, outputs = decision.header(), trace_of(record), dict[str, OutgoingRecord]()
        for place in decision.places:
            id_ = notification_id(alert.event_id, place.channel, place.waits_for)
            if id_ not in written:
                notification = Notification(
                    id=id_,
                    channel=place.channel,
                    route=place.route,
                    waits_for=place.waits_for,
                    due_at=place.due_at,
                    routed_at=decision.at,
                    alert=alert,
                )
                output = addressed(notification, self._stage, trace, record.partition)
                outputs[id_] = replace(output, headers=[*output.headers, header])
        return outputs
