"""What a fetch gives: the content with what its header says of it, or word that it is what it was."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin, urlsplit

MAX_LINKS = 50

MAX_LINK_CHARACTERS = 8 * 1024

_BLANK = r"[ \t]{0,9}"
_PARAMETER = rf"""{_BLANK};{_BLANK}[\w!#$&+.^`|~*-]{{1,40}}(?:{_BLANK}={_BLANK}(?:"[^"]*"|[^\s",;]*))?"""
_LINK = re.compile(rf"{_BLANK}<([^<>]{{1,2000}})>((?:{_PARAMETER}){{0,20}}){_BLANK},?")
_REL = re.compile(rf"""(?i:;{_BLANK}rel){_BLANK}={_BLANK}(?:"([^"]*)"|([^\s",;]+))""")


@dataclass(frozen=True, slots=True)
class Fetched:
    """A complete answer with content."""

    url: str
    """Where it was found in the end."""
    body: bytes
    content_type: str | None
    etag: str | None
    """For the next conditional request; None where there is none, or one that is longer than any server needs."""
    last_modified: str | None
    cache_control: str | None
    moved_to: str | None = None
    """Where it is to be fetched from now on: every hop said that it is for good."""
    links: tuple[tuple[str, str], ...] = ()
    """Address and relation of each `Link` to http or https, such as `hub` and `self` (RFC 8288)."""
    content_location: str | None = None
    wire_bytes: int = 0
    """Length of the body as it came."""
    date: str | None = None
    age: str | None = None
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """The content is what it was."""

    cache_control: str | None
    moved_to: str | None = None
    """As in Fetched."""
    date: str | None = None
    age: str | None = None
    expires: str | None = None


class Validators(Protocol):
    """What a conditional request is made from."""

    @property
    def etag(self) -> str | None: ...
    @property
    def last_modified(self) -> str | None: ...


def links(header: str | None, base: str) -> tuple[tuple[str, str], ...]:
    """Read a `Link` header; what cannot be read ends it.

    Args:
        header: as it stands in the answer, several joined by commas.
        base: what a relative address is relative to.
    """
    return tuple(_links(header[:MAX_LINK_CHARACTERS], base)) if header else ()


def _links(header: str, base: str) -> Iterator[tuple[str, str]]:
    at = 0
    for _ in range(MAX_LINKS):
        link = _LINK.match(header, at)
        if link is None:
            return
        at = link.end()
        relations = _REL.search(link.group(2))
        if relations is None:
            continue
        try:
            url = urljoin(base, link.group(1).strip())
            if urlsplit(url).scheme not in ("http", "https"):
                continue
        except ValueError:
            continue
        for relation in (relations.group(1) or relations.group(2) or "").lower().split():
            yield url, relation
