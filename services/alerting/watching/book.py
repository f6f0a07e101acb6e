"""All watches of an installation, from the files of all folders and from the topic `watches`. The files win.

One broken watch among many stops no other: what is wrong is told, and of a watch that was sound before, that version
stays in force. Only what was changed is read and looked at anew.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from schemas import WatchDefinition
from services.alerting.notify.installation import Installation, load_installation
from services.alerting.watching.defined import digest_of, read_known, read_source_ids
from services.alerting.watching.files import WatchFile
from services.alerting.watching.folders import watch_folders
from services.alerting.watching.judging import Judged, judge
from services.alerting.watching.known import Known
from services.alerting.watching.merging import Held, merge, read_files
from services.alerting.watching.messages import TOPIC, Message, read_messages
from services.alerting.watching.watch import Watch
from services.backbone.errors import ConfigurationError, Defect, Location
from services.backbone.uncollected import uncollected

T = TypeVar("T")

_NOTHING_SENT: Final[Mapping[str, WatchDefinition]] = MappingProxyType({})


@dataclass(frozen=True)
class Book:
    """The watches in force. Two books with one digest are the same."""

    held: Mapping[str, Held]
    """By id, also those that are switched off: files in their order, then messages."""
    refused: tuple[Defect, ...]
    """What is wrong. What was in force before is in force still."""
    known: Known
    """What the pack defines."""
    installation: Installation
    """What `tocsin.yaml` says."""
    folders: tuple[Path, ...]
    """Where watches are read from beside the configuration folder."""
    files: Mapping[str, WatchFile]
    judged: Mapping[str, Judged]
    messages: Mapping[str, Message]

    @cached_property
    def watches(self) -> Mapping[str, Watch]:
        """Those that are switched on, by id."""
        return {name: held.written.watch for name, held in self.held.items() if held.written.watch.enabled}

    @cached_property
    def origin_of(self) -> Mapping[str, str]:
        """The file of each watch, or `topic watches`; also of those that are switched off."""
        return {name: held.origin for name, held in self.held.items()}

    @cached_property
    def contents(self) -> Mapping[str, str]:
        """Of each watch that is switched on, what tells its versions apart."""
        return {name: held.written.fingerprint for name, held in self.held.items() if held.written.watch.enabled}

    @cached_property
    def digest(self) -> str:
        """Of the watches in force and what they rest on: 12 hexadecimal digits, the same in every process."""
        state = sha256("\n".join(f"{name} {self.contents[name]}" for name in sorted(self.contents)).encode())
        state.update(digest_of(self.known).encode())
        state.update(repr(self.installation.inhibitions).encode())
        return state.hexdigest()[:12]


def read_book(folder: Path, sent: Mapping[str, WatchDefinition] = _NOTHING_SENT, last: Book | None = None) -> Book:
    """Read all watches.

    Args:
        folder: the configuration folder.
        sent: what stands on the topic `watches`, by id.
        last: the book before. What did not change is taken from it, and the last good version of what is broken.

    Raises:
        ConfigurationError: there is no such folder; or, without a book before: the pack or `tocsin.yaml` cannot be
            read, or there are defects and no watch is sound.
    """
    with uncollected():
        book, defects = _read(folder, sent, last, read_known)
    if book is None or (last is None and defects and not book.held):
        raise ConfigurationError(defects)
    return book


def check_book(folder: Path) -> list[Defect]:
    """Everything that is wrong with the watches of a folder, its `tocsin.yaml`, and what of its pack they rest on."""

    def known_with_sources(folder: Path) -> Known:
        known = read_known(folder)
        try:
            sources = read_source_ids(folder)
        except ConfigurationError:  # the concern of ingestion
            return known
        return replace(known, ids={**known.ids, "source": sources})

    return list(_read(folder, _NOTHING_SENT, None, known_with_sources)[1])


def read_sound_book(folder: Path) -> Book:
    """Read the watches of a folder that has no defects.

    Raises:
        ConfigurationError: with every defect.
    """
    if defects := check_book(folder):
        raise ConfigurationError(defects)
    return read_book(folder)


class BookReader:
    """Reads one book after the other, each with what is known from the one before."""

    def __init__(self, folder: Path, sent: Callable[[], Mapping[str, WatchDefinition]]) -> None:
        """Read from a configuration folder, and what was `sent` so far."""
        self._folder = folder
        self._sent = sent
        self.last: Book | None = None
        """As it was read last, whether or not it came in force."""

    def __call__(self) -> Book:
        """The book as of now.

        Raises:
            ConfigurationError: as `read_book`.
        """
        self.last = read_book(self._folder, self._sent(), self.last)
        return self.last


def _read(
    folder: Path, sent: Mapping[str, WatchDefinition], last: Book | None, read_known: Callable[[Path], Known]
) -> tuple[Book | None, tuple[Defect, ...]]:
    """The book, unless something that it rests on cannot be read and there was none before; and all defects."""
    if not folder.is_dir():
        where = Location(str(folder), 1)
        return None, (Defect(where, "no such folder", "name the configuration folder by --config"),)
    defects: list[Defect] = []
    before = last.installation if last is not None else None
    installation = _or(before, lambda: load_installation(folder, before), defects)
    known = _or(last.known if last is not None else None, lambda: read_known(folder), defects)
    if last is not None and known == last.known:
        known = last.known  # what was looked at with it need not be looked at again
    channels = installation.channel_ids if installation is not None else None

    folders = watch_folders(folder, installation, defects)
    files = read_files(folders, last.files if last is not None else {}, defects)
    judged_before = last.judged if last is not None else {}
    judged = {name: judge(file, known, channels, judged_before.get(name)) for name, file in files.items()}
    held, named, of_watches = merge(judged, last.held if last is not None else {})
    defects += of_watches
    ours = {name: definition for name, definition in sent.items() if name not in named}
    messages = read_messages(ours, known, channels, last.messages if last is not None else {})
    for name, message in messages.items():
        defects += message.defects
        if message.written is not None:
            held[name] = Held(message.written, TOPIC)
    refused = tuple(dict.fromkeys(defects))
    if known is None or installation is None:
        return None, refused
    further = tuple(each.path for each in folders[1:])
    return Book(held, refused, known, installation, further, files, judged, messages), refused


def _or(last: T | None, read: Callable[[], T], defects: list[Defect]) -> T | None:
    """What `read` gives; where it fails, the last, and its defects with the others."""
    try:
        return read()
    except ConfigurationError as error:
        defects.extend(error.defects)
        return last
