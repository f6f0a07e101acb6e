"""The files of all folders -> one watch for each id, and what is wrong.

An id that stands twice belongs to the watch that is in force; at a start, to the one in the first file. A watch that is
broken stays as it was.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.alerting.watching.files import WatchFile, Written, read_file
from services.alerting.watching.folders import OWN, WatchFolder
from services.alerting.watching.judging import Judged
from services.backbone.errors import Defect, Location
from services.backbone.yaml_file import YamlFile


class Held(NamedTuple):
    """A watch, and the file that it is from."""

    written: Written
    origin: str


class Merged(NamedTuple):
    """What all files say together."""

    held: dict[str, Held]
    named: set[str]
    """Every id that a file claims, also for a broken watch."""
    defects: list[Defect]


def read_files(
    folders: Sequence[WatchFolder], last: Mapping[str, WatchFile], defects: list[Defect]
) -> dict[str, WatchFile]:
    """Every file by its name; those of a folder that cannot be read, as they were.

    Args:
        folders: where they are.
        last: the files as they were read before.
        defects: what is wrong with folders is added here.
    """
    files: dict[str, WatchFile] = {}
    for folder in folders:
        closed: list[Defect] = []
        if folder.path.is_dir():
            for path, name in folder.files(closed):
                if name not in files:
                    files[name] = read_file(path, name, folder.owner, last.get(name))
            defects += closed
            away = [defect.where.file for defect in closed]
        else:
            away = [folder.shown] if folder.shown != OWN else []
        for name in away:
            files |= {known: file for known, file in last.items() if known.startswith(f"{name}/")}
    return files


def merge(judged: Mapping[str, Judged], last: Mapping[str, Held]) -> Merged:
    """One watch for each id.

    Args:
        judged: the files by name, in their order.
        last: what was in force before.
    """
    held: dict[str, Held] = {}
    broken: list[str] = []
    defects: list[Defect] = []
    places: dict[str, YamlFile] = {}

    def place(of: Held) -> Location:
        if of.origin not in places:
            places[of.origin] = judged[of.origin].file.places()
        return places[of.origin].locate(("watches", of.written.number, "id"))

    for origin, (file, bad) in ((origin, (each.file, each.bad)) for origin, each in judged.items()):
        defects += file.defects
        for each in file.broken:
            defects += each.defects
            broken += [each.id] if each.id is not None else []
        for written in file.written:
            if written.number in bad:
                defects += bad[written.number]
                broken.append(written.watch.id)
                continue
            name, other = written.watch.id, Held(written, origin)
            first = held.setdefault(name, other)
            if first is not other:
                if name in last and last[name].origin == origin != first.origin:
                    held[name], other, first = other, first, other
                what = f"id {name!r} stands twice, first at {place(first)}"
                defects.append(Defect(place(other), what, "rename or remove one"))
    for name in broken:
        if name in last and name not in held:
            held[name] = last[name]
    return Merged(held, held.keys() | set(broken), defects)
