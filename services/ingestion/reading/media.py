"""Pictures, sound and film of an entry, as links: enclosures, media:content, thumbnails, itunes:image."""

from collections.abc import Callable, Iterable

from lxml.etree import _Element

from schemas.article import Media
from services.ingestion.reading.links import absolute
from services.ingestion.reading.markup import text_of
from services.ingestion.reading.vocabulary import local_name

MAX_MEDIA = 20
_MAX_TYPE = 100
_SOURCES = (
    ("enclosure", "url"),
    ("link", "href"),
    ("media:content", "url"),
    ("media:thumbnail", "url"),
    ("itunes:image", "href"),
)


def media_of(fields: dict[str, list[_Element]], base: Callable[[_Element], str]) -> tuple[Media, ...]:
    """The media that an entry names, each address once.

    Args:
        fields: the children of the entry by name.
        base: where the links of an element begin.
    """
    found: list[tuple[str | None, str | None]] = []
    for name, key in _SOURCES:
        if name not in fields:
            continue
        for element in fields[name]:
            if name == "link" and (element.get("rel") or "").strip().lower() != "enclosure":
                continue
            stated = element.get(key) or element.get("href") or (text_of(element) if name == "enclosure" else None)
            found.append((absolute(stated, base(element)), element.get("type") or _of_medium(element.get("medium"))))
    for element in fields.get("image", ()):
        address = next((text_of(part) for part in element if local_name(part) == "url"), element.text)
        found.append((absolute(address, base(element)), None))
    return distinct(found)


def distinct(found: Iterable[tuple[str | None, str | None]]) -> tuple[Media, ...]:
    """Of addresses and media types: each address once, those that are none left out."""
    kept: dict[str, Media] = {}
    for url, kind in found:
        if url is not None and url not in kept and len(kept) < MAX_MEDIA:
            kept[url] = Media(url=url, type=(kind or "").strip()[:_MAX_TYPE] or None)
    return tuple(kept.values())


def _of_medium(medium: str | None) -> str | None:
    return f"{medium}/*" if medium in ("image", "audio", "video") else None
