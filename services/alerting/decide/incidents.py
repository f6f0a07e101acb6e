"""Follows `sources.incidents`, for the coverage of digests."""

from collections import deque

from services.alerting.holding.coverage import Incidents
from services.backbone.errors import RecordError
from services.backbone.follow import Follower
from services.backbone.process import Process
from services.backbone.record import ConsumedRecord, decode
from services.backbone.telemetry import logger
from services.backbone.topics import SOURCE_INCIDENTS

log = logger()


class IncidentsFollower:
    """What is the matter with sources. Read in the event loop, looked at in the thread that decides."""

    def __init__(self, process: Process) -> None:
        """Nothing is known before `catch_up`."""
        self._follower = Follower(process, SOURCE_INCIDENTS, self._take)
        self._incidents = Incidents()
        self._fresh: deque[ConsumedRecord] = deque()

    def __call__(self) -> Incidents:
        """All as of now; only ever called in one thread."""
        while self._fresh:
            record = self._fresh.popleft()
            try:
                self._incidents.fold(decode(SOURCE_INCIDENTS, record))
            except RecordError as error:
                log.error("incident.unreadable", partition=record.partition, offset=record.offset, error=str(error))
        return self._incidents

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
        self._fresh.append(record)
