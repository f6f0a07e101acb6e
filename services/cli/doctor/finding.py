"""What a check found: one line for a person, one object for a program."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB


class State(StrEnum):
    """Best first."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: State
    found: str
    fix: str = ""
    """What to do; empty where nothing is to be done."""


def ok(check: str, found: str) -> Finding:
    """It is as it should be."""
    return Finding(check, State.OK, found)


def warning(check: str, found: str, fix: str) -> Finding:
    """It works, and somebody should look at it."""
    return Finding(check, State.WARNING, found, fix)


def error(check: str, found: str, fix: str) -> Finding:
    """Something does not work because of it."""
    return Finding(check, State.ERROR, found, fix)


def worst(findings: Iterable[Finding]) -> State:
    """The state of the whole."""
    order = list(State)
    return max((finding.state for finding in findings), key=order.index, default=State.OK)


def named(names: Iterable[str], most: int = 5) -> str:
    """Some names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - most} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def counted(number: int, thing: str) -> str:
    """`no sources`, `1 source`, `3 sources`."""
    return f"{number or 'no'} {thing}{'' if number == 1 else 's'}"


def sized(size: float) -> str:
    """Bytes as people read them."""
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / MIB:.0f} MiB"
