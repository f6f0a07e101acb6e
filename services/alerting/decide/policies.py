"""What `decide` must know of the configuration: how each watch wants to be told, and what is silenced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.alerting.holding.silences import Silences, load_silences
from services.alerting.watching.book import Book
from services.alerting.watching.watch import Watch


@dataclass(frozen=True, slots=True)
class Policies:
    """The watches and the silences in force."""

    watches: Mapping[str, Watch]
    silences: Silences


class SilencesReader:
    """Reads the silences of a folder, each time with what is known from the time before."""

    def __init__(self, folder: Path) -> None:
        """Read from a configuration folder."""
        self._folder = folder
        self._last: Silences | None = None

    def __call__(self) -> Silences:
        """The silences as of now.

        Raises:
            ConfigurationError: there is no such folder.
        """
        self._last = load_silences(self._folder, self._last)
        return self._last


class PoliciesInForce:
    """Puts the two together; the same object as long as neither changes."""

    def __init__(self, book: Callable[[], Book], silences: Callable[[], Silences]) -> None:
        """Look at what these give, each time anew."""
        self._book = book
        self._silences = silences
        self._seen: tuple[Book, Silences] | None = None
        self._policies: Policies | None = None

    def __call__(self) -> Policies:
        book, silences = self._book(), self._silences()
        if self._policies is None or self._seen is None or self._seen[0] is not book or self._seen[1] is not silences:
            self._seen = book, silences
            self._policies = Policies(book.watches, silences)
        return self._policies
