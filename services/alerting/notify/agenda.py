"""What one channel does next: it is told what comes, what was answered and what time it is, and holds no client.

In the order applied to what is due: where nothing is to be sent it has failed; while as much is under way as may be, or
the circuit is open, it waits; what somebody acknowledged is not needed; what the ceiling has no room for is held, and
goes out together once there is room; the rest is attempted, the one that is due longest first.

Each notification leaves by one door: it has ended, or it is another instance's. `Said` with an outcome that ends is
said once of each.
"""

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from schemas import Outcome, WaitsFor
from services.alerting.notify.ceiling import Window
from services.alerting.notify.channels.answer import Answer
from services.alerting.notify.channels.channel import ChannelConfig
from services.alerting.notify.circuit import Circuit
from services.alerting.notify.errand import Errand, Parcel
from services.alerting.notify.journal import Past
from services.alerting.notify.lanes import Lanes
from services.alerting.notify.retry import next_attempt
from services.alerting.notify.steps import Attempt, Conditions, Said, Steps, word
from services.alerting.notify.waiting import Waiting

_WHY_HELD: Final[dict[WaitsFor, str]] = {
    "hours": "waits for the hours of its route",
    "acknowledgement": "waits for somebody to acknowledge it",
}
_FOR_ROOM: Final = "waits for room under the channel's ceiling"
_OVERDUE: Final = 1.1
"""How many times the whole schedule may pass while the channel is left alone, before what was tried has failed."""
_LOOK_FOR_OVERDUE: Final = timedelta(seconds=5)
_A_MOMENT: Final = timedelta(seconds=1)


class Agenda:
    """One channel's. Moments are given by the caller."""

    def __init__(self, config: ChannelConfig, random: Callable[[], float]) -> None:
        """Begin with nothing; `random` is a number in [0, 1) at each call."""
        self.circuit = Circuit(random)
        self.window = Window(config.ceiling)
        self._config = config
        self._random = random
        self._waiting = Waiting(config.id)
        self._lanes: Lanes[Parcel] = Lanes()
        self._ready: list[tuple[datetime, int, Parcel]] = []
        self._numbers = count()
        self._under_way: set[Parcel] = set()
        self._begun: dict[str, Errand] = {}
        self._put_off: dict[str, Errand] = {}
        self._held: dict[str, Errand] = {}
        self._looked_at: datetime | None = None
        self._whole_schedule = timedelta(seconds=sum(config.retry_seconds)) * _OVERDUE

    @property
    def _is_free(self) -> bool:
        return len(self._under_way) < self._config.concurrency

    @property
    def begun(self) -> int:
        """Notifications that are told as soon as the channel takes them, and have not ended."""
        return len(self._begun)

    @property
    def put_off(self) -> int:
        """Notifications that wait for another attempt, and not because of the channel, or behind such a one."""
        return len(self._put_off)

    @property
    def held(self) -> int:
        """Notifications that had to wait for a moment and have not ended."""
        return len(self._held)

    def knows(self, notification: str) -> bool:
        """Whether it is at work and has not ended."""
        return any(notification in known for known in (self._begun, self._put_off, self._held))

    def is_begun(self, errand: Errand) -> bool:
        """Whether it is told as soon as the channel takes it: its record will be wanted soon."""
        return errand.id in self._begun

    def would_hold(self, errand: Errand, past: Past | None) -> bool:
        """Whether it would be held, and was not tried before."""
        for_ceiling = self._waiting.waits_for_ceiling and errand.may_be_grouped and not errand.is_above_ceiling
        if past is not None:
            return past.attempt == 0
        return errand.waits_for is not None or for_ceiling

    def wakes_at(self, now: datetime, conditions: Conditions) -> datetime | None:
        """When there is something to do though nothing comes and nothing is answered; None: never."""
        moments = [self._ready[0][0]] if self._ready and self._is_free else []
        if conditions.has_caught_up and self._waiting.next_at is not None:
            moments.append(self._waiting.next_at)
        if conditions.has_caught_up and self._is_free and self._waiting.waits_for_ceiling:
            moments.append(self.window.room_at(now))
        earliest = min(moments, default=None)
        if earliest is None or not self.circuit.is_open or conditions.refuses is not None:
            return earliest
        return None if self.circuit.probe_at is None else max(earliest, self.circuit.probe_at)

    def add(self, errand: Errand, past: Past | None, now: datetime) -> list[Said]:
        """Take in a notification that is not known.

        Args:
            errand: what is to be done.
            past: how far it got before this process, or before another instance lost it.
            now: aware UTC.
        """
        is_tried = past is not None and past.attempt > 0
        is_rejoined = past is not None and past.message_id != errand.message_id
        is_held = errand.waits_for is not None or is_rejoined or (past is not None and not is_tried)
        known = self._held if is_held else self._put_off if is_tried else self._begun
        known[errand.id] = errand
        if past is not None and is_rejoined:
            self._waiting.rejoin(errand, past)
            return []
        if not is_tried and is_held and errand.may_be_grouped and errand.waits_for != "acknowledgement":
            self._waiting.hold(errand, "hours" if errand.waits_for == "hours" else "ceiling")
        else:
            parcel = Parcel.alone(errand)
            if past is not None and is_tried:
                parcel.attempt, parcel.first_attempt_at = past.attempt, past.first_attempt_at
                parcel.due = past.next_attempt_at or now
            self._enter(parcel)
        if past is None and errand.waits_for is not None and errand.due_at > now:
            return [self._said(errand, Outcome.HELD, now, _WHY_HELD[errand.waits_for], next_at=errand.due_at)]
        return []

    def next(self, now: datetime, conditions: Conditions) -> Steps:
        """Decide what is done now."""
        steps = Steps()
        if conditions.has_caught_up:
            for parcel in self._waiting.due(now):
                self._enter(parcel)
        while self._ready and self._ready[0][0] <= now:
            if conditions.refuses is None and not (self._is_free and self.circuit.may_begin(now)):
                break
            parcel = heapq.heappop(self._ready)[2]
            if conditions.refuses is not None:
                steps.said += self._end(parcel, Outcome.FAILED, now, conditions.refuses)
            elif parcel.asks_first and (by := conditions.acknowledged_by(parcel.only.alert_id)) is not None:
                steps.said += self._end(parcel, Outcome.NOT_NEEDED, now, f"acknowledged by {by}")
            elif self._fits(parcel, now):
                steps.attempts.append(self._begin(parcel, now))
            else:
                steps.said += self._wait_for_room(parcel, now)
        while self._waiting.waits_for_ceiling and conditions.has_caught_up:
            if conditions.refuses is not None:
                steps.said += self._end(self._waiting.for_ceiling(now), Outcome.FAILED, now, conditions.refuses)
            elif self._is_free and self.circuit.may_begin(now) and self.window.has_room(now):
                steps.attempts.append(self._begin(self._waiting.for_ceiling(now), now))
            else:
                break
        steps.said += self._overdue(now)
        return steps

    def answered(self, attempt: Attempt, answer: Answer, now: datetime) -> list[Said]:
        """Take note of what an attempt came to."""
        parcel = attempt.parcel
        self.circuit.answered(answer, now, probe=attempt.is_probe)
        step = next_attempt(answer, attempt.number, self._config.retry_seconds, self._random)
        if step.outcome is Outcome.DELIVERED:
            self.window.took(parcel.message_id, now)
        else:
            self.window.failed()
        self._under_way.discard(parcel)
        if not parcel.errands:
            return []  # they were lost meanwhile
        if step.wait_seconds is None:
            return self._end(parcel, step.outcome, attempt.began_at, step.reason)
        parcel.due = now + timedelta(seconds=step.wait_seconds)
        if not answer.is_the_channel and parcel.reason is None:
            self._put_off_with_lane(parcel)
        self._push(parcel)
        return [
            self._said(errand, step.outcome, attempt.began_at, step.reason, parcel, parcel.due)
            for errand in parcel.errands
        ]

    def give_up(self, reason: str, now: datetime) -> list[Said]:
        """Let all have failed."""
        tried = [parcel for _, _, parcel in self._ready if parcel.attempt] + list(self._under_way)
        parcels = {errand.id: parcel for parcel in tried for errand in parcel.errands}
        errands = [*self._begun.values(), *self._put_off.values(), *self._held.values()]
        said = [self._said(errand, Outcome.FAILED, now, reason, parcels.get(errand.id)) for errand in errands]
        self.drop(lambda _: True)
        return said

    def drop(self, lost: Callable[[Errand], bool]) -> None:
        """Forget what is another instance's now."""

        def is_lost(parcel: Parcel) -> bool:
            parcel.errands = tuple(errand for errand in parcel.errands if not lost(errand))
            return not parcel.errands

        self._waiting.drop(lost)
        for parcel in self._under_way:
            is_lost(parcel)  # it ends by itself, and keeps its place until then
        self._ready = [entry for entry in self._ready if not is_lost(entry[2])]
        heapq.heapify(self._ready)
        for parcel in self._lanes.drop(is_lost):
            self._push(parcel)
        for known in (self._begun, self._put_off, self._held):
            for errand in [errand for errand in known.values() if lost(errand)]:
                del known[errand.id]

    def _enter(self, parcel: Parcel) -> None:
        lane = self._lane(parcel)
        if self._lanes.enter(lane, parcel):
            self._push(parcel)
        elif self._lanes.of(lane)[0].only.id in self._put_off:
            self._put_off_with_lane(parcel)

    def _put_off_with_lane(self, parcel: Parcel) -> None:
        """Let it count no more as begun, nor what has to wait behind it."""
        for each in (parcel, *self._lanes.of(self._lane(parcel))):
            name = each.only.id
            if (errand := self._begun.pop(name, None) or self._held.pop(name, None)) is not None:
                self._put_off[name] = errand

    def _lane(self, parcel: Parcel) -> str | None:
        """Only what is told at once keeps an order: the rest would hold up what comes after it."""
        in_order = self._config.order == "watch" and parcel.reason is None and parcel.only.waits_for is None
        return parcel.only.watch if in_order else None

    def _push(self, parcel: Parcel) -> None:
        heapq.heappush(self._ready, (parcel.due, next(self._numbers), parcel))

    def _fits(self, parcel: Parcel, now: datetime) -> bool:
        """Whether the ceiling lets it through; what is new must not overtake what the ceiling holds."""
        if all(errand.is_above_ceiling for errand in parcel.errands):
            return True
        overtakes = not parcel.attempt and self._waiting.waits_for_ceiling
        return self.window.has_room(now) and not overtakes

    def _begin(self, parcel: Parcel, now: datetime) -> Attempt:
        parcel.attempt += 1
        parcel.first_attempt_at = parcel.first_attempt_at or now
        self._under_way.add(parcel)
        self.window.begin()
        return Attempt(parcel, parcel.attempt, now, self.circuit.begin())

    def _wait_for_room(self, parcel: Parcel, now: datetime) -> list[Said]:
        """Hold it for a group; what was tried, or is a group already, keeps its id and waits by itself."""
        room_at = self.window.room_at(now)
        if parcel.attempt or parcel.reason is not None or not (errand := parcel.only).may_be_grouped:
            parcel.due = max(room_at, now + _A_MOMENT)
            self._push(parcel)
            return []
        for known in (self._begun, self._put_off):
            known.pop(errand.id, None)
        self._held[errand.id] = errand
        self._waiting.hold(errand, "ceiling")
        self._free_lane(parcel)
        return [self._said(errand, Outcome.HELD, now, _FOR_ROOM, next_at=room_at)]

    def _end(self, parcel: Parcel, outcome: Outcome, at: datetime, detail: str) -> list[Said]:
        self._free_lane(parcel)
        for errand in parcel.errands:
            for known in (self._begun, self._put_off, self._held):
                known.pop(errand.id, None)
        return [self._said(errand, outcome, at, detail, parcel) for errand in parcel.errands]

    def _free_lane(self, parcel: Parcel) -> None:
        if parcel.errands and (following := self._lanes.leave(self._lane(parcel), parcel)) is not None:
            self._push(following)

    def _overdue(self, now: datetime) -> list[Said]:
        """What was tried and then waited too long for a channel that takes nothing."""
        if not self.circuit.is_open or (self._looked_at and now - self._looked_at < _LOOK_FOR_OVERDUE):
            return []
        self._looked_at = now
        late = {
            parcel
            for _, _, parcel in self._ready
            if parcel.first_attempt_at and now - parcel.first_attempt_at > self._whole_schedule
        }
        self._ready = [entry for entry in self._ready if entry[2] not in late]
        heapq.heapify(self._ready)
        why = "given up after {} attempts: the channel takes nothing"
        return [said for parcel in late for said in self._end(parcel, Outcome.FAILED, now, why.format(parcel.attempt))]

    def _said(
        self,
        errand: Errand,
        outcome: Outcome,
        at: datetime,
        detail: str,
        parcel: Parcel | None = None,
        next_at: datetime | None = None,
    ) -> Said:
        return Said(errand, word(self._config.id, errand, parcel, outcome, at, detail, next_at))
