"""Tells people that the canary is missing, and that it arrives again: an incident of its channel, told as any other."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, Protocol

from services.alerting.canary.addressing import scripts_in
from services.alerting.canary.channel import CanaryChannel
from services.alerting.notify.trouble import Trouble
from services.backbone.canary import SCRIPTS
from services.backbone.process import Process
from services.backbone.telemetry import CANARY_LAST, CANARY_MISSING, logger

LOOK_SECONDS: Final = 1.0

log = logger()


class Reader(Protocol):
    """Who reads the channel's notifications."""

    partitions: frozenset[int]


class Absence:
    """Looks at the scripts whose canaries are to arrive in this process."""

    def __init__(self, process: Process, channel: CanaryChannel, trouble: Trouble) -> None:
        """
        Args:
            process: in which the channel is at work.
            channel: where they arrive.
            trouble: tells of it, and knows what other instances told.
        """
        self.reader: Reader | None = None
        """None while the channel is not at work."""
        self._process = process
        self._channel = channel
        self._trouble = trouble
        self._knew = False
        """Whether people knew when it was last looked at."""

    async def watch(self) -> None:
        """Look until the process stops."""
        while self._process.settings.canary and not self._process.stopping.is_set():
            await self._look()
            await self._process.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        arrivals, config = self._channel.arrivals, self._channel.config
        scripts = scripts_in(self.reader.partitions if self.reader is not None else ())
        known, is_told = arrivals.missing.copy(), self._trouble.is_told(config)
        for script in arrivals.look(scripts, time.monotonic(), is_told=is_told):
            CANARY_LAST.labels(self._process.stage, script).set(datetime.now(UTC).timestamp())
        self._show(scripts)
        if found := arrivals.missing - known:
            log.warning("canary.missing", scripts=sorted(found), is_told=is_told)
        if arrivals.take_end():
            await self._trouble.took(config, "it arrives again")
        elif arrivals.missing and not is_told:
            await self._trouble.missing(config, arrivals.reason(), self._since(datetime.now(UTC)))
        self._knew = bool(arrivals.missing) and is_told

    def _since(self, now: datetime) -> datetime:
        """When it began, and so which incident it is: the same for instances that find it at once, so that it reaches
        people once; another one where it was told, and ended by an instance whose own arrive again."""
        if self._knew:
            return now
        seconds = self._channel.arrivals.interval.total_seconds()
        return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)

    def _show(self, scripts: frozenset[str]) -> None:
        for script in SCRIPTS:
            if script in scripts:
                CANARY_MISSING.labels(script).set(script in self._channel.arrivals.missing)
            else:
                with suppress(KeyError):  # another instance has it
                    CANARY_MISSING.remove(script)
