"""Which alert goes to which channel."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from schemas import WatchDefinition
from services.alerting.notify.channels.channel import Channel, Unusable
from services.alerting.notify.installation import Installation
from services.alerting.watching.book import Book, BookReader, read_sound_book
from services.backbone.errors import ConfigurationError, Defect


@dataclass(frozen=True, slots=True)
class Routes:
    """The channels, ready to be opened, and the watches' choices among them."""

    channels: Mapping[str, Channel]
    by_watch: Mapping[str, tuple[str, ...]]
    """Only of watches that name their channels."""
    default: tuple[str, ...]
    book: Book
    """The watches that choose."""
    digest: str

    @property
    def contents(self) -> Mapping[str, object]:
        """Channels and choices by the ids of channels and watches, to tell what changed."""
        channels = {f"channel {name}": channel for name, channel in self.channels.items()}
        return {**channels, **self.by_watch, "default channels": self.default}

    def channels_of(self, watch_id: str) -> tuple[str, ...]:
        """Where the alerts of a watch go; a watch that is no longer there has no choice of its own."""
        return self.by_watch.get(watch_id, self.default)


def load_routes(folder: Path, environment: Mapping[str, str] = os.environ) -> Routes:
    """Read the channels with their secrets, and the watches, of a folder that has no defects.

    Raises:
        ConfigurationError: with every defect; a secret that is not there is one.
    """
    return _routes(read_sound_book(folder), folder, environment)


class RoutesReader:
    """Reads routes one after the other. A broken watch stops no other; the channels are sound, or stay as they were."""

    def __init__(
        self,
        folder: Path,
        sent: Callable[[], Mapping[str, WatchDefinition]],
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """Read from a configuration folder, and what was `sent` so far."""
        self._folder = folder
        self._environment = environment
        self._books = BookReader(folder, sent)

    def __call__(self) -> Routes:
        """The routes as of now.

        Raises:
            ConfigurationError: nothing can be read, or a channel cannot be used.
        """
        return _routes(self._books(), self._folder, self._environment)


def _routes(book: Book, folder: Path, environment: Mapping[str, str]) -> Routes:
    installation = book.installation
    return Routes(
        channels=_channels(installation, folder, environment),
        by_watch={name: watch.channels for name, watch in book.watches.items() if watch.channels is not None},
        default=installation.default_channels,
        book=book,
        digest=sha256(f"{book.digest} {installation.digest}".encode()).hexdigest()[:12],
    )


def _channels(installation: Installation, folder: Path, environment: Mapping[str, str]) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    defects: list[Defect] = []
    for config, file, path in installation.channels:
        try:
            channels[config.id] = config.channel(folder, environment)
        except Unusable as error:
            defects.append(Defect(file.locate((*path, error.key)), error.what, error.fix))
    if defects:
        raise ConfigurationError(defects)
    return channels
