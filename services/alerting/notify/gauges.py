"""What the metrics say of one channel. It is taken back when the channel ends, so that nothing outlives it."""

import contextlib

from services.alerting.notify.agenda import Agenda
from services.alerting.notify.room import Room
from services.backbone.telemetry import CHANNEL_CIRCUIT_OPEN, CHANNEL_FULL, CHANNEL_UNFINISHED


class Gauges:
    """One channel's."""

    def __init__(self, channel: str) -> None:
        """Of the channel of this id."""
        self._channel = channel

    def show(self, agenda: Agenda, room: Room) -> None:
        """Say how it stands."""
        counts = {"begun": agenda.begun, "put-off": agenda.put_off, "held": agenda.held, "left": room.left}
        for state, count in counts.items():
            CHANNEL_UNFINISHED.labels(self._channel, state).set(count)
        CHANNEL_CIRCUIT_OPEN.labels(self._channel).set(agenda.circuit.is_open)
        CHANNEL_FULL.labels(self._channel).set(room.is_full)

    def remove(self) -> None:
        """Say nothing any more."""
        with contextlib.suppress(KeyError):  # it was never told
            CHANNEL_FULL.remove(self._channel)
            CHANNEL_CIRCUIT_OPEN.remove(self._channel)
            for state in ("begun", "put-off", "held", "left"):
                CHANNEL_UNFINISHED.remove(self._channel, state)
