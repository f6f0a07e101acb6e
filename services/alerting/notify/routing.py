"""What `notify` works by: the channels with their secrets, and the tree of routes with the watches' own choices."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from schemas import WatchDefinition
from services.alerting.notify.channels.channel import Channel, SecretUnset, Unusable
from services.alerting.notify.installation import Installation, load_installation
from services.alerting.routing.tree import Tree
from services.alerting.watching.book import Book, BookReader, read_sound_book
from services.backbone.errors import ConfigurationError, Defect


@dataclass(frozen=True, slots=True)
class Routes:
    """The channels, ready to be opened, and which alert goes to which of them."""

    channels: Mapping[str, Channel]
    tree: Tree
    book: Book
    """The watches that choose, and the installation."""
    digest: str

    @property
    def contents(self) -> Mapping[str, object]:
        """Channels, routes and choices by what people call them, to tell what changed."""
        channels = {f"channel {name}": channel for name, channel in self.channels.items()}
        routes = {f"route {' > '.join(way)}": replace(node, children=()) for way, node in self.tree.nodes.items()}
        choices = {f"watch {name}": chosen for name, chosen in self.tree.chosen.items()}
        return {**channels, **routes, **choices}


def load_routes(folder: Path, environment: Mapping[str, str] = os.environ) -> Routes:
    """Read the channels with their secrets, the routes and the watches of a folder that has no defects.

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


def tree_of(book: Book) -> Tree:
    """The tree of routes with the watches' choices.

    A choice that was sound and whose channels are all gone since is none: the alerts go where the routes say, not to
    nobody.
    """
    installation, chosen = book.installation, dict[str, tuple[str, ...]]()
    known = installation.channel_ids
    for name, watch in book.watches.items():
        if watch.channels is not None:
            there = tuple(dict.fromkeys(each for each in watch.channels if each in known))
            if there or not watch.channels:
                chosen[name] = there
    return Tree(installation.routes, installation.default_channels, chosen)


def _routes(book: Book, folder: Path, environment: Mapping[str, str]) -> Routes:
    installation = book.installation
    return Routes(
        channels=_channels(installation, folder, environment),
        tree=tree_of(book),
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


def check_channels(folder: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Defect]:
    """What makes channels unusable, but for secrets: those need not be where a configuration is checked.

    Raises:
        ConfigurationError: the installation cannot be read.
    """
    for config, file, path in load_installation(folder).channels:
        try:
            config.channel(folder, environment)
        except SecretUnset:
            pass
        except Unusable as error:
            yield Defect(file.locate((*path, error.key)), error.what, error.fix)
