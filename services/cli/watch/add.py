"""`tocsin watch add`: from a name to a watch in `watches/*.yaml`."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from schemas import Severity
from services.alerting.watching.book import check_book, read_book
from services.backbone.settings import load_settings
from services.backbone.yaml_list import as_yaml
from services.cli.options import Config
from services.cli.watch.naming import Meant, free, meant
from services.cli.watch.writing import BadWatch, Draft, drafted
from services.ingestion.source_names import slug
from services.tagging.gazetteer import Pack
from services.tagging.pack import load_pack

_SPELLINGS_SHOWN = 8

_Many = list[str] | None


def add(
    names: Annotated[
        _Many,
        typer.Argument(help="Whom to watch for: an actor's id or name, a topic, or any name.", metavar="NAME..."),
    ] = None,
    identifier: Annotated[str | None, typer.Option("--id", help="The watch's id; else from its first name.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="The watch's name for people.")] = None,
    actors: Annotated[_Many, typer.Option("--actor", help="An actor of the pack, by id.", metavar="ID")] = None,
    free_names: Annotated[_Many, typer.Option("--free-name", help="A name, though the pack may know it.")] = None,
    topics: Annotated[_Many, typer.Option("--about", help="A topic of the pack, by id.", metavar="TOPIC")] = None,
    phrases: Annotated[_Many, typer.Option("--phrase", help="Words as they stand in articles.")] = None,
    spelled: Annotated[
        bool, typer.Option("--variants/--no-variants", help="Free names in other spellings too.")
    ] = True,
    languages: Annotated[_Many, typer.Option(help="Only articles in this language: ur, or ur,ps.")] = None,
    severity: Annotated[Severity | None, typer.Option(help="How much it matters.")] = None,
    owner: Annotated[str | None, typer.Option(help="Whose watch it is.")] = None,
    topic: Annotated[str | None, typer.Option(help="Write its alerts to alerts.NAME too.", metavar="NAME")] = None,
    channels: Annotated[_Many, typer.Option("--channel", help="Where it rings; else the default channels.")] = None,
    digest: Annotated[str | None, typer.Option(help="hourly, daily, weekly, or a cron expression.")] = None,
    cooldown: Annotated[str | None, typer.Option(help="Tell nothing further of the same for so long: 1h.")] = None,
    group_by: Annotated[str | None, typer.Option(help="One alert for each: story, entity, country, watch.")] = None,
    ring_last: Annotated[str | None, typer.Option(help="Ring for stored articles that are younger: 6h.")] = None,
    file: Annotated[str, typer.Option(help="The file in watches/ to write it to.", metavar="NAME")] = "added",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, and write nothing.")] = False,
    config: Config = None,
) -> None:
    """Write a watch into the configuration. The name of an actor becomes that actor; one that nobody has is free."""
    folder = load_settings(config=config).config
    book, pack = read_book(folder), load_pack(folder).pack
    found = list(_meant(names or (), actors or (), free_names or (), topics or (), pack, spelled))
    if not found and not phrases:
        raise BadWatch("nothing to watch for; give a name, or --actor, --about or --phrase")
    values: dict[str, object] = {"id": identifier or _id_of(found, phrases or ())}
    values |= {"name": name or _name_of(found, phrases or ())}
    values |= _said(owner=owner, **_terms(found, phrases or ()))
    values |= _said(filters=_filters(languages or ()), severity=severity)
    values |= _said(hours=None, digest=_digest(digest), cooldown=cooldown, group={"by": group_by} if group_by else None)
    values |= _said(ring_last=ring_last, topic=topic, channels=channels)
    draft = drafted(folder, book, file, values)
    _show(Console(soft_wrap=True, highlight=False), found, values)
    if dry_run:
        return
    draft.write()
    _show_written(Console(soft_wrap=True, highlight=False), folder, draft)


def _meant(
    names: Sequence[str],
    actors: Sequence[str],
    free_names: Sequence[str],
    topics: Sequence[str],
    pack: Pack,
    spelled: bool,
) -> Iterator[Meant]:
    for name in names:
        yield meant(name, pack, spelled=spelled)
    called = {actor.id: actor.name for actor in pack.actors} | {topic.id: topic.name for topic in pack.topics}
    for actor in actors:
        yield Meant("actors", actor, called.get(actor, actor), f"the actor {actor}")
    for name in free_names:
        yield free(" ".join(name.split()), spelled=spelled)
    for topic in topics:
        yield Meant("topics", topic, called.get(topic, topic), f"the topic {topic}")


def _terms(found: Sequence[Meant], phrases: Sequence[str]) -> dict[str, object]:
    """What the watch asks for, by the lists that it stands in."""
    lists: dict[str, list[Any]] = {"actors": [], "names": [], "topics": [], "phrases": list(phrases)}
    for one in found:
        if one.value not in lists[one.key]:
            lists[one.key].append(one.value)
    return {key: listed or None for key, listed in lists.items()}


def _said(**values: object) -> dict[str, object]:
    """What was said."""
    return {key: value for key, value in values.items() if value is not None}


def _filters(languages: Sequence[str]) -> dict[str, object] | None:
    listed = [tag.strip() for given in languages for tag in given.split(",") if tag.strip()]
    return {"languages": listed} if listed else None


def _digest(given: str | None) -> object:
    return {"cron": given} if given is not None and " " in given.strip() else given


def _id_of(found: Sequence[Meant], phrases: Sequence[str]) -> str:
    """An id from the first name.

    Raises:
        BadWatch: it has no letters that an id can have.
    """
    first = found[0].value if found and found[0].key != "names" else found[0].called if found else phrases[0]
    if identifier := slug(str(first)):
        return identifier
    raise BadWatch(f"no id can be made of {first!r}; choose one by --id: lower case letters, digits and hyphens")


def _name_of(found: Sequence[Meant], phrases: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys([*(one.called for one in found), *phrases]))[:200]


def _show(console: Console, found: Sequence[Meant], values: dict[str, object]) -> None:
    for one in found:
        console.print(Text(one.says))
        if one.spellings:
            more = f" and {len(one.spellings) - _SPELLINGS_SHOWN} more" if one.spellings[_SPELLINGS_SHOWN:] else ""
            console.print(Text(f"  {', '.join(one.spellings[:_SPELLINGS_SHOWN])}{more}", "dim"))
        if one.hint:
            console.print(Text.assemble("  note: ", (one.hint, "yellow")))
    console.print(Text(as_yaml([values])), end="")


def _show_written(console: Console, folder: Path, draft: Draft) -> None:
    console.print(Text.assemble("written to ", (str(draft.path), "bold"), "; running processes take it over"))
    if not draft.watch.ring_last:
        console.print(Text("its first pass over what is stored is quiet; --ring-last 6h rings for what is younger"))
    others = check_book(folder)
    if others:
        console.print(Text(f"tocsin check tells of {len(others)} defects elsewhere", "yellow"))
    console.print(
        Text.assemble("see what it would have rung for: ", (f"tocsin watch test {draft.watch.id} --since 7d", "bold"))
    )
