"""Which broker runs on a data folder: a state file that the broker itself keeps locked.

`broker.json` in the data folder says kind, version, port and pid. Whoever starts a broker locks the file and hands the
open file to the child, so the lock lives exactly as long as the process. A pid in an unlocked file is stale, whichever
program has that number now; a pid in a locked file is the broker's.
"""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

STATE_FILE = "broker.json"
TERM_SECONDS = 20.0
"""What a broker gets to end by itself before it is killed."""
KILL_SECONDS = 10.0
_PROBE_SECONDS = 0.5
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Running:
    """A broker that runs."""

    kind: str
    version: str
    port: int
    pid: int
    data: str

    @property
    def address(self) -> str:
        """What a client takes as bootstrap servers."""
        return f"127.0.0.1:{self.port}"


def find(data: Path) -> Running | None:
    """Tell which broker runs on a data folder; None also while one is only being started."""
    try:
        descriptor = os.open(data / STATE_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        if _lock(descriptor, fcntl.LOCK_SH):
            return None
        return _read(descriptor, data)
    finally:
        os.close(descriptor)


@contextmanager
def claim(data: Path) -> Iterator[int | None]:
    """Lock the state file of a data folder for a broker that is about to start.

    Yields:
        The locked file, to be handed to the broker; None when another process holds the lock.
    """
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data / STATE_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        # A `find` elsewhere holds the lock for an instant: that is no broker.
        until = time.monotonic() + _PROBE_SECONDS
        while not (mine := _lock(descriptor, fcntl.LOCK_EX)) and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        if mine:
            os.ftruncate(descriptor, 0)
        yield descriptor if mine else None
    finally:
        os.close(descriptor)


def record(descriptor: int, running: Running) -> None:
    """Write into the locked state file who holds it."""
    state = asdict(running)
    del state["data"]  # a folder may be moved
    os.pwrite(descriptor, json.dumps(state).encode(), 0)


def stop(data: Path) -> Running | None:
    """End the broker of a data folder: SIGTERM, and SIGKILL when it is still there after `TERM_SECONDS`.

    Returns:
        The broker that ran; None when none did.
    """
    running = find(data)
    if running is not None and not _end(running, data, signal.SIGTERM, TERM_SECONDS):
        _end(running, data, signal.SIGKILL, KILL_SECONDS)
    return running


def kill(data: Path) -> Running | None:
    """End the broker of a data folder at once, as a power cut would: SIGKILL.

    Returns:
        The broker that ran; None when none did.
    """
    running = find(data)
    if running is not None:
        _end(running, data, signal.SIGKILL, KILL_SECONDS)
    return running


def _end(running: Running, data: Path, number: signal.Signals, seconds: float) -> bool:
    with suppress(ProcessLookupError):
        os.kill(running.pid, number)
    until = time.monotonic() + seconds
    while find(data) == running:
        if time.monotonic() > until:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _lock(descriptor: int, how: int) -> bool:
    """Try to lock; the lock goes when the last copy of the descriptor is closed."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(descriptor: int, data: Path) -> Running | None:
    text = os.pread(descriptor, 4096, 0)
    return Running(**json.loads(text), data=str(data)) if text else None
