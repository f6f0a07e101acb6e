"""OPML, in which readers hand over their lists of feeds: outlines -> addresses by folder, and back. Pure.

Source: http://opml.org/spec2.opml, section "Subscription lists". A list is read without DTD and entities, up to
`MAX_OUTLINES` outlines and `MAX_DEPTH` levels; an outline with an xmlUrl is a feed, whatever its type says.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from services.backbone.errors import TocsinError
from services.ingestion.reading.languages import language_tag

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_OUTLINES: Final = 100_000
MAX_DEPTH: Final = 50
MAX_NAME_CHARACTERS: Final = 200


class OpmlUnreadable(TocsinError):
    """A file is no list of feeds."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list."""

    url: str
    """As it stands there."""
    name: str = ""
    folder: tuple[str, ...] = ()
    """The outlines around it, the outermost first."""
    language: str | None = None
    site: str = ""
    """The address of the site that it belongs to."""
    line: int = 0


def read_opml(body: bytes) -> Iterator[Outline]:
    """The feeds of a list, in its order.

    Raises:
        OpmlUnreadable: it is no OPML, or beyond a bound.
    """
    if len(body) > MAX_BYTES:
        raise OpmlUnreadable(f"{len(body)} bytes long; split it into files under {MAX_BYTES} bytes")
    folder: list[str] = []
    count = 0
    try:
        events = etree.iterparse(
            io.BytesIO(body), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
        )
        for event, element in events:
            if element.getparent() is None and event == "start":
                _check_root(element)
            if element.tag != "outline":
                continue
            if event == "end":
                folder.pop()
                element.clear()
                continue
            count += 1
            if count > MAX_OUTLINES:
                raise OpmlUnreadable(f"more than {MAX_OUTLINES} outlines; split it")
            if len(folder) == MAX_DEPTH:
                raise OpmlUnreadable(f"outlines nested deeper than {MAX_DEPTH} levels; flatten it")
            name = " ".join((element.get("text") or element.get("title") or "").split())[:MAX_NAME_CHARACTERS]
            if url := _attribute(element, "xmlUrl"):
                language, site = language_tag(element.get("language")), _attribute(element, "htmlUrl")
                yield Outline(url, name, tuple(folder), language, site, int(element.sourceline or 0))
            folder.append(name)
    except etree.XMLSyntaxError as error:
        raise OpmlUnreadable(f"XML that cannot be read ({error.msg}); export the list anew") from None


def write_opml(title: str, feeds: Iterable[Outline], now: datetime) -> Iterator[str]:
    """A list of feeds as OPML 2.0, line by line; feeds of one folder are to stand side by side."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head>\n'
    yield f"    <title>{_text(title)}</title>\n    <dateCreated>{format_datetime(now)}</dateCreated>\n"
    yield "  </head>\n  <body>\n"
    opened: tuple[str, ...] = ()
    for feed in feeds:
        kept = next((n for n, (a, b) in enumerate(zip(opened, feed.folder, strict=False)) if a != b), None)
        kept = min(len(opened), len(feed.folder)) if kept is None else kept
        yield from (f"{_indent(depth)}</outline>\n" for depth in range(len(opened) - 1, kept - 1, -1))
        yield from (
            f"{_indent(depth)}<outline text={_quoted(feed.folder[depth])}>\n" for depth in range(kept, len(feed.folder))
        )
        opened = feed.folder
        attributes = {"text": feed.name, "title": feed.name, "xmlUrl": feed.url, "htmlUrl": feed.site}
        attributes |= {"language": feed.language or ""}
        written = " ".join(f"{name}={_quoted(value)}" for name, value in attributes.items() if value)
        yield f'{_indent(len(opened))}<outline type="rss" {written}/>\n'
    yield from (f"{_indent(depth)}</outline>\n" for depth in range(len(opened) - 1, -1, -1))
    yield "  </body>\n</opml>\n"


def _check_root(root: etree._Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise OpmlUnreadable("XML with a DOCTYPE, which is not read; take it out")
    if root.tag != "opml":
        name = etree.QName(root).localname[:40]
        raise OpmlUnreadable(f"an XML document <{name}>, not OPML; export the list as OPML")


def _attribute(element: etree._Element, name: str) -> str:
    """Of OPML 2.0, or in the lower case that some programs write."""
    return (element.get(name) or element.get(name.lower()) or "").strip()


def _indent(depth: int) -> str:
    return "  " * (depth + 2)


def _text(text: str) -> str:
    return quoteattr(text)[1:-1]


def _quoted(text: str) -> str:
    return quoteattr("".join(character for character in text if character.isprintable()))
