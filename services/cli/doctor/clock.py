"""This machine's clock. Nothing is written to find out: three witnesses are asked, and none of them alone.

the kernel     adjtimex(2) says whether something keeps it in time, and how far off it may be at most
a web server   the `Date` of the answer of a source's host (network.py), against our time half way between question
               and answer; good to a second or two
the records    one that was written in the future, by our clock, is of a machine whose clock differs. Kafka tells no
               time of its own: a record bears the time of the client that wrote it
"""

import ctypes
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.cli.doctor.finding import Finding, error, ok, warning

NOTICEABLE: Final = timedelta(seconds=30)
UPSETTING: Final = timedelta(minutes=5)
"""Quiet hours, bursts, retries and tokens are judged by the clock; one that is minutes off misjudges them."""
FIX: Final = "let chrony, systemd-timesyncd or the hypervisor keep the clock: timedatectl set-ntp true"
_TIME_ERROR: Final = 5


@dataclass(frozen=True, slots=True)
class Kernel:
    """What the kernel knows of its own clock."""

    synchronised: bool
    most_off: timedelta


class _Timex(ctypes.Structure):
    """`struct timex`, as far as it is read; the rest is room. Source: Linux, adjtimex(2)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("room", ctypes.c_byte * 256),
    )


def kernel() -> Kernel | None:
    """Ask the kernel, and change nothing (modes = 0). None where that is not known: only Linux is asked."""
    if not sys.platform.startswith("linux"):
        return None
    timex = _Timex()
    try:
        state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return None
    return None if state < 0 else Kernel(state != _TIME_ERROR, timedelta(microseconds=timex.maxerror))


def judge_clock(
    known: Kernel | None, by_web: timedelta | None, witness: str, newest: datetime | None, now: datetime
) -> Iterator[Finding]:
    """Whether the clock can be right.

    Args:
        known: what the kernel says.
        by_web: how far this clock is ahead of a web server's; None where none was asked.
        witness: whose.
        newest: when the newest record was written, by the clock of who wrote it.
        now: by this clock.
    """
    future = newest - now if newest is not None else None
    is_off = by_web is not None and abs(by_web) > NOTICEABLE
    if by_web is not None and is_off:
        level = error if abs(by_web) > UPSETTING else warning
        yield level("clock", f"this clock is {_apart(by_web)} that of {witness}", FIX)
    if future is not None and future > NOTICEABLE:
        level = error if future > UPSETTING else warning
        what = f"the newest record is of {future.total_seconds():.0f} s from now: this clock, or its writer's, is wrong"
        yield level("clock", what, FIX)
    elif not is_off:
        told = [f"agrees with {witness}"] if by_web is not None else []
        if known is not None and known.synchronised:
            told.append(f"the kernel keeps it, to {known.most_off.total_seconds():.1f} s")
        elif known is not None:
            told.append("the kernel knows of nobody who keeps it")
        if newest is not None:
            told.append("no record is of the future")
        yield ok("clock", "; ".join(told) or "nothing here says whether it is right")


def _apart(off: timedelta) -> str:
    seconds = off.total_seconds()
    return f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'}"
