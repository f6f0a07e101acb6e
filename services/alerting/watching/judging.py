"""Looks at watches that are sound by themselves in the light of the pack and the channels."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from services.alerting.routing.route import unknown_channel
from services.alerting.watching.files import WatchFile
from services.alerting.watching.known import Known
from services.alerting.watching.problems import find_problems
from services.alerting.watching.watch import Watch
from services.backbone.errors import Defect, Location
from services.backbone.yaml_file import Path, YamlFile


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found in a file. As long as the file and what it was held against are the same, so is this."""

    file: WatchFile
    known: Known | None
    channels: frozenset[str] | None
    bad: Mapping[int, tuple[Defect, ...]]
    """By the places of the watches in the file."""


def judge(
    file: WatchFile, known: Known | None, channels: frozenset[str] | None, before: Judged | None = None
) -> Judged:
    """Look at every watch of a file.

    Args:
        file: with watches that are sound by themselves.
        known: what the pack defines; None where that cannot be read.
        channels: the ids of the channels; None where they cannot be read.
        before: what was found the last time, if the file was there.
    """
    sound: set[int] = set()  # the objects which nothing was wrong with
    if before is not None and before.known is known and before.channels == channels:
        if before.file is file:
            return before
        sound = {id(each.watch) for each in before.file.written if each.number not in before.bad}
    places, bad = file.places(), dict[int, tuple[Defect, ...]]()
    for each in [each for each in file.written if id(each.watch) not in sound]:
        if defects := tuple(defects_in(each.watch, known, channels, partial(_place, places, each.number))):
            bad[each.number] = defects
    return Judged(file, known, channels, bad)


def defects_in(
    watch: Watch, known: Known | None, channels: Collection[str] | None, place: Callable[[Path], Location]
) -> Iterator[Defect]:
    """What the pack and the channels have against a watch; `place` tells where a part of it stands."""
    for problem in find_problems(watch, known):
        yield Defect(place(problem.path), problem.what, problem.fix)
    if channels is not None:
        for number, name in enumerate(watch.channels or ()):
            if name not in channels:
                yield unknown_channel(place(("channels", number)), name, frozenset(channels))


def _place(places: YamlFile, number: int, path: Path) -> Location:
    """Where a part of a watch stands: with the watch, or under `defaults` of its file."""
    own: Path = ("watches", number, *path)
    return places.locate(("defaults", *path) if path[:1] == ("channels",) and own[:3] not in places.lines else own)
