"""The meta elements of a page, and what they say of its article besides the headline.

Where several say the same thing, the one meant for articles is believed before the one meant for sharing.
"""

import re
from typing import Final
from urllib.parse import urljoin, urlsplit

from schemas import Media
from services.ingestion.pages.linked_data import Stated
from services.ingestion.pages.tree import Element
from services.ingestion.reading.plain_text import plain_line

Meta = dict[str, list[str]]

MAX_VALUES: Final = 20
MAX_MEDIA: Final = 20
MAX_ADDRESS: Final = 4_096
_AUTHORS: Final = (
    *("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator"),
    *("cxenseparse:author", "byl"),
)
_BY: Final = re.compile(r"^(?:(?:\w+ )?by|авторы?)\b:?\s+", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\s*(?:,|;|\||،|、|\s(?:and|und|et|y|e|och|и|و|और|এবং)\s)\s*", re.IGNORECASE)
_LANGUAGE: Final = re.compile(r"[a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*")


def read_meta(tree: Element) -> Meta:
    """Contents by the name in lower case; also those of elements with `itemprop`."""
    found: Meta = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop")
        content = (element.get("content") or "").strip()
        if name and content and len(values := found.setdefault(name.strip().lower(), [])) < MAX_VALUES:
            values.append(content)
    return found


def first(meta: Meta, *names: str) -> str:
    """The first of these that the page has, else an empty string."""
    return next((meta[name][0] for name in names if name in meta), "")


def authors(tree: Element, meta: Meta, stated: Stated) -> tuple[str, ...]:
    """Who wrote it, as the page names them."""
    named = [name for author in stated.authors for name in _BETWEEN.split(_BY.sub("", author))]
    for name in _AUTHORS:
        named = named or [part for value in meta.get(name, ()) for part in _people(value)]
    if not named:
        marked = (
            e for e in tree.iter("a", "span", "div", "p") if e.get("rel") == "author" or e.get("itemprop") == "author"
        )
        named = [part for element in list(marked)[:5] for part in _people(element.text_content())]
    return tuple(dict.fromkeys(filter(None, named)))[:MAX_VALUES]


def _people(text: str) -> list[str]:
    text = _BY.sub("", plain_line(text))
    return [] if "://" in text or len(text) > 200 else [name for name in _BETWEEN.split(text) if len(name) > 1]


def canonical(tree: Element, meta: Meta, url: str) -> str | None:
    """The page's own address. One that names the front page of the site is a mistake, and none."""
    links = [e.get("href") for e in tree.iter("link") if (e.get("rel") or "").lower() == "canonical"]
    base = next((e.get("href") for e in tree.iter("base") if e.get("href")), None)
    for stated in (*links[:1], first(meta, "og:url")):
        address = _absolute(stated or "", urljoin(url, base or ""))
        if address and not (urlsplit(address).path in ("", "/") and urlsplit(url).path not in ("", "/")):
            return address
    return None


def site(meta: Meta, stated: Stated) -> str | None:
    """The outlet's name."""
    name = plain_line(first(meta, "og:site_name", "application-name")) or next(iter(stated.outlets), "")
    return name[:200] or None


def language(tree: Element, meta: Meta, stated: Stated) -> str | None:
    """As declared: html lang, JSON-LD, meta, og:locale."""
    root = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or ""
    http = next(
        (e.get("content") for e in tree.iter("meta") if (e.get("http-equiv") or "").lower() == "content-language"), ""
    )
    for declared in (root, stated.language, http, first(meta, "language", "dc.language", "og:locale")):
        tag = (declared or "").strip().replace("_", "-")
        if _LANGUAGE.fullmatch(tag):
            return tag
    return None


def media(meta: Meta, stated: Stated, url: str) -> tuple[Media, ...]:
    """Pictures and films that the page names for its article, as addresses."""
    pictures = [
        *meta.get("og:image", ()),
        *stated.images[:5],
        *meta.get("twitter:image", ()),
        *meta.get("og:video", ()),
    ]
    found = {
        address: first(meta, "og:image:type") if place == 0 else ""
        for place, picture in enumerate(pictures)
        if (address := _absolute(picture, url))
    }
    return tuple(Media(url=address, type=kind[:100] or None) for address, kind in list(found.items())[:MAX_MEDIA])


def _absolute(address: str, base: str) -> str | None:
    try:
        joined = urljoin(base, address.strip())
        parts = urlsplit(joined)
    except ValueError:
        return None
    usable = address and parts.scheme in ("http", "https") and parts.hostname and len(joined) <= MAX_ADDRESS
    return joined if usable and not any(map(str.isspace, joined)) else None
