"""A page whose links are articles -> entries. The desk says by a CSS selector which links those are.

The selector names the links, or what they stand in: a card, a list, a heading. A card links to its article several
times (picture, headline, "more"): the longest text is the title. Its date is that of the one <time> in the card.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urldefrag

from lxml import etree, html
from lxml.cssselect import CSSSelector

from services.ingestion.pages.decode import decode_page
from services.ingestion.reading.dates import read_date
from services.ingestion.reading.entry import MAX_ENTRIES, Entry, Feed, FeedUnreadable
from services.ingestion.reading.languages import language_tag
from services.ingestion.reading.links import absolute

MAX_TITLE_CHARACTERS: Final = 2_000


def read_link_page(body: bytes, url: str, content_type: str | None, selector: str, now: datetime) -> Feed:
    """Read the links of a page.

    Args:
        body: as fetched.
        url: where it was found; relative links begin there, unless the page says otherwise.
        content_type: of the answer; its charset counts.
        selector: CSS, a source's `select`.
        now: dates well after it are impossible.

    Raises:
        FeedUnreadable: no page, or one on which the selector finds no link.
    """
    root = page_tree(body, content_type)
    language = language_tag(root.get("lang"))
    entries: dict[str, Entry] = {}
    for link, title, date in _links(root, selector, url):
        known = entries.get(link)
        if known is None and len(entries) == MAX_ENTRIES:
            break
        if known is None or len(title) > len(known.title):
            published, mark = read_date(date, now)
            entries[link] = Entry(
                link=link,
                title=title,
                published=published,
                date_mark=mark,
                language=language,
            )
    if not entries:
        raise FeedUnreadable(f"a page on which {selector!r} finds no link; correct the source's select")
    return Feed(tuple(entries.values()), title=" ".join((root.findtext(".//title") or "").split()), link=url)


def page_tree(body: bytes, content_type: str | None) -> html.HtmlElement:
    """The elements of an HTML page.

    Raises:
        FeedUnreadable: there are none.
    """
    text = decode_page(body, content_type).replace("\0", "").encode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise FeedUnreadable("nothing that can be read as an HTML page; correct the source's url") from None
    return root


def base_of(root: html.HtmlElement, url: str) -> str:
    """Where the relative links of a page begin."""
    for base in root.iter("base"):
        if href := base.get("href"):
            return absolute(href, url) or url
    return url


def _links(root: html.HtmlElement, selector: str, url: str) -> Iterator[tuple[str, str, str]]:
    """Address, text and date of each link that the selector finds, in the order of the page."""
    here, base = urldefrag(url).url, base_of(root, url)
    for found in CSSSelector(selector, translator="html")(root):
        dates = {time.get("datetime", "") for time in found.iter("time")}
        date = dates.pop() if len(dates) == 1 else ""
        for link in found.iter("a"):
            where = absolute(urldefrag((link.get("href") or "").strip()).url, base)
            if where is not None and where != here:
                yield where, _text(link), date


def _text(link: html.HtmlElement) -> str:
    """What a link says; what its title or its picture says where it has no words."""
    text = link.text_content() or link.get("title") or next((i.get("alt") or "" for i in link.iter("img")), "")
    return " ".join(text[:MAX_TITLE_CHARACTERS].split())
