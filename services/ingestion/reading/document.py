"""Text -> the elements of an XML document, read by lxml, strictly: what it would have to guess, it does not read.

No entities, no DTD, no network; libxml2's own bounds hold: 256 levels, 10 million characters in one piece.
"""

import html
import re
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from services.ingestion.reading.entry import FeedUnreadable

_ENTITY = re.compile("<!ENTITY", re.IGNORECASE)
_CONTROLS = re.compile(rb"\xc2[\x80-\x9f]")
_REFERENCES = re.compile(rb"&#(?:12[89]|1[3-9][0-9]|2[0-5][0-9]|[xX][89A-Fa-f][0-9A-Fa-f]);")
_ATTRIBUTES = re.compile(rb"xml:(?:base|lang)")


class NotWellFormed(Exception):
    """It is no XML as the specification has it."""


class TooDeep(FeedUnreadable):
    """Elements stand in elements beyond 256 levels."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read."""

    root: _Element
    based: bool
    """xml:base occurs in it."""
    spoken: bool
    """xml:lang occurs in it."""
    twice: bool
    """Letters occur in it that UTF-8 which was encoded once more begins with (Ã and its like)."""


def read_document(text: str, recover: bool = False) -> Document:
    """Read XML.

    Args:
        text: from the root element on, see `from_root`.
        recover: read on after an error, as libxml2 does: it keeps what parses, and tells not what it lost.

    Raises:
        NotWellFormed: what is wrong.
        TooDeep: elements that are not closed look so, too.
    """
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        recover=recover,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    data = text.encode("utf-8", "replace")
    if b"\xc2" in data:
        data = _CONTROLS.sub(lambda found: _windows(found[0][1]), data)
    referring = _REFERENCES.search(data) is not None
    if referring:
        data = _REFERENCES.sub(lambda found: _windows(ord(html.unescape(found[0].decode()))), data)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if isinstance(error, etree.XMLSyntaxError) and "xcessive depth" in str(error):
            raise TooDeep("XML nested beyond 256 levels, which no feed is; correct the source's url") from error
        raise NotWellFormed(str(error)) from error
    if root is None:
        raise NotWellFormed("no element")
    attributes = set(_ATTRIBUTES.findall(data)) if _ATTRIBUTES.search(data) else ()
    return Document(root, b"xml:base" in attributes, b"xml:lang" in attributes, referring or b"\xc3" in data)


def _windows(code: int) -> bytes:
    """Windows-1252 where control characters stand: &#146; is meant as an apostrophe."""
    return bytes([code]).decode("cp1252", "ignore").encode() if code < 0xA0 else chr(code).encode()


def from_root(text: str) -> str:
    """The document from its root element on: without XML declaration, DOCTYPE, leading comments and junk.

    Raises:
        FeedUnreadable: the DOCTYPE declares entities.
    """
    position = 0
    while (start := text.find("<", position)) >= 0:
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
        elif text.startswith("<?", start):
            end = text.find(">", start)
        elif text.startswith("<!", start):
            end = text.find(">", start)
            subset = text.find("[", start)
            if 0 <= subset < end:
                end = text.find(">", max(start, text.find("]", subset)))
            if _ENTITY.search(text, start, len(text) if end < 0 else end):
                raise FeedUnreadable(
                    "XML that declares entities, which is not read; ask the outlet to leave out its DOCTYPE"
                )
        else:
            return text[start:]
        if end < 0:
            return text[start:]
        position = end + 1
    return ""
