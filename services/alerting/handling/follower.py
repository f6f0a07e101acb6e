"""Follows `acknowledgements`: what people did about alerts, as of now."""

from typing import Final, NamedTuple

from schemas import Acknowledgement, Handling
from services.backbone.errors import RecordError
from services.backbone.follow import Follower
from services.backbone.process import Process
from services.backbone.record import ConsumedRecord, decode
from services.backbone.telemetry import logger
from services.backbone.topics import ACKNOWLEDGEMENTS

MOST_ALERTS: Final = 100_000
"""Of more, those whose first step is the oldest are forgotten."""
MOST_STEPS: Final = 20
"""Remembered of an alert by their ids: a step that was written twice is one."""

log = logger()


class HandledAlerts:
    """What was done about each alert. One thread may write while others read: each value is replaced whole."""

    def __init__(self, most: int = MOST_ALERTS) -> None:
        self._most: Final = most
        self._known: Final[dict[str, _Known]] = {}

    def take(self, step: Acknowledgement) -> None:
        """One step, in the order of its alert's steps."""
        handling, steps = self._known.get(step.alert_id, _Known(Handling(), ()))
        if step.id in steps:
            return
        self._known[step.alert_id] = _Known(handling.after(step), (*steps, step.id)[-MOST_STEPS:])
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def of(self, alert_id: str) -> Handling | None:
        """What was done about an alert; None where nobody did anything."""
        known = self._known.get(alert_id)
        return known.handling if known is not None else None

    def acknowledged(self, alert_id: str) -> Handling | None:
        """The same, if somebody cares for the alert now; None where nobody does."""
        handling = self.of(alert_id)
        return handling if handling is not None and handling.acknowledged_by is not None else None


class _Known(NamedTuple):
    handling: Handling
    steps: tuple[str, ...]


class HandlingFollower(HandledAlerts):
    """Keeps up with the topic."""

    def __init__(self, process: Process) -> None:
        """Nothing is known before `catch_up`."""
        super().__init__()
        self._follower = Follower(process, ACKNOWLEDGEMENTS, self._take)

    async def catch_up(self) -> None:
        """Read what is on the topic.

        Raises:
            TopicMismatch: the topic does not exist.
        """
        await self._follower.catch_up()

    async def follow(self) -> None:
        """Take over what comes, until the process stops."""
        await self._follower.follow()

    def _take(self, record: ConsumedRecord) -> None:
        try:
            self.take(decode(ACKNOWLEDGEMENTS, record))
        except RecordError as error:
            log.error("acknowledgement.unreadable", partition=record.partition, offset=record.offset, error=str(error))
