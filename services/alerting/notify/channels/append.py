"""Append to a file that several processes may share, and rename it before it grows too long.

What is appended is one write at the end, under a lock (flock): it is there whole or not at all. A line that a power cut
left half is closed before the next.

A file that would grow over a bound is renamed to `<path>.1` first, `.1` to `.2`, up to `.<keep>`; the oldest goes. The
rename of the file itself comes last, so that whoever waits for its lock sees by then that it is another file. What else
rotates files (logrotate) may do so at any time: the file is opened anew for each write.
"""

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

LOCK_SECONDS = 5.0
_LOCK_EVERY_SECONDS: Final = 0.005
_MODE: Final = 0o640
_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO must not stop us


def append(path: Path, data: bytes, max_bytes: int, keep: int, *, fsync: bool) -> None:
    """Append it whole, or not at all.

    Args:
        path: the file; made when missing.
        data: what ends with a line break.
        max_bytes: beyond which the file is renamed first.
        keep: how many renamed files stay.
        fsync: return only once it is on the disk.

    Raises:
        OSError: it could not be written.
    """
    while True:
        with _locked(path) as file:
            size = os.fstat(file).st_size
            if size and size + len(data) > max_bytes:
                _rotate(path, keep)
                continue
            if size and os.pread(file, 1, size - 1) != b"\n":
                data = b"\n" + data
            _write_whole(file, data, size)
            if fsync:
                os.fsync(file)
                if not size:
                    _sync_folder(path.parent)
            return


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file that stands there once it is ours alone."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        file = os.open(path, _FLAGS, _MODE)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise OSError(errno.EINVAL, "is no file")
            if _is_ours(file, deadline) and _stands_at(path, file):
                yield file
                return
        finally:
            os.close(file)


def _is_ours(file: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise OSError(errno.EAGAIN, f"another process holds its lock for {LOCK_SECONDS:g} s") from None
            time.sleep(_LOCK_EVERY_SECONDS)
        else:
            return True


def _stands_at(path: Path, file: int) -> bool:
    """Whether it was not renamed while we waited."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(file))
    except FileNotFoundError:
        return False


def _rotate(path: Path, keep: int) -> None:
    for number in range(keep - 1, 0, -1):
        with contextlib.suppress(FileNotFoundError):
            os.replace(f"{path}.{number}", f"{path}.{number + 1}")
    os.replace(path, f"{path}.1")


def _write_whole(file: int, data: bytes, size: int) -> None:
    """Write it in one piece; of what did not fit nothing stays."""
    try:
        written = os.write(file, data)
        if written < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(file, size)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
