"""An element of a feed -> HTML: what it holds, however it was put in there.

RSS writes escaped HTML, whatever else it says. Atom states by `type` (and 0.3 by `mode`) whether it is text, escaped
HTML, or elements; text is escaped here, so that what comes out always reads as HTML. Elements within are written
out again without namespaces, prefixes and attributes but href, src and alt.
"""

import base64
import binascii
import html

from lxml.etree import _Element, _Entity

from services.ingestion.reading.vocabulary import local_name, name_of

_KEPT = ("href", "src", "alt")
_SHORT = 64
_EMPTY = frozenset(["area", "br", "col", "hr", "img", "input", "wbr"])
_TEXT_TYPES = frozenset(["text", "text/plain", "plain"])
_HTML_TYPES = frozenset(["html", "text/html", "xhtml", "application/xhtml+xml"])


def text_of(element: _Element) -> str:
    """The text of an element that holds no markup, trimmed."""
    return ("".join(element.itertext()) if len(element) else element.text or "").strip()


def markup_of(element: _Element, atom: bool) -> str:
    """What an element holds, as HTML.

    Args:
        element: of any name.
        atom: the feed is Atom, so that `type` counts, and that none means text.
    """
    kind = (element.get("type") or "text").strip().lower().partition(";")[0] if atom or len(element) else ""
    if len(element):
        escaped_within = kind in ("html", "text/html") and name_of(element[0]) == "xhtml:div"
        return _written_out(element, escaped_within).strip()
    text = (element.text or "").strip()
    if not text or not atom:
        return text
    if element.get("mode") == "base64" or _is_coded(kind, element):
        return _uncoded(text, kind)
    return html.escape(text, quote=False) if kind in _TEXT_TYPES else text


def _is_coded(kind: str, element: _Element) -> bool:
    """Atom 1.0 has base64 in all that is neither text nor XML."""
    return (
        kind not in _TEXT_TYPES
        and kind not in _HTML_TYPES
        and not kind.startswith("text/")
        and not kind.endswith(("+xml", "/xml"))
        and element.get("mode") is None
    )


def _uncoded(text: str, kind: str) -> str:
    """What base64 stands for; what is no base64 is text after all, what stands for no text is a file."""
    try:
        plain = base64.b64decode(text, validate=not any(map(str.isspace, text)))
    except (binascii.Error, ValueError):
        return text
    try:
        decoded = plain.decode().strip()
    except UnicodeError:
        return text if len(text) < _SHORT else ""
    return html.escape(decoded, quote=False) if kind in _TEXT_TYPES else decoded


def _written_out(element: _Element, as_it_is: bool) -> str:
    """All that stands in an element. lxml reads no document deep enough to trouble the recursion.

    Args:
        element: with elements in it.
        as_it_is: its text is HTML, an element around it notwithstanding.
    """
    pieces: list[str] = []

    def put(text: str | None) -> None:
        if text:
            pieces.append(text if as_it_is else html.escape(text, quote=False))

    def write(parent: _Element) -> None:
        put(parent.text)
        for child in parent:
            if name := local_name(child):
                kept = "".join(f' {key}="{html.escape(child.get(key, ""))}"' for key in _KEPT if key in child.attrib)
                pieces.append(f"<{name}{kept}>")
                write(child)
                pieces.append("" if name in _EMPTY else f"</{name}>")
            elif isinstance(child, _Entity):  # of a document that was recovered
                put(child.text)
            put(child.tail)

    write(element)
    return "".join(pieces)


def as_meant(text: str) -> str:
    """What was UTF-8 and taken for Windows-1252 on the way here (Ã© for é), undone."""
    if text.isascii():
        return text
    try:
        return text.encode("cp1252").decode()
    except UnicodeError:
        return text
