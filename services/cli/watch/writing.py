"""A watch into a file of `watches/`: looked at as `tocsin check` would before it is written, then whole at once."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.alerting.watching.book import Book
from services.alerting.watching.files import read_file
from services.alerting.watching.folders import OWN
from services.alerting.watching.judging import judge
from services.alerting.watching.watch import Watch
from services.backbone.errors import ConfigurationError, Defect, TocsinError
from services.backbone.whole_file import write_whole
from services.backbone.yaml_file import parse_yaml
from services.backbone.yaml_list import appended
from services.cli.adding import NotWritten, refused

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class WatchExists(TocsinError):
    """A watch has this id."""


class BadWatch(TocsinError):
    """What was asked for makes no watch that could ring."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A file of watches with one more, not written yet."""

    path: Path
    content: bytes
    watch: Watch
    """As it will be in force."""

    def write(self) -> None:
        """Put the file in its place.

        Raises:
            NotWritten: the file system refuses.
        """
        try:
            self.path.parent.mkdir(exist_ok=True)
            write_whole(self.path, self.content)
        except OSError as error:
            raise refused(self.path, error) from None


def drafted(folder: Path, book: Book, name: str, values: Mapping[str, object]) -> Draft:
    """The file with a watch at its end.

    Args:
        folder: the configuration folder.
        book: the watches that are there.
        name: of the file in `watches/`, which is made where it is missing.
        values: the watch as it is to be written.

    Raises:
        WatchExists: a watch has its id.
        BadWatch: `tocsin check` would refuse it.
        NotWritten: the name is none of a file, or the file cannot be read.
        ConfigurationError: the file is there, and cannot be added to.
    """
    identifier = str(values["id"])
    if identifier in book.held:
        raise WatchExists(
            f"a watch has the id {identifier!r} already, in {book.origin_of[identifier]}; change it there, or choose "
            "another id by --id"
        )
    stem = name.removesuffix(".yaml")
    if not _NAME.fullmatch(stem):
        raise NotWritten(f"{name!r} is no file's name; use letters, digits and hyphens: --file kabul-desk")
    path = folder / OWN / f"{stem}.yaml"
    try:
        before = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise NotWritten(f"{path} cannot be read: {error.strerror}; name another file by --file") from None
    shown = f"{OWN}/{path.name}"
    content = appended(shown, before, "watches", [values])
    return Draft(path, content, _looked_at(shown, content, book))


def _looked_at(shown: str, content: bytes, book: Book) -> Watch:
    """The watch as it is in force once the file is written.

    Raises:
        BadWatch: with what is wrong with it.
        ConfigurationError: with what is wrong with the rest of the file.
    """
    with tempfile.NamedTemporaryFile(suffix=".yaml") as written:
        written.write(content)
        written.flush()
        file = read_file(written.name, shown, None, None)
    judged = judge(file, book.known, book.installation.channel_ids)
    number = _last(parse_yaml(shown, content).values)
    of_its_form = [defect for one in file.broken for defect in one.defects]
    place = f"watches[{number}]"
    own = [defect for defect in of_its_form if defect.where.path.startswith(place)] + [*judged.bad.get(number, ())]
    if own:
        raise BadWatch("\n".join(f"{_short(defect, place)}{defect.what}; {defect.fix}" for defect in own))
    found = next((one.watch for one in file.written if one.number == number), None)
    if found is None:
        raise ConfigurationError([*file.defects, *of_its_form])
    return found


def _last(values: Mapping[str, object]) -> int:
    watches = values.get("watches")
    return len(watches) - 1 if isinstance(watches, list) else 0


def _short(defect: Defect, place: str) -> str:
    path = defect.where.path.removeprefix(place).lstrip(".")
    return f"{path}: " if path else ""
