"""The pack's files -> one pack, checked, and the engine that is compiled from it."""

from pathlib import Path

from services.backbone.configuration import Part, read_part
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.yaml_file import Path as ValuePath
from services.tagging.gazetteer import Pack
from services.tagging.problems import Problem, find_problems
from services.tagging.tag import Engine


def load_engine(folder: Path) -> Engine:
    """Read and compile the pack of a configuration folder.

    Raises:
        ConfigurationError: with every defect, each at its place.
    """
    part = read_part(folder, "pack", Pack)
    pack = merge(part)
    if problems := find_problems(pack):
        raise ConfigurationError([_located(part, problem) for problem in problems])
    return Engine.compile(pack, part.digest)


def merge(part: Part[Pack]) -> Pack:
    """The pack of all files: their lists one after the other, in the order of their names."""
    packs = [pack for _, pack in part.files]
    decoys: dict[str, tuple[str, ...]] = {}
    for pack in packs:
        for language, phrases in pack.decoys.items():
            decoys[language] = decoys.get(language, ()) + phrases
    return Pack(
        actors=tuple(actor for pack in packs for actor in pack.actors),
        decoys=decoys,
        concepts=tuple(concept for pack in packs for concept in pack.concepts),
        topics=tuple(topic for pack in packs for topic in pack.topics),
    )


def _located(part: Part[Pack], problem: Problem) -> Defect:
    """A problem of the merged pack, at its place in the file that it comes from."""
    what, _, fix = problem.message.partition("; ")
    lists = _list_of(problem.path)
    position, rest = int(problem.path[len(lists)]), problem.path[len(lists) + 1 :]
    for file, pack in part.files:
        length = len(pack.decoys.get(str(lists[1]), ())) if lists[0] == "decoys" else len(getattr(pack, str(lists[0])))
        if position < length:
            return Defect(file.locate((*lists, position, *rest)), what, fix or "correct it")
        position -= length
    raise AssertionError(f"no file holds {problem.path}")


def _list_of(path: ValuePath) -> ValuePath:
    """The part of a path that names the list: `("decoys", language)`, else the first key."""
    return path[:2] if path[0] == "decoys" else path[:1]
