"""This machine: Python, disk, memory, and how many files a process may have open."""

import platform
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from services.alerting.api.app import BOUNDS, SPARE_FILES
from services.cli.doctor.finding import GIB, MIB, Finding, error, ok, sized, warning

PYTHONS: Final = ((3, 11), (3, 14))
"""From the first on, below the second."""
LEAST_DISK: Final = 100 * MIB
LITTLE_DISK: Final = 1 * GIB
LEAST_TMP: Final = 4 * MIB
LEAST_MEMORY: Final = 2 * GIB - 200 * MIB
"""A machine that is sold as one of 2 GB shows less."""
CONTAINER_MARKS: Final = (Path("/.dockerenv"), Path("/run/.containerenv"))


def in_container() -> bool:
    """Whether this runs in a container of Docker or Podman."""
    return any(mark.exists() for mark in CONTAINER_MARKS)


def look_at_machine(data: Path, broker: Path) -> Iterable[Finding]:
    """Look at what a process would have here.

    Args:
        data: TOCSIN_DATA.
        broker: the data folder of `tocsin broker`, which need not be there.
    """
    yield from judge_python(sys.version_info[:2])
    yield from judge_disk("disk", {place: _free(place) for place in dict.fromkeys((data, broker)) if place.exists()})
    yield from judge_tmp(Path(tempfile.gettempdir()), _free(Path(tempfile.gettempdir())))
    yield from judge_files(resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def judge_python(version: tuple[int, int]) -> Iterator[Finding]:
    """Whether this Python is one of those that Tocsin is tested on."""
    oldest, beyond = PYTHONS
    if oldest <= version < beyond:
        yield ok("python", f"{platform.python_version()} on {platform.machine()}")
    else:
        what = (
            f"Python {version[0]}.{version[1]}, and Tocsin is tested from {oldest[0]}.{oldest[1]} to 3.{beyond[1] - 1}"
        )
        yield warning("python", what, "use one of those, or the image")


def judge_disk(check: str, free: dict[Path, int]) -> Iterator[Finding]:
    """Whether there is room where something is kept."""
    if not free:
        yield ok(check, f"{sized(_free(Path.cwd()))} free here; nothing is kept here yet")
    for place, size in free.items():
        if size < LITTLE_DISK:
            level = error if size < LEAST_DISK else warning
            fix = "make room, or move it: TOCSIN_DATA for the api's file, tocsin broker start --data for the records"
            yield level(check, f"{sized(size)} free for {place}", fix)
        else:
            yield ok(check, f"{sized(size)} free for {place}")


def judge_tmp(place: Path, free: int) -> Iterator[Finding]:
    """Whether a process can begin: some make a folder there."""
    if free < LEAST_TMP:
        fix = "make room there, point TMPDIR elsewhere, or give its tmpfs more"
        yield error("disk", f"{free // 1024} KiB free for temporary files in {place}", fix)


def judge_files(hard: int) -> Iterator[Finding]:
    """Whether the api may have a file open for each connection that it takes; it raises its own limit to the hard one.

    Args:
        hard: RLIMIT_NOFILE of this process, as one of the api would have it here.
    """
    wanted = (BOUNDS.connections or 0) + SPARE_FILES
    if hard == resource.RLIM_INFINITY or hard >= wanted:
        yield ok("files", f"a process may open {'any number of' if hard == resource.RLIM_INFINITY else hard} files")
    else:
        what = f"a process may open {hard} files, and the api takes {BOUNDS.connections} connections"
        fix = f"raise its limit to {wanted} or more: ulimit -Hn, LimitNOFILE= of systemd, ulimits: nofile of Compose"
        yield warning("files", what, fix)


def _free(place: Path) -> int:
    existing = next((each for each in (place, *place.absolute().parents) if each.exists()), Path("/"))
    return shutil.disk_usage(existing).free


def look_at_data(data: Path, working: Iterable[str]) -> Iterator[Finding]:
    """Whether the api can keep its file. In a container that is not the api's its folder is another's.

    Args:
        data: TOCSIN_DATA.
        working: stages that answer and are well.
    """
    existing = next((each for each in (data, *data.absolute().parents) if each.exists()), Path("/"))
    if "api" in working:
        yield ok("data", "the api works, so it can keep its file")
    elif not existing.is_dir():
        yield error("data", f"{existing} is no folder", "point TOCSIN_DATA to a folder")
    elif in_container() and not is_writable(existing):
        yield ok("data", f"{data} cannot be written here; the api keeps its file in a container of its own")
    else:
        yield from judge_data(data, is_writable(existing))


def judge_data(data: Path, writable: bool) -> Iterator[Finding]:
    """Whether `tocsin run api` could write there."""
    if writable:
        yield ok("data", f"{data} can be written")
    else:
        fix = "give its folder to the user that runs Tocsin, or point TOCSIN_DATA to another"
        yield error("data", f"nothing can be written into {data}", fix)


def is_writable(folder: Path) -> bool:
    """Whether a file can be made in a folder; one without a name, which is gone at once."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
