"""A page's markup -> one tree, in time that grows with its length.

What is mended before anything is read from it, since the libraries that read it take quadratic time or lose text:
- a tag of more than `MAX_TAG_CHARACTERS` loses its attributes (100,000 attributes take libxml2 12 s);
- tables that place blocks, not figures, become blocks;
- tags that only set type go: old pages never close them, and each paragraph would lie deeper than the last;
- text that stands bare in a div or a table's cell, its paragraphs parted by <br>, is put into paragraphs.
"""

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree, html

from services.ingestion.pages.page import PageUnreadable

Element = html.HtmlElement

MAX_ELEMENTS: Final = 30_000
"""The largest news pages have a third of that."""
MAX_DEPTH: Final = 256
DEPTH_LOOKED_AT: Final = 64
"""At every so many elements: a deep tree is deep for long."""
MAX_TAG_CHARACTERS: Final = 20_000
BARE_TEXT_CHARACTERS: Final = 60
"""Less than that beside blocks is a label, no paragraph."""

LONG_CELL: Final = 300
"""Characters, in paragraphs: no figure."""

_LONG_TAG: Final = re.compile(rf"(<[A-Za-z][A-Za-z0-9:-]{{0,30}})\s[^<>]{{{MAX_TAG_CHARACTERS},}}>")
_ANY_TAG: Final = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|h1|article|table|title|meta)\b", re.IGNORECASE)
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LEGIBLE: Final = 0.9
_TYPE: Final = ("font", "center", "noindex", "big", "small", "nobr", "wbr", "tt", "basefont")
_INLINE_WORDS: Final = """a abbr acronym b bdi bdo br cite code data del dfn em i img ins kbd label mark q s samp span
    strike strong sub sup time u var"""
_INLINE: Final = frozenset(_INLINE_WORDS.split())
_HOLDERS: Final = ("article", "body", "div", "main", "section", "td")


def parse_page(markup: str) -> Element:
    """The tree of a page, without comments.

    Raises:
        PageUnreadable: it is no HTML.
    """
    start = markup[:100_000]
    broken = len(_NOT_XML.findall(start)) + start.count("\ufffd")
    if not _ANY_TAG.search(start) or broken > (1 - _LEGIBLE) * len(start):
        raise PageUnreadable("the address gives no HTML page; take it out of the feed's full text")
    clean = _LONG_TAG.sub(r"\1>", _NOT_XML.sub("", markup))
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        tree = html.document_fromstring(clean.encode(), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise PageUnreadable(f"the page's markup cannot be read ({error})") from error
    if not isinstance(tree.find("body"), html.HtmlElement):
        raise PageUnreadable("the page has no body")
    etree.strip_tags(tree, *_TYPE)
    return tree


def is_costly(tree: Element) -> bool:
    """Whether libraries would take too long over it: more elements, or deeper, than an article's page has."""
    for number, element in enumerate(tree.iter()):
        if number > MAX_ELEMENTS:
            return True
        if number % DEPTH_LOOKED_AT == 0 and sum(1 for _ in element.iterancestors()) > MAX_DEPTH:
            return True
    return False


def open_layout_tables(body: Element) -> None:
    """Tables that only place blocks beside each other become blocks; tables of figures stay."""
    tables = set(filter(_places_blocks, body.iter("table")))
    for part in list(body.iter("table", "caption", "tbody", "thead", "tfoot", "tr", "td", "th")):
        table = part if part.tag == "table" else next(part.iterancestors("table"), None)
        if table is None or table in tables:
            part.tag = "div"


def _places_blocks(table: Element) -> bool:
    if (
        table.get("role") in ("presentation", "none")
        or next(table.iterdescendants("table", "h1", "article"), None) is not None
    ):
        return True
    return any(
        len(cell.text_content()) >= LONG_CELL and len(list(cell.iter("br", "p"))) > 1 for cell in table.iter("td")
    )


def put_into_paragraphs(body: Element) -> None:
    """Bare text in a block, with the inline elements in it, becomes paragraphs; a <br> ends one."""
    for holder in list(body.iter(*_HOLDERS)):
        bare = len((holder.text or "").strip()) + sum(len((child.tail or "").strip()) for child in holder)
        if bare >= BARE_TEXT_CHARACTERS:
            _rebuild(holder)


def _rebuild(holder: Element) -> None:
    pieces = list(_pieces(holder))
    holder.text = None
    for child in list(holder):
        holder.remove(child)
    paragraph: Element | None = None
    for piece in pieces:
        if isinstance(piece, str):
            if paragraph is None and not piece.strip():
                continue
            if paragraph is None:
                paragraph = _paragraph_in(holder)
            if len(paragraph):
                paragraph[-1].tail = (paragraph[-1].tail or "") + piece
            else:
                paragraph.text = (paragraph.text or "") + piece
        elif piece.tag == "br":
            paragraph = None
        elif piece.tag in _INLINE and all(inner.tag in _INLINE for inner in piece.iterdescendants()):
            if paragraph is None:
                paragraph = _paragraph_in(holder)
            paragraph.append(piece)
        else:
            holder.append(piece)
            paragraph = None


def _pieces(holder: Element) -> Iterator[str | Element]:
    """Texts and children in order; the children lose their tails."""
    yield holder.text or ""
    for child in list(holder):
        tail, child.tail = child.tail, None
        yield child
        yield tail or ""


def _paragraph_in(holder: Element) -> Element:
    return etree.SubElement(holder, "p")
