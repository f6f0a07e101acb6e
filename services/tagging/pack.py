"""The pack's files -> one pack, checked, and the engine that is compiled from it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from services.backbone.configuration import Part
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.layers import read_layers
from services.tagging.layered import Layered
from services.tagging.layers import layered
from services.tagging.pack_file import PackFile
from services.tagging.problems import Problem, find_problems
from services.tagging.tag import Engine


def load_engine(folder: Path) -> Engine:
    """Read and compile the pack of a configuration folder.

    Raises:
        ConfigurationError: with every defect, each at its place.
    """
    with _uncollected():
        layers = read_layers(folder, "pack", PackFile)
        return Engine.compile(_checked(layers).pack, _digest(layers))


def load_pack(folder: Path) -> Layered:
    """Read and check the pack of a configuration folder: that of all its layers, with the place of every part.

    Raises:
        ConfigurationError: with every defect, each at its place.
    """
    with _uncollected():
        return _checked(read_layers(folder, "pack", PackFile))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for garbage: a pack in the making is all in use, and looking took a quarter of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _checked(layers: tuple[Part[PackFile], ...]) -> Layered:
    pack = layered(layers)
    if problems := find_problems(pack.pack):
        raise ConfigurationError([_located(pack, problem) for problem in problems])
    return pack


def _digest(layers: tuple[Part[PackFile], ...]) -> str:
    """Of the files of all layers; that of the files where there is one layer."""
    own = layers[-1].digest
    return own if len(layers) == 1 else sha256("\0".join(layer.digest for layer in layers).encode()).hexdigest()[:12]


def _located(pack: Layered, problem: Problem) -> Defect:
    what, _, fix = problem.message.partition("; ")
    return Defect(pack.locate(problem.path), what, fix or "correct it")
