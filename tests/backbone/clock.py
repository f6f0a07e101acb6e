"""A clock that a test sets."""

from dataclasses import dataclass


@dataclass
class Clock:
    """Counts seconds, as `time.monotonic` does."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now
