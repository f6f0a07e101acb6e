"""What the metrics say of one channel. It is taken back when the channel ends, so that nothing outlives it."""

import contextlib

from services.alerting.notify.agenda import Agenda
from services.backbone.telemetry import CHANNEL_CIRCUIT_OPEN, CHANNEL_FULL, CHANNEL_UNFINISHED


class Gauges:
    """One channel's."""

    def __init__(self, channel: str) -> None:
        """Of the channel of this id."""
        self._channel = channel

    def show(self, agenda: Agenda, *, is_full: bool) -> None:
        """Say how it stands."""
        CHANNEL_UNFINISHED.labels(self._channel, "begun").set(agenda.begun)
        CHANNEL_UNFINISHED.labels(self._channel, "held").set(agenda.held)
        CHANNEL_CIRCUIT_OPEN.labels(self._channel).set(agenda.circuit.is_open)
        CHANNEL_FULL.labels(self._channel).set(is_full)

    def remove(self) -> None:
        """Say nothing any more."""
        with contextlib.suppress(KeyError):  # it was never told
            CHANNEL_FULL.remove(self._channel)
            CHANNEL_CIRCUIT_OPEN.remove(self._channel)
            CHANNEL_UNFINISHED.remove(self._channel, "begun")
            CHANNEL_UNFINISHED.remove(self._channel, "held")
