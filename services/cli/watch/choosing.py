"""Which watch is meant: one in force, or one in a file that is not."""

from collections.abc import Iterator
from pathlib import Path

from services.alerting.watching.book import Book
from services.alerting.watching.files import read_file
from services.alerting.watching.judging import judge
from services.alerting.watching.watch import Watch
from services.backbone.configuration import nearest
from services.backbone.errors import ConfigurationError, Defect, TocsinError


class UnknownWatch(TocsinError):
    """No watch has this id."""


class WhichWatch(TocsinError):
    """It is not said which watch is meant."""


def chosen(identifier: str | None, book: Book) -> Watch:
    """A watch of the configuration, also one that is switched off.

    Raises:
        UnknownWatch: none has this id; where it was refused, with what is wrong.
        WhichWatch: no id was given.
    """
    if identifier is None:
        raise WhichWatch("name a watch by its id, or a file of watches by --file; tocsin watch list shows them")
    if (held := book.held.get(identifier)) is not None:
        return held.written.watch
    if refused := list(_refused(identifier, book)):
        raise ConfigurationError(refused)
    raise UnknownWatch(f"no watch has the id {identifier!r}; {nearest(identifier, book.held, 'see tocsin watch list')}")


def _refused(identifier: str, book: Book) -> Iterator[Defect]:
    """What is wrong with a watch that is in no book because of that."""
    for judged in book.judged.values():
        for broken in judged.file.broken:
            if broken.id == identifier:
                yield from broken.defects
        for written in judged.file.written:
            if written.watch.id == identifier:
                yield from judged.bad.get(written.number, ())


def from_file(path: Path, identifier: str | None, book: Book) -> Watch:
    """A watch of a file that is not in force.

    Args:
        path: the file.
        identifier: which watch of it; None where it has one only.
        book: what its watches are held against: the pack and the channels.

    Raises:
        ConfigurationError: with what is wrong with the file or the watch.
        UnknownWatch: no watch in it has this id.
        WhichWatch: it has several, and it is not said which.
    """
    file = read_file(str(path), str(path), None, None)
    judged = judge(file, book.known, book.installation.channel_ids)
    broken = [defect for one in file.broken if identifier in (None, one.id) for defect in one.defects]
    written = [one for one in file.written if identifier in (None, one.watch.id)]
    defects = [*file.defects, *broken, *(defect for one in written for defect in judged.bad.get(one.number, ()))]
    if defects:
        raise ConfigurationError(defects)
    ids = [one.watch.id for one in file.written]
    if not written:
        raise UnknownWatch(
            f"{path} has no watch {identifier!r}; {nearest(str(identifier), ids, 'it has: ' + ', '.join(ids))}"
        )
    if len(written) > 1:
        raise WhichWatch(f"{path} holds several watches; name one before --file: {', '.join(ids)}")
    return written[0].watch
