"""`tocsin source parse`: what the feed reader makes of a file, without a broker and without the network."""

import html
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from services.cli.options import Json
from services.cli.source.answers import answer_lines, bytes_of, write
from services.ingestion.reading.entry import Entry, Feed
from services.ingestion.reading.feed import parse_feed
from services.ingestion.reading.plain_text import plain_line


def parse(
    file: Annotated[Path, typer.Argument(help="A feed; - for JSON lines with file, url and headers.")],
    url: Annotated[str, typer.Option(help="Where it was served; relative links begin there.")] = "",
    content_type: Annotated[str, typer.Option(help="The Content-Type it was served with.")] = "",
    as_json: Json = False,
) -> None:
    """Show what is read from a feed: RSS, Atom, JSON Feed or a sitemap."""
    if str(file) == "-":
        return answer_lines(_answer, "file, and perhaps url and headers")
    feed = _parsed(file, url, {"content-type": content_type})
    if as_json:
        return write(document_of(feed))
    return _show(Console(soft_wrap=True, highlight=False), feed)


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    return document_of(_parsed(Path(asked["file"]), asked.get("url") or "", asked.get("headers") or {}))


def _parsed(file: Path, url: str, headers: dict[str, str]) -> Feed:
    body = bytes_of(file, "a feed")
    return parse_feed(
        body,
        url,
        headers.get("content-type") or None,
        datetime.now(UTC),
        location=headers.get("content-location"),
        language=headers.get("content-language"),
    )


def document_of(feed: Feed) -> dict[str, Any]:
    """A feed as JSON has it."""
    return {
        "feed": {
            "title": _readable(feed.title),
            "link": feed.link,
            "id": feed.id,
            "language": feed.language,
            "author": feed.author,
            "updated": feed.updated,
            "hub": feed.hub,
            "self": feed.self_link,
            "ttl": feed.asked.ttl.total_seconds(),
            "period": feed.asked.period.total_seconds(),
            "skip_hours": sorted(feed.asked.skip_hours),
            "skip_days": sorted(feed.asked.skip_days),
        },
        "entries": [_entry(entry) for entry in feed.entries],
        "encoding": feed.encoding,
        "complete": feed.complete,
        "follow": list(feed.follow),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    content, summary = (entry.summary, entry.content) if entry.is_summary else (entry.content, entry.summary)
    return {
        "id": entry.guid,
        "link": entry.link,
        "title": _readable(entry.title),
        "published": entry.published,
        "updated": entry.updated,
        "date_mark": entry.date_mark,
        "summary": _readable(summary),
        "content": _readable(content),
        "author": entry.authors[0] if entry.authors else None,
        "authors": list(entry.authors),
        "language": entry.language,
        "media": [medium.model_dump(exclude_none=True) for medium in entry.media],
        "reference": entry.reference,
    }


def _readable(markup: str) -> str:
    """What holds no element, as text."""
    return markup if "<" in markup else html.unescape(markup)


def _show(console: Console, feed: Feed) -> None:
    about = [plain_line(feed.title), feed.link, feed.language, feed.encoding, f"{len(feed.entries)} entries"]
    console.print(Text(" · ".join(part for part in about if part), style="bold"))
    for entry in feed.entries:
        when = f"{entry.published:%Y-%m-%d %H:%M}" if entry.published else entry.date_mark or ""
        console.print(Text.assemble((f"{when:17} ", "dim"), plain_line(entry.title)))
        about = [entry.link, ", ".join(entry.authors), f"{len(entry.content)} characters of content"]
        console.print(Text(f"{'':18}{' · '.join(part for part in about if part)}", style="dim"))
