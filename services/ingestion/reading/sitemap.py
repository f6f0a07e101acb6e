"""Sitemaps -> entries: for news, plain, an index of them, or a list of addresses as text; gzipped or not.

    <url>         loc; news:news with publication (name, language), publication_date and title; lastmod; image:image
    <sitemap>     loc, lastmod: of an index; the newest are handed on as `Feed.follow`

A plain sitemap has addresses and no titles: its articles are read from their pages. Of a long one the newest by lastmod
are taken, for the order in it says nothing.
Sources: sitemaps.org/protocol.html; Google's documentation of news and image sitemaps.
"""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from schemas import Media
from services.ingestion.reading.dates import read_date
from services.ingestion.reading.entry import MAX_ENTRIES, Entry, Feed, FeedUnreadable
from services.ingestion.reading.languages import language_tag
from services.ingestion.reading.links import absolute

MAX_FOLLOWED: Final = 10
"""Sitemaps of an index that one poll reads."""
MAX_BYTES: Final = 16 * 1024 * 1024
"""Of a gzipped sitemap, unpacked; what was fetched is bounded where it is fetched."""
MAX_PICTURES: Final = 5


_GZIP = b"\x1f\x8b"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ENDS = re.compile(rb"</(?:\w+:)?(?:urlset|sitemapindex)\s*>\s*$")
_URL_BEGINS = re.compile(rb"<(?:\w+:)?(?:url|sitemap)[\s>]")
_URL_ENDS = re.compile(rb"</(?:\w+:)?(?:url|sitemap)\s*>")


@dataclass(frozen=True, slots=True)
class _Place:
    """One address of a sitemap, and when it last changed."""

    entry: Entry
    is_sitemap: bool

    @property
    def changed(self) -> datetime:
        return self.entry.published or self.entry.updated or _LONG_AGO


def read_sitemap(body: bytes, url: str, now: datetime) -> Feed:
    """Read a sitemap.

    Args:
        body: as fetched; gzip is undone here, for such files are served as they are.
        url: where it was found; relative addresses begin there.
        now: dates well after it are impossible.

    Raises:
        FeedUnreadable: saying what it is instead.
    """
    if body.startswith(_GZIP):
        body = _unpacked(body)
    if b"<" not in body[:4_096]:
        return Feed(tuple(_plain_list(body)))
    places, title = _places(body, url, now)
    plain = body[-1_000:].replace(b"\0", b"")
    complete = _ENDS.search(plain) is not None
    if not complete and _cut_within(body):
        places = places[:-1]
    newest = sorted(places, key=lambda place: place.changed, reverse=True)
    follow = dict.fromkeys(place.entry.link for place in newest if place.is_sitemap and place.entry.link)
    entries = [place.entry for place in newest if not place.is_sitemap][:MAX_ENTRIES]
    return Feed(tuple(entries), complete, title=title, follow=tuple(follow)[:MAX_FOLLOWED])


def _places(body: bytes, url: str, now: datetime) -> tuple[list[_Place], str]:
    """All addresses in their order, and the name of the publication where one is given."""
    places: list[_Place] = []
    title = ""
    try:
        elements = etree.iterparse(
            io.BytesIO(body), tag=("{*}url", "{*}sitemap"), resolve_entities=False, no_network=True, recover=True
        )
        for _, element in elements:
            if element.getroottree().docinfo.internalDTD is not None:
                raise FeedUnreadable("XML with a DOCTYPE, which no sitemap needs; ask the outlet to leave it out")
            values = dict(_values(element))
            if place := _place(values, etree.QName(element).localname == "sitemap", url, now):
                places.append(place)
            title = title or values.get("name", "")
            element.clear()
            while element.getprevious() is not None and (parent := element.getparent()) is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise FeedUnreadable(f"XML that cannot be read ({error.msg}); ask the outlet to mend it") from None
    root = elements.root
    name = "nothing" if root is None else etree.QName(root).localname
    if name not in ("urlset", "sitemapindex"):
        what = "an HTML page" if name.lower() == "html" else f"an XML document <{name[:40]}>"
        raise FeedUnreadable(f"{what}, not a sitemap; correct the source's url or kind")
    return places, title


def _values(element: etree._Element) -> Iterator[tuple[str, str]]:
    """What stands in a <url> by local name, and pictures by number; of several alike the last."""
    pictures = 0
    for inner in element.iter(etree.Element):
        if text := (inner.text or "").strip():
            space, name = etree.QName(inner).namespace or "", etree.QName(inner).localname
            if "image" not in space:
                yield name, text
            elif name == "loc" and pictures < MAX_PICTURES:
                pictures += 1
                yield f"picture {pictures}", text


def _place(values: dict[str, str], is_sitemap: bool, url: str, now: datetime) -> _Place | None:
    link = absolute(values.get("loc", ""), url)
    if link is None:
        return None
    published, mark = read_date(values.get("publication_date", ""), now)
    updated, _ = read_date(values.get("lastmod", ""), now)
    pictures = (absolute(text, url) for name, text in values.items() if name.startswith("picture "))
    entry = Entry(
        link=link,
        title=values.get("title", ""),
        published=published,
        updated=updated,
        date_mark=mark,
        language=language_tag(values.get("language")),
        media=tuple(Media(url=picture) for picture in pictures if picture),
    )
    return _Place(entry, is_sitemap)


def _plain_list(body: bytes) -> Iterator[Entry]:
    """A sitemap as text: one address a line."""
    lines = body.decode("utf-8-sig", "replace").splitlines()
    links = [line.strip() for line in lines if line.strip()]
    if not links or not all(link.startswith(("http://", "https://")) for link in links):
        raise FeedUnreadable("neither XML nor a list of addresses, not a sitemap; correct the source's url or kind")
    for link in links[:MAX_ENTRIES]:
        if absolute(link, link):
            yield Entry(link=link, date_mark="undated")


def _unpacked(body: bytes) -> bytes:
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = inflate.decompress(body, MAX_BYTES + 1)
    except zlib.error as error:
        raise FeedUnreadable(f"gzip data that cannot be unpacked ({error}); ask the outlet to mend it") from None
    if len(plain) > MAX_BYTES:
        raise FeedUnreadable(f"gzip data of over {MAX_BYTES} bytes unpacked; name a smaller sitemap, say of the news")
    return plain


def _cut_within(body: bytes) -> bool:
    """Whether the last <url> was begun and never ended: its address may be half of one."""
    opened = max((match.end() for match in _URL_BEGINS.finditer(body)), default=0)
    closed = max((match.end() for match in _URL_ENDS.finditer(body)), default=0)
    return opened > closed
