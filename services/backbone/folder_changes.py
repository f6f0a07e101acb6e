"""Tells that something in some folders has changed: by what the system says of files in them, and by a look at the
folders themselves, for that a link leads to another folder now is said by nobody."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

from services.backbone.process import Process
from services.backbone.telemetry import logger

QUIET_MS: Final = 300
"""So long nothing must be written before a change is told;"""
SETTLE_MS: Final = 1_500
"""where writing goes on, it is told after this time."""
LOOK_MS: Final = 1_000
"""How often the folders themselves are looked at."""
SETTLED_SECONDS: Final = 0.7
"""A file that was written is told of once it has been the same for so long: one that is cut short may be a valid other
one."""
MOST_LOOKS: Final = 10
"""Then it is told of though it is written on and on."""

_NOT_OURS: Final = re.compile(r"~$|^\.#|^\..*\.sw.$|^4913$|^\.DS_Store$")
"""What editors leave beside a file while they write it."""

Identity = tuple[int, int, int]

log = logger()


async def folder_changes(
    process: Process, folders: Callable[[], Sequence[Path]], since_ns: int
) -> AsyncGenerator[bool, None]:
    """Whether anything changed since the last time; at least each `LOOK_MS`, until the process stops.

    Args:
        process: while it runs.
        folders: what is watched now, with all below; a folder need not be there.
        since_ns: when they were read, by the system's clock: the first answer tells what changed from then on, though
            nobody watched.
    """
    begun = missed = polling = False
    while not process.stopping.is_set():
        watched = _identities(folders())
        there = [folder for folder, identity in watched.items() if identity is not None]
        if not there:
            await process.sleep(LOOK_MS / 1000)
            missed = True
            yield _identities(folders()) != watched
            continue
        changes = awatch(
            *there,
            watch_filter=_is_ours,
            stop_event=process.stopping,
            debounce=SETTLE_MS,
            step=QUIET_MS,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            force_polling=polling or None,
            ignore_permission_denied=True,
        )
        try:
            async with aclosing(changes):
                async for found in changes:
                    if not begun:
                        begun, missed = True, missed or await asyncio.to_thread(_any_changed, there, since_ns)
                    await _settle(process, [path for _, path in found])
                    moved = _identities(folders()) != watched
                    yield bool(found) or moved or missed
                    missed = moved or _identities(folders()) != watched  # the caller may have learned of another folder
                    if missed:
                        break
        except FileNotFoundError:
            missed = True  # it went in this moment
        except OSError as error:
            log.error(
                "configuration.not_told", error=str(error),
                fix="files are looked at instead; raise fs.inotify.max_user_watches or max_user_instances",
            )  # fmt: skip
            missed = polling = True


async def _settle(process: Process, paths: Sequence[str]) -> None:
    """Wait until these files are no longer written."""
    before: dict[str, Identity | None] | None = None
    for _ in range(MOST_LOOKS if paths else 0):
        now = {path: _written(path) for path in paths}
        if now == before or process.stopping.is_set():
            return
        before = now
        await process.sleep(SETTLED_SECONDS)


def _any_changed(folders: Sequence[Path], since_ns: int) -> bool:
    """Whether anything below came, went or was written after this moment."""
    for top in folders:
        for folder, _, names in os.walk(top):
            for path in (folder, *(os.path.join(folder, name) for name in names)):
                with suppress(OSError):  # it has just gone, and its folder tells
                    if os.stat(path).st_ctime_ns > since_ns:
                        return True
    return False


def _written(path: str) -> Identity | None:
    """What changes when a file is written; None while there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _is_ours(_: Change, path: str) -> bool:
    return _NOT_OURS.search(os.path.basename(path)) is None


def _identities(folders: Sequence[Path]) -> dict[Path, Identity | None]:
    return {folder: _identity(folder) for folder in folders}


def _identity(folder: Path) -> Identity | None:
    """Which folder this is now; None while there is none. The time is for a new one with the old one's inode."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_ctime_ns
