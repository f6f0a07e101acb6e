"""The folders that watches stand in: `watches/` of the configuration folder, and those that `tocsin.yaml` names."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.alerting.notify.installation import Installation
from services.backbone.errors import Defect, Location

OWN = "watches"


@dataclass(frozen=True, slots=True)
class WatchFolder:
    """A folder of which every `*.yaml` file holds watches, however deep it stands."""

    path: Path
    shown: str
    """As messages begin with it."""
    owner: str | None = None
    """Whose watches are in it, where nothing in it says so."""

    def files(self, defects: list[Defect]) -> Iterator[tuple[str, str]]:
        """Path and name of each file, in order; what cannot be listed is told to `defects`.

        Hidden files and folders are an editor's, a version control's, or those behind a mounted Kubernetes volume.
        """

        def tell(error: OSError) -> None:
            where = Location(self.name(str(error.filename)), 1)
            defects.append(Defect(where, f"the folder cannot be read: {error.strerror}", "check its permissions"))

        found = []
        for at, folders, names in os.walk(self.path, onerror=tell):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [os.path.join(at, name) for name in names if name.endswith(".yaml") and not name.startswith(".")]
        for path in sorted(found, key=lambda path: path.split(os.sep)):
            yield path, self.name(path)

    def name(self, path: str) -> str:
        """How messages name a file or folder in it."""
        below = os.path.relpath(path, self.path)
        return self.shown if below == "." else f"{self.shown}/{below}"


def watch_folders(folder: Path, installation: Installation | None, defects: list[Defect]) -> list[WatchFolder]:
    """All of them in order, also those that are not there: these are told to `defects`.

    Args:
        folder: the configuration folder.
        installation: None where it cannot be read.
        defects: what is wrong is added here.
    """
    folders = [WatchFolder(folder / OWN, OWN)]
    real = {os.path.realpath(folder / OWN): OWN}
    for written, where in installation.watch_folders if installation is not None else ():
        further = WatchFolder(folder / written, written.rstrip("/"), _identifier((folder / written).resolve().name))
        if (place := os.path.realpath(further.path)) in real:
            defects.append(Defect(where, f"{written!r} is the same folder as {real[place]!r}", "remove one of the two"))
            continue
        real[place] = further.shown
        if not further.path.is_dir():
            defects.append(Defect(where, f"no such folder: {written!r}", "make it, mount it, or correct the path"))
        folders.append(further)
    return folders


def _identifier(name: str) -> str | None:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or None
