"""Reload: build the new version whole, then swap; a broken edit changes nothing and says so.

Editors write in steps, so changes are gathered for a moment; all that can fail comes before the swap.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from watchfiles import awatch

from services.backbone.errors import ConfigurationError, TocsinError
from services.backbone.process import Process
from services.backbone.telemetry import RELOAD_SUCCESS, RELOADS, logger

SETTLE_MS = 300
LOOK_MS = 2000
"""How often it is looked whether the folder is still the same one: the system tells of changes in a folder, not of a
link that leads to another."""

log = logger()


class Version(Protocol):
    """What is built from the folder: two versions with one digest are the same."""

    @property
    def digest(self) -> str: ...


T = TypeVar("T", bound=Version)


class Live(Generic[T]):
    """The version in force of something that is built from the configuration folder."""

    def __init__(self, part: str, build: Callable[[], T], accept: Callable[[T], Awaitable[None]] | None = None) -> None:
        """Build the first version.

        Args:
            part: what it is called in logs and metrics.
            build: reads the folder and builds a version whole; runs in a thread on reload.
            accept: prepares the world for a version before it is in force (say, provisions its topics).

        Raises:
            ConfigurationError: the folder has defects: a process does not start with them.
        """
        self._part = part
        self._build = build
        self._accept = accept
        self.current = build()
        RELOAD_SUCCESS.labels(part).set(1)

    async def watch(self, process: Process) -> None:
        """Follow the folder until the process stops, also when another folder takes its place."""
        folder, replaced = process.settings.config, False
        while not process.stopping.is_set():
            watched = _identity(folder)
            changes = awatch(
                folder, stop_event=process.stopping, debounce=SETTLE_MS, rust_timeout=LOOK_MS, yield_on_timeout=True
            )
            with suppress(FileNotFoundError):
                async with aclosing(changes):
                    async for found in changes:
                        gone = _identity(folder) != watched
                        if found or gone or replaced:
                            await self.reload()
                        replaced = gone
                        if gone:
                            break
            await process.sleep(LOOK_MS / 1000 if watched is None else 0)

    async def reload(self) -> None:
        """Build anew and swap; on any error the version in force stays."""
        try:
            version = await asyncio.to_thread(self._build)
            if version.digest == self.current.digest:
                RELOAD_SUCCESS.labels(self._part).set(1)
                return
            if self._accept is not None:
                await self._accept(version)
        except ConfigurationError as error:
            self._refused()
            for defect in error.defects[: ConfigurationError.SHOWN]:
                log.error(
                    "configuration.refused", part=self._part, where=str(defect.where), what=defect.what, fix=defect.fix
                )
        except TocsinError as error:
            self._refused()
            log.error("configuration.refused", part=self._part, what=str(error))
        except Exception as error:  # whatever it is, it must not end the watch: the next edit may mend it
            self._refused()
            log.exception("configuration.refused", part=self._part, what=f"{type(error).__name__}: {error}")
        else:
            self.current = version
            RELOAD_SUCCESS.labels(self._part).set(1)
            RELOADS.labels(self._part, "accepted").inc()
            log.info("configuration.reloaded", part=self._part, digest=version.digest)

    def _refused(self) -> None:
        RELOAD_SUCCESS.labels(self._part).set(0)
        RELOADS.labels(self._part, "refused").inc()


def _identity(folder: Path) -> tuple[int, int, int] | None:
    """Which folder this is now; None while there is none. The time is for a new one with the old one's inode."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_ctime_ns
