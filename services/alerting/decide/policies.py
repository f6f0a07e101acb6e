"""What `decide` must know of the configuration: how each watch wants to be told, and what is silenced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from services.alerting.holding.silences import Silences, load_silences
from services.alerting.watching.book import Book
from services.alerting.watching.defined import read_source_ids
from services.alerting.watching.watch import Watch
from services.backbone.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Policies:
    """The watches and the silences in force."""

    watches: Mapping[str, Watch]
    silences: Silences
    sources: frozenset[str] | None = None
    """Ids of the sources that are read; None where that cannot be told."""


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


@dataclass(frozen=True, slots=True)
class SourceIds:
    """The sources of a folder; that they are sound is the concern of ingestion."""

    ids: frozenset[str] | None

    @property
    def digest(self) -> str:
        return sha256(repr(self.ids and sorted(self.ids)).encode()).hexdigest()[:12]

    @classmethod
    def read(cls, folder: Path) -> "SourceIds":
        """Read them from a configuration folder."""
        try:
            return cls(frozenset(read_source_ids(folder)))
        except ConfigurationError:
            return cls(None)


class PoliciesInForce:
    """Puts the three together; the same object as long as none changes."""

    def __init__(
        self, book: Callable[[], Book], silences: Callable[[], Silences], sources: Callable[[], SourceIds]
    ) -> None:
        """Look at what these give, each time anew."""
        self._book = book
        self._silences = silences
        self._sources = sources
        self._seen: tuple[object, ...] = ()
        self._policies: Policies | None = None

    def __call__(self) -> Policies:
        parts = book, silences, sources = self._book(), self._silences(), self._sources()
        if self._policies is None or any(old is not new for old, new in zip(self._seen, parts, strict=True)):
            self._seen = parts
            self._policies = Policies(book.watches, silences, sources.ids)
        return self._policies
