"""How much of one channel's notifications is kept at a time, and what is left on the topic where no more can be.

begun     to be told as soon as the channel takes them; where they are too many it takes little, and no more is read
put off   wait for another attempt because of themselves; in short form, so many more of them
held      wait for a moment; in short form, so many more of them. Beyond that they are left where they stand and read
          again when there is room, so that what must be told at once is met though it comes behind them
"""

from collections.abc import Callable
from itertools import islice
from typing import Final

from services.alerting.notify.agenda import Agenda
from services.alerting.notify.errand import Errand, Place
from services.alerting.notify.journal import Past
from services.backbone.telemetry import logger

MOST_BEGUN: Final = 1_000
MOST_PUT_OFF: Final = 100_000
MOST_HELD: Final = 200_000
READ_AT_ONCE: Final = 50
"""Few: the other channels of the process wait while these are read."""

log = logger()


class Room:
    """One channel's."""

    def __init__(self, channel: str, agenda: Agenda) -> None:
        """For what this agenda has at work."""
        self.is_full = False
        """Whether no more is read now."""
        self._channel = channel
        self._agenda = agenda
        self._left: dict[Place, Past | None] = {}

    @property
    def left(self) -> int:
        """How many were left where they stand."""
        return len(self._left)

    def now(self) -> int:
        """How many notifications may be read now."""
        agenda = self._agenda
        room = 0 if agenda.put_off >= MOST_PUT_OFF else max(0, min(READ_AT_ONCE, MOST_BEGUN - agenda.begun))
        if (is_full := room == 0) != self.is_full:
            self.is_full = is_full
            told, event = (log.warning, "channel.full") if is_full else (log.info, "channel.has_room")
            told(event, channel=self._channel, begun=agenda.begun, put_off=agenda.put_off)
        return room

    def leaves(self, errand: Errand, past: Past | None) -> bool:
        """Leave a notification where it stands, if it would be held and no more can be.

        Args:
            errand: what it asks for.
            past: how far it got before; it is remembered.
        """
        most = MOST_HELD * (2 if errand.waits_for == "acknowledgement" else 1)  # these do not wait for hours
        if self._agenda.held < most or not self._agenda.would_hold(errand, past):
            return False
        if not self._left:
            log.warning("channel.holds_no_more", channel=self._channel, held=self._agenda.held)
        self._left[errand.place] = past
        return True

    def to_read_again(self) -> list[Place]:
        """Some of what was left, if there is room for them."""
        return list(islice(self._left, max(0, min(READ_AT_ONCE, MOST_HELD - self._agenda.held))))

    def takes_back(self, place: Place) -> Past | None:
        """How far one got before that was left, and is read again or needed no more."""
        return self._left.pop(place, None)

    def drop(self, is_lost: Callable[[Place], bool]) -> None:
        """Forget those of partitions that are another instance's."""
        self._left = {place: past for place, past in self._left.items() if not is_lost(place)}
