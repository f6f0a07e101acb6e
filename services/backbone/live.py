"""Reload: build the new version whole, then swap; a broken edit changes nothing of what it breaks, and says so.

Editors write in steps, so changes are gathered for a moment; all that can fail comes before the swap. What is wrong is
seen in the log, in the body of `/readyz`, in metrics and in the audit, until it is mended.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Generic, Protocol, TypeVar

from services.backbone.audit import Audit, Outcome
from services.backbone.difference import NO_DIFFERENCE, Difference
from services.backbone.errors import ConfigurationError, Defect, Location, TocsinError
from services.backbone.folder_changes import folder_changes
from services.backbone.process import Process
from services.backbone.telemetry import CONFIGURATION_DEFECTS, RELOAD_SUCCESS, RELOADS, logger

AGAIN_SECONDS: Final = 10.0
"""When a version is tried again that the world did not accept: a broker that was away may be back."""

log = logger()


class Version(Protocol):
    """What is built from the folder: two versions with one digest are the same."""

    @property
    def digest(self) -> str: ...


T = TypeVar("T", bound=Version)


def _nothing(_: object) -> Mapping[str, object]:
    return {}


def _none(_: object) -> tuple[()]:
    return ()


class Live(Generic[T]):
    """The version in force of something that is built from the configuration folder."""

    def __init__(
        self,
        part: str,
        build: Callable[[], T],
        accept: Callable[[T], Awaitable[None]] | None = None,
        *,
        contents: Callable[[T], Mapping[str, object]] = _nothing,
        refused: Callable[[T], Sequence[Defect]] = _none,
        folders: Callable[[T], Iterable[Path]] = _none,
        by_contents: bool = False,
    ) -> None:
        """Build the first version.

        Args:
            part: what it is called in logs and metrics.
            build: reads the folder and builds a version whole; runs in a thread on reload.
            accept: prepares the world for a version before it is in force (say, provisions its topics).
            contents: what is in a version, by id: tells what was added, removed and changed.
            refused: what a version was built without, because it is broken.
            folders: what a version is built from beside the configuration folder.
            by_contents: whether a version of the same digest is another one where its contents are: what they are read
                from is more than the files that the digest is of (secrets, say).

        Raises:
            ConfigurationError: nothing can be built from the folder: a process does not start without.
        """
        self._part = part
        self._build = build
        self._accept = accept
        self._contents = contents
        self._refused = refused
        self._folders = folders
        self._by_contents = by_contents
        self._reloading = asyncio.Lock()
        self._process: Process | None = None
        self._audit: Audit | None = None
        self._then: Callable[[T, T], None] | None = None
        self._again_at: float | None = None
        self._defects: tuple[Defect, ...] = ()
        self._read_ns = time.time_ns()
        self.current = build()
        self._since = datetime.now(UTC)
        self._further = tuple(folders(self.current))
        self._say_defects(tuple(refused(self.current)))

    def then(self, after: Callable[[T, T], None]) -> None:
        """Call this after each swap from now on, with the version before and the one in force."""
        self._then = after

    async def watch(self, process: Process, audit: Audit | None = None) -> None:
        """Follow the folders until the process stops, also when others take their places.

        Args:
            process: whose configuration it is; what is in force is shown in its progress.
            audit: where each change is told; None in the tests of this class.
        """
        self._process, self._audit = process, audit
        self._show()
        self._tell("started", None, NO_DIFFERENCE)
        changes = folder_changes(process, lambda: [process.settings.config, *self._further], self._read_ns)
        async with aclosing(changes):
            async for changed in changes:
                if changed or self._is_due():
                    await self.reload()

    async def reload(self) -> None:
        """Build anew and swap; on any error the version in force stays."""
        async with self._reloading:
            before = self.current
            try:
                version, swaps, difference = await asyncio.to_thread(self._built, before)
                if swaps and self._accept is not None:
                    await self._accept(version)
            except ConfigurationError as error:
                self._again_at = None
                self._changed(before, error.defects)
            except Exception as error:  # whatever it is, it must not end the watch: it is tried again
                self._again_at = asyncio.get_running_loop().time() + AGAIN_SECONDS
                what = str(error) if isinstance(error, TocsinError) else f"{type(error).__name__}: {error}"
                fix = f"mend what the message names; it is tried again every {AGAIN_SECONDS:.0f} s"
                self._changed(before, [Defect(Location(self._part, 1), what, fix)])
                if not isinstance(error, TocsinError | OSError):
                    log.exception("configuration.failed", part=self._part)
            else:
                self._again_at = None
                self._further = tuple(self._folders(version))
                if swaps:
                    self.current, self._since = version, datetime.now(UTC)
                self._changed(before, self._refused(version), difference)
                if self._then is not None and self.current is not before:
                    self._then(before, self.current)

    def _built(self, before: T) -> tuple[T, bool, Difference]:
        """A new version, whether it is another one, and what is other in it. All that takes long is done here, in a
        thread of its own."""
        version = self._build()
        if version.digest == before.digest and not self._by_contents:
            return version, False, NO_DIFFERENCE
        difference = Difference.between(self._contents(before), self._contents(version))
        return version, version.digest != before.digest or difference != NO_DIFFERENCE, difference

    def _changed(self, before: T, defects: Sequence[Defect], difference: Difference = NO_DIFFERENCE) -> None:
        """Say what came of a reload, wherever that is seen."""
        known, swapped = self._defects, self.current is not before
        self._say_defects(tuple(defects))
        if swapped:
            RELOADS.labels(self._part, "accepted").inc()
            log.info("configuration.reloaded", part=self._part, digest=self.current.digest, **difference.counts)
        if defects and (swapped or known != self._defects):
            RELOADS.labels(self._part, "refused").inc()
        if known and not defects:
            log.info("configuration.mended", part=self._part, digest=self.current.digest)
        if swapped or known != self._defects:
            self._tell("refused" if defects else "accepted", before.digest, difference)
        self._show()

    def _say_defects(self, defects: tuple[Defect, ...]) -> None:
        """Log what was not said before, and count all."""
        known = set(self._defects)
        for defect in [each for each in defects if each not in known][: ConfigurationError.SHOWN]:
            log.error(
                "configuration.refused", part=self._part, where=str(defect.where), what=defect.what, fix=defect.fix
            )
        self._defects = defects
        RELOAD_SUCCESS.labels(self._part).set(0 if defects else 1)
        CONFIGURATION_DEFECTS.labels(self._part).set(len(defects))

    def _show(self) -> None:
        if self._process is not None:
            self._process.progress.in_force(self._part, self.current.digest, self._since, self._defects)

    def _tell(self, outcome: Outcome, before: str | None, difference: Difference) -> None:
        if self._audit is not None:
            at = self._since if outcome == "started" else datetime.now(UTC)
            self._audit.tell(self._part, outcome, before, self.current.digest, difference, self._defects, at)

    def _is_due(self) -> bool:
        return self._again_at is not None and asyncio.get_running_loop().time() >= self._again_at
