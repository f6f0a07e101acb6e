"""From a site's page to its feed: where it may stand, and what a document turns out to be. Pure.

In the order tried, for the first that holds entries is taken:
1. the address itself, where a feed or a sitemap stands there already;
2. what the page names: <link rel="alternate"> of RSS, Atom or JSON Feed, in the page's order;
3. the usual places, below the page's folder and at the root;
4. the sitemaps that robots.txt names, those for news first.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

from lxml import html

from services.ingestion.reading.entry import Feed, FeedUnreadable
from services.ingestion.reading.feed import parse_feed
from services.ingestion.reading.languages import language_tag
from services.ingestion.reading.link_page import base_of, page_tree
from services.ingestion.reading.links import absolute
from services.ingestion.reading.sitemap import read_sitemap

MAX_STATED: Final = 10
"""Feeds that a page names and we try: some name one for each tag and each writer."""
MAX_SITEMAPS: Final = 5
MAX_ROBOTS_CHARACTERS: Final = 500_000
USUAL: Final = ("feed", "rss", "rss.xml", "atom.xml", "feed.json", "index.xml")

_TYPES: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/xml"}
    | {"application/xml", "application/json"}
)
_MAYBE: Final = frozenset({"text/xml", "application/xml", "application/json"})
_NAMED_A_FEED: Final = re.compile(r"rss|atom|feed", re.IGNORECASE)
_OF_COMMENTS: Final = re.compile(r"comments?(/|$)|/comments/", re.IGNORECASE)
_SITEMAP: Final = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands at an address."""

    kind: Literal["feed", "sitemap", "page"]
    """A `Kind` of source."""
    feed: Feed | None = None
    """None for a page."""
    stated: tuple[str, ...] = ()
    """Feeds that a page names, in its order; those of comments last."""
    name: str = ""
    """What a page calls its site."""
    language: str | None = None
    """What a page declares."""


def what_stands(body: bytes, url: str, content_type: str | None, now: datetime) -> Stands:
    """Tell a feed from a sitemap from a page.

    Raises:
        FeedUnreadable: it is none of them.
    """
    try:
        return Stands("sitemap", read_sitemap(body, url, now))
    except FeedUnreadable:
        pass
    try:
        return Stands("feed", parse_feed(body, url, content_type, now))
    except FeedUnreadable as error:
        if "<" not in body[:1_000].decode("latin-1"):
            raise
        try:
            root = page_tree(body, content_type)
        except FeedUnreadable:
            raise error from None
    stated = dict.fromkeys(_stated(root, url))
    return Stands(
        "page",
        stated=tuple(sorted(stated, key=lambda address: bool(_OF_COMMENTS.search(address))))[:MAX_STATED],
        name=_name(root),
        language=language_tag(root.get("lang")),
    )


def usual_places(url: str) -> tuple[str, ...]:
    """Where feeds stand that no page names."""
    below = urlsplit(url)._replace(query="", fragment="").geturl()
    folder = below if below.endswith("/") else f"{below}/"
    places = [urljoin(base, name) for base in (folder, urljoin(url, "/")) for name in USUAL]
    return tuple(dict.fromkeys(places))


def sitemaps_in(robots: str, url: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names (sitemaps.org, "Specifying the Sitemap location"), those for news first."""
    named = (absolute(found, url) for found in _SITEMAP.findall(robots[:MAX_ROBOTS_CHARACTERS]))
    sitemaps = dict.fromkeys(address for address in named if address)
    return tuple(sorted(sitemaps, key=lambda address: "news" not in urlsplit(address).path.lower()))[:MAX_SITEMAPS]


def _stated(root: html.HtmlElement, url: str) -> Iterator[str]:
    base = base_of(root, url)
    for link in root.iter("link"):
        relations, kind = link.get("rel", "").lower().split(), link.get("type", "").partition(";")[0].strip().lower()
        if not {"alternate", "feed"} & set(relations) or (kind not in _TYPES and "feed" not in relations):
            continue
        href = link.get("href", "")
        if kind in _MAYBE and not _NAMED_A_FEED.search(f"{href} {link.get('title', '')}"):
            continue  # a translation, an oEmbed document, an API of WordPress
        if address := absolute(href, base):
            yield address


def _name(root: html.HtmlElement) -> str:
    for meta in root.iter("meta"):
        if meta.get("property", "").lower() == "og:site_name" and meta.get("content"):
            return " ".join(meta.get("content", "").split())
    return " ".join((root.findtext(".//title") or "").split())
