"""Ids and names for sources that are added: from what a site calls itself, and from its address. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import count
from typing import Final
from urllib.parse import urlsplit

from services.ingestion.identity.site import site_of

MAX_NAME_CHARACTERS: Final = 200
_MAX_ID_CHARACTERS = 60

_PARTS = re.compile(r"\s*(?:[|»›•·:]|\s[-–—]\s)\s*")
_SAYS_NOTHING = re.compile(
    r"(?:the\s+)?(?:rss|atom|xml|json)?\s*(?:feeds?|rss|home|home\s?page|(?:all|latest|top|breaking)?\s*(?:news|stories|articles|posts)|"
    r"full feed|main|index)\s*(?:feeds?|rss)?",
    re.IGNORECASE,
)
_OF_A_FEED = {"feed", "feeds", "feedburner", "feeder", "rss", "rss2", "rss091", "atom", "rdf", "xml", "json"} | {
    *("all", "default", "export", "home", "index", "news", "sitemap", "sitemaps", "www", "php", "asp", "aspx", "en")
}
_PROXIES = frozenset({"feedburner.com", "feeds.feedburner.com"})


def name_of(title: str, url: str) -> str:
    """The outlet's name, from what its page or feed is called; from its host where that says nothing."""
    title = " ".join(title.split())
    parts = [part for part in _PARTS.split(title) if part]
    telling = [part for part in parts if not _SAYS_NOTHING.fullmatch(part)]
    if len(telling) == len(parts):
        return title[:MAX_NAME_CHARACTERS] or _host(url)
    return " - ".join(telling)[:MAX_NAME_CHARACTERS] or _host(url)


def id_of(url: str, name: str, taken: Collection[str]) -> str:
    """An id that no source has: of the site, and of the section where the site has one already."""
    return next(candidate for candidate in _candidates(url, name) if candidate and candidate not in taken)


def slug(text: str) -> str:
    """What an id can hold of a text; empty where that is nothing."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:_MAX_ID_CHARACTERS].strip("-")


def _candidates(url: str, name: str) -> Iterator[str]:
    host, site = _host(url), site_of(_host(url))
    own = site in _PROXIES or not re.search("[a-z]", site.partition(".")[0])
    base = slug(name if own else site.partition(".")[0]) or slug(name) or "source"
    yield base
    below = [part for part in host.removesuffix(site).split(".") if part]
    section = [slug(part) for part in (*below, *re.split(r"[/.?&=]", urlsplit(url).path)) if part]
    section = [part for part in section if part and part not in _OF_A_FEED and part != base]
    if section:
        yield f"{base}-{'-'.join(section[:4])}"[: _MAX_ID_CHARACTERS * 2 - 20].strip("-")
    for number in count(2):
        yield f"{base}-{number}"


def _host(url: str) -> str:
    return (urlsplit(url).hostname or url).removeprefix("www.")
