"""What was found at a source, in words: figures, first entries, and each thing that is amiss with its fix. Pure."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from rich.text import Text

from services.backbone.errors import TocsinError
from services.cli.source.asking import trouble
from services.ingestion.examine import TEASER_CHARACTERS, Examined
from services.ingestion.polling.incidents import spoken
from services.ingestion.sources import Source

OLD: Final = timedelta(days=30)


def amiss(source: Source, found: Examined, now: datetime) -> Iterator[tuple[str, str]]:
    """What a person should know or mend, each with its fix."""
    if not found.entries:
        yield "it answers, and holds no entry", "look at its site"
    if not found.complete:
        yield "it was cut off in the middle", "try again; ask the outlet to mend it where it stays so"
    if found.newest is not None and now - found.newest > OLD:
        yield (
            f"the newest entry is {spoken((now - found.newest).total_seconds())} old",
            "look whether its site has another",
        )
    if found.untitled and not source.full_text:
        yield f"{found.untitled} entries have neither title nor text", "write full_text: true to read their pages"
    elif found.teasers and found.untitled < found.entries and not source.full_text and source.kind != "folder":
        yield f"teasers: most texts are under {TEASER_CHARACTERS} characters", "write full_text: true to read the pages"
    if found.undated:
        what = f"{found.undated} of {found.entries} entries have no date that can be true"
        yield what, "nothing is lost: their time is when they are first seen"
    if source.url and (other := found.foreign_site(source.site)):
        what = f"most entries stand at {other}, and the source speaks for {', '.join(source.site)}"
        yield what, f"write site: [{other}] if that is the same outlet"
    if source.language and found.language and _primary(source.language) != _primary(found.language):
        what = f"it calls its language {found.language}, and the configuration calls it {source.language}"
        yield what, "correct language where it is wrong; the configuration wins"
    for refused in found.refused:
        what, _, fix = refused.partition("; ")
        yield what, fix


def describe(source: Source, result: Examined | TocsinError, now: datetime, *, entries: bool) -> Text:
    """The same for a person to read."""
    text = Text.assemble((source.id, "bold"), f"  {source.name}  {source.url or source.path or source.kind}\n")
    if isinstance(result, TocsinError):
        what, fix = trouble(result)
        return text.append(f"  failed: {what}; ", "red").append(fix, "green")
    newest = f", the newest {spoken((now - result.newest).total_seconds())} ago" if result.newest else ""
    entries_of = "1 entry" if result.entries == 1 else f"{result.entries} entries"
    size = f"{'teasers' if result.teasers else 'texts'} of about {result.characters} characters"
    text.append(f"  {entries_of}{newest}, {result.language or 'no language declared'}, {size}")
    for entry in result.shown if entries else ():
        when = f"{entry.published:%Y-%m-%d %H:%M}" if entry.published else "undated"
        text.append(f"\n  {when:16}  {entry.title or entry.link}")
    for what, fix in amiss(source, result, now):
        text.append(f"\n  note: {what}; ", "yellow").append(fix, "green")
    return text


def document(source: Source, result: Examined | TocsinError, now: datetime) -> dict[str, Any]:
    """The same for a program to read."""
    about: dict[str, Any] = {"id": source.id, "name": source.name, "kind": source.kind, "url": source.url}
    if isinstance(result, TocsinError):
        what, fix = trouble(result)
        return about | {"answers": False, "error": type(result).__name__, "what": what, "fix": fix}
    notes = [{"what": what, "fix": fix} for what, fix in amiss(source, result, now)]
    return about | {"answers": True, "teasers": result.teasers, **asdict(result), "notes": notes}


def _primary(tag: str) -> str:
    return tag.lower().partition("-")[0]
