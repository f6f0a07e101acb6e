"""The watches of a folder, checked against the pack and the channels, and compiled into one index."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from services.alerting.notify.installation import Installation, load_installation, unknown_channel
from services.alerting.watching.problems import Known, find_problems
from services.alerting.watching.watch import Watch
from services.backbone.configuration import Part, duplicates, read_part
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.layers import LayerFile, read_layers
from services.matching.expressions import Phrase
from services.matching.index import ExpressionIndex
from services.matching.lexicon import Entry, Lexicon

T = TypeVar("T")


class WatchesFile(BaseModel):
    """What a file of watches may hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    watches: tuple[Watch, ...] = ()


@dataclass(frozen=True, slots=True)
class Watches:
    """All watches of a folder, compiled. The index numbers them by their place in `listed`."""

    listed: tuple[Watch, ...]
    index: ExpressionIndex
    phrases: Lexicon[Phrase] | None
    """Of all watches; None where no watch has one, so that articles need not be searched."""
    digest: str

    @classmethod
    def compile(cls, watches: Iterable[Watch], digest: str) -> "Watches":
        """Compile watches in which no problem was found."""
        listed = tuple(watches)
        terms = dict.fromkeys(term for watch in listed for term in (*watch.required, *watch.none))
        entries = [Entry(term, term.text) for term in terms if isinstance(term, Phrase)]
        index = ExpressionIndex([watch.expression() for watch in listed])
        return cls(listed, index, Lexicon(entries) if entries else None, digest)

    @property
    def topics(self) -> frozenset[str]:
        """The names of the alert topics that watches have of their own."""
        return frozenset(watch.topic for watch in self.listed if watch.topic is not None)


def load_watches(folder: Path) -> Watches:
    """Read and compile the watches of a configuration folder.

    Raises:
        ConfigurationError: with every defect of the watches, of the channels and of the pack's files that they name.
    """
    defects: list[Defect] = []
    part = _attempt(lambda: read_part(folder, "watches", WatchesFile), defects)
    installation = _attempt(lambda: load_installation(folder), defects)
    pack = _attempt(lambda: read_layers(folder, "pack", _PackFile), defects)
    known = _known(pack) if pack is not None else None
    if part is not None:
        defects.extend(duplicates(part.items("watches")))
        defects.extend(_problems(part, known))
        defects.extend(_unknown_channels(part, installation))
    if defects or part is None or known is None:
        raise ConfigurationError(defects)
    watches = [watch for watch, _, _ in part.items("watches")]
    return Watches.compile(watches, _digest(part, known))


class _Defined(BaseModel):
    id: str = ""
    kind: str = ""
    enabled: bool = True


class _PackFile(LayerFile):
    """Of the pack only what watches refer to; that the pack is sound is the concern of tagging."""

    actors: tuple[_Defined, ...] = ()
    topics: tuple[_Defined, ...] = ()


def _attempt(read: Callable[[], T], defects: list[Defect]) -> T | None:
    """What `read` gives; where it fails, None and its defects with the others."""
    try:
        return read()
    except ConfigurationError as error:
        defects.extend(error.defects)
        return None


def _known(pack: tuple[Part[_PackFile], ...]) -> Known:
    """What the layers of the pack define together, and do not switch off."""
    kind_of: dict[str, str] = {}
    topics: set[str] = set()
    for layer in pack:
        for actor, _, _ in layer.items("actors"):
            kind_of[actor.id] = actor.kind or kind_of.get(actor.id, "")
            if not actor.enabled:
                del kind_of[actor.id]
        for topic, _, _ in layer.items("topics"):
            (topics.add if topic.enabled else topics.discard)(topic.id)
    ids = {"actor": frozenset(kind_of), "kind": frozenset(kind_of.values()), "topic": frozenset(topics)}
    return Known(ids, kind_of)


def _problems(part: Part[WatchesFile], known: Known | None) -> Iterator[Defect]:
    for watch, file, path in part.items("watches"):
        for problem in find_problems(watch, known):
            yield Defect(file.locate((*path, *problem.path)), problem.what, problem.fix)


def _unknown_channels(part: Part[WatchesFile], installation: Installation | None) -> Iterator[Defect]:
    if installation is None:
        return
    known = installation.channel_ids
    for watch, file, path in part.items("watches"):
        for number, name in enumerate(watch.channels or ()):
            if name not in known:
                yield unknown_channel(file.locate((*path, "channels", number)), name, known)


def _digest(part: Part[WatchesFile], known: Known) -> str:
    """Of the files of watches and of the ids that they were checked against."""
    state = sha256(part.digest.encode())
    for kind, ids in sorted(known.ids.items()):
        state.update("\0".join((kind, *sorted(ids))).encode())
    return state.hexdigest()[:12]
