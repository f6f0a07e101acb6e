"""The watches of a configuration folder, read and compiled."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas import WatchDefinition
from services.alerting.canary.watches import canary_watches
from services.alerting.match.compiled import Watches
from services.alerting.watching.book import Book, BookReader, read_sound_book
from services.backbone.uncollected import uncollected


def load_watches(folder: Path) -> Watches:
    """Read and compile the watches of a folder that has no defects.

    Raises:
        ConfigurationError: with every defect of the watches, of `tocsin.yaml` and of the pack's files that they name.
    """
    return _compiled(read_sound_book(folder), None)


@dataclass(frozen=True, slots=True)
class WatchesInForce:
    """The book, and its watches compiled."""

    book: Book
    compiled: Watches
    canary: Watches
    """Those that the canary is held against, and nothing else."""

    @property
    def digest(self) -> str:
        return self.book.digest


class WatchesReader:
    """Builds one version after the other, each with what is known from the one before."""

    def __init__(self, folder: Path, sent: Callable[[], Mapping[str, WatchDefinition]]) -> None:
        """Read from a configuration folder, and what was `sent` so far."""
        self.books = BookReader(folder, sent)
        self._last: WatchesInForce | None = None

    def __call__(self) -> WatchesInForce:
        """What is in force as of now; nothing is compiled anew while the digest is the same.

        Raises:
            ConfigurationError: nothing can be read.
        """
        book, last = self.books(), self._last
        if last is not None and last.digest == book.digest:
            compiled = last.compiled
        else:
            compiled = _compiled(book, last.compiled if last is not None else None)
        is_known = last is not None and last.book.known is book.known
        canary = last.canary if last is not None and is_known else canary_watches(book.known)
        self._last = WatchesInForce(book, compiled, canary)
        return self._last


def _compiled(book: Book, last: Watches | None) -> Watches:
    with uncollected():
        return Watches.compile(book.watches.values(), book.known, book.digest, last, book.installation.inhibitions)
