"""`articles` -> `articles.tagged`: the Faust worker around the engine, and the engine from the pack's files."""

import asyncio
from pathlib import Path

from services.backbone.configuration import Part, read_part
from services.backbone.errors import ConfigurationError, Defect
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.provision import await_topics
from services.backbone.record import ConsumedRecord, OutgoingRecord, decode, encode, trace_of
from services.backbone.stage import run_stage
from services.backbone.topics import ARTICLES, ARTICLES_TAGGED
from services.backbone.yaml_file import Path as ValuePath
from services.tagging.gazetteer import Pack
from services.tagging.problems import Problem, find_problems
from services.tagging.tag import Engine, tag


async def body(process: Process) -> None:
    """Tag every article with the pack in force; a changed pack is compiled aside and swapped in."""
    engine = Live("pack", lambda: load_engine(process.settings.config))
    await await_topics(process)
    watching = asyncio.ensure_future(engine.watch(process))
    process.stack.callback(watching.cancel)

    def transform(record: ConsumedRecord) -> OutgoingRecord:
        tagged = tag(decode(ARTICLES, record), engine.current)
        return encode(ARTICLES_TAGGED.name, tagged, process.stage, trace_of(record))

    await run_stage(process, ARTICLES, transform)


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
