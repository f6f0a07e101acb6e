"""Progress, not mere life: a stage is ready while it has nothing to do or does it.

A consumer can be alive, heartbeat and never read again (seen in Faust and in aiokafka), so health looks at positions:
a partition with records waiting whose position stands still is stalled.
"""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.backbone.errors import Defect
from services.backbone.lag import Lag
from services.backbone.telemetry import WAITING

READY_WITHIN_SECONDS = 60.0
GIVE_UP_AFTER_SECONDS = 180.0
MOST_SHOWN = 5
"""Defects of one part of the configuration."""

Partition = tuple[str, int]


@dataclass(slots=True)
class _Position:
    handled: int
    end: int
    moved_at: float


class Progress:
    """What one stage has done and has yet to do. Not thread-safe; each write is a single assignment."""

    def __init__(self, stage: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._stage = stage
        self._clock = clock
        self._lag = Lag(stage, stage)
        self._positions: dict[Partition, _Position] = {}
        self._waiting_for, self._why, self._broker = "", "", ""
        self._beat_at: float | None = None
        self._configuration: dict[str, dict[str, object]] = {}
        self.waiting("start")

    def reads_as(self, consumer: str) -> None:
        """What is observed from now on is read under this name: a stage of its own in the metrics."""
        self._lag = Lag(consumer, consumer)

    def waiting(self, what: str, why: str = "") -> None:
        """The stage cannot work yet, or no longer: it waits for this; `why`, and what to do, where that is known."""
        if self._waiting_for and self._waiting_for != what:
            WAITING.labels(self._stage, self._waiting_for).set(0)
        if what:
            WAITING.labels(self._stage, what).set(1)
        self._waiting_for, self._why = what, why

    @property
    def says_why(self) -> bool:
        """Whether the stage waits and has said why: whoever says it looks for itself whether that is over."""
        return bool(self._waiting_for and self._why)

    def broker_away(self, why: str) -> None:
        """The broker went away under a stage at work, and why; empty once it is back."""
        self._broker = why

    def started(self) -> None:
        """The stage works."""
        self.waiting("")

    def beat(self) -> None:
        """A stage that reads no topic made a round."""
        self._beat_at = self._clock()

    def in_force(self, part: str, digest: str, since: datetime, refused: Sequence[Defect]) -> None:
        """This version of a part of the configuration is in force, and what was refused of the files as they are."""
        self._configuration[part] = {
            "digest": digest,
            "since": since.isoformat(timespec="seconds"),
            "refused": [str(defect) for defect in refused[:MOST_SHOWN]],
            "defects": len(refused),
        }

    def assigned(self, partitions: Collection[Partition]) -> None:
        """These partitions are ours now, and no others."""
        for gone in self._positions.keys() - set(partitions):
            del self._positions[gone]
        self._lag.keep(partitions)

    def observe(self, partition: Partition, handled: int, end: int) -> None:
        """Records below offset `handled` are done; the partition ends at offset `end`."""
        known = self._positions.get(partition)
        if known is None:
            self._positions[partition] = _Position(handled, end, self._clock())
        else:
            if handled != known.handled or known.handled >= known.end:
                known.moved_at = self._clock()
            known.handled, known.end = handled, end
        self._lag.show(partition, max(0, end - handled))

    def stalled(self, seconds: float) -> list[str]:
        """What has had work for so long and did not move."""
        now = self._clock()
        names = [
            f"{topic}[{number}]"
            for (topic, number), position in sorted(self._positions.items())
            if position.handled < position.end and now - position.moved_at > seconds
        ]
        if self._beat_at is not None and now - self._beat_at > seconds:
            names.append("rounds")
        return names

    def report(self) -> dict[str, object]:
        """The body of `/readyz`. Defects of the configuration are told there too: what is sound is in force."""
        stalled = self.stalled(READY_WITHIN_SECONDS)
        return {
            "stage": self._stage,
            "ready": not self._waiting_for and not stalled,
            "waiting_for": self._waiting_for or None,
            **({"why": self._why} if self._waiting_for and self._why else {}),
            **({"broker": self._broker} if self._broker else {}),
            "stalled": stalled,
            "lag": {
                f"{topic}[{number}]": max(0, position.end - position.handled)
                for (topic, number), position in sorted(self._positions.items())
            },
            **({"configuration": dict(self._configuration)} if self._configuration else {}),
        }
