"""Whoever decides or routes must not know less than who met the watch: a configuration is read anew, once a version."""

from typing import Final

MOST_DIGESTS: Final = 1_000


class CaughtUp:
    """The digests of configurations that were caught up with."""

    def __init__(self) -> None:
        self._digests: set[str] = set()

    def is_new(self, digest: str) -> bool:
        """Whether it is asked about for the first time; from then on it is not."""
        if digest in self._digests:
            return False
        if len(self._digests) >= MOST_DIGESTS:
            self._digests.clear()
        self._digests.add(digest)
        return True
