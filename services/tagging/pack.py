"""The pack's files -> one pack, checked, and the engine that is compiled from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from services.backbone.configuration import Part
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.layers import read_layers
from services.backbone.uncollected import uncollected
from services.tagging.gazetteer import Actor, Concept, Pack, Topic
from services.tagging.layered import Layered
from services.tagging.layers import layered
from services.tagging.pack_file import PackFile
from services.tagging.problems import Problem, find_problems
from services.tagging.tag import Engine


@dataclass(frozen=True, slots=True)
class Compiled:
    """The engine, and what tells the versions of its pack apart."""

    engine: Engine
    contents: Mapping[str, str]
    """Of each actor, concept and topic a digest, by its kind and id."""

    @property
    def digest(self) -> str:
        return self.engine.digest


def load_engine(folder: Path) -> Engine:
    """Read and compile the pack of a configuration folder.

    Raises:
        ConfigurationError: with every defect, each at its place.
    """
    return load_compiled(folder).engine


def load_compiled(folder: Path) -> Compiled:
    """Read and compile the pack of a configuration folder that will be followed.

    Raises:
        ConfigurationError: with every defect, each at its place.
    """
    with uncollected():
        layers = read_layers(folder, "pack", PackFile)
        pack = _checked(layers).pack
        return Compiled(Engine.compile(pack, _digest(layers)), _contents(pack))


def load_pack(folder: Path) -> Layered:
    """Read and check the pack of a configuration folder: that of all its layers, with the place of every part.

    Raises:
        ConfigurationError: with every defect, each at its place.
    """
    with uncollected():
        return _checked(read_layers(folder, "pack", PackFile))


def _checked(layers: tuple[Part[PackFile], ...]) -> Layered:
    pack = layered(layers)
    if problems := find_problems(pack.pack):
        raise ConfigurationError([_located(pack, problem) for problem in problems])
    return pack


def _contents(pack: Pack) -> dict[str, str]:
    entries: list[Actor | Concept | Topic] = [*pack.actors, *pack.concepts, *pack.topics]
    return {
        f"{type(entry).__name__.lower()} {entry.id}": sha256(repr(entry).encode(errors="surrogatepass")).hexdigest()[
            :12
        ]
        for entry in entries
    }


def _digest(layers: tuple[Part[PackFile], ...]) -> str:
    """Of the files of all layers; that of the files where there is one layer."""
    own = layers[-1].digest
    return own if len(layers) == 1 else sha256("\0".join(layer.digest for layer in layers).encode()).hexdigest()[:12]


def _located(pack: Layered, problem: Problem) -> Defect:
    what, _, fix = problem.message.partition("; ")
    return Defect(pack.locate(problem.path), what, fix or "correct it")
