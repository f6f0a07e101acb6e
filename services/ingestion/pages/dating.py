"""When an article appeared, as its page states it.

In the order believed: JSON-LD, the meta elements made for it, the marked-up time, the line under the headline, and
last what htmldate makes of the page. A wrong date is worse than none, so each is read by the strict reader of feeds.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from htmldate import find_date

from services.ingestion.pages.linked_data import Stated
from services.ingestion.pages.meta import Meta
from services.ingestion.pages.tree import Element, is_costly
from services.ingestion.pages.wording import letters
from services.ingestion.reading.dates import read_date

DATELINE_CHARACTERS: Final = 80
NEAR: Final = 40
"""The dateline is among so many elements after the headline."""
MOST_LABELS: Final = 2
"""Words before a date in its line, "Published:" or a town. With more of them it is a sentence about another day."""

_NEVER_FUTURE: Final = datetime(9_000, 1, 1, tzinfo=UTC)
"""Whether a date lies in the future is for whoever knows the time."""
_DATES: Final = (
    *("article:published_time", "datepublished", "date.published", "og:published_time", "og:article:published_time"),
    *("parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime", "publish-date", "publish_date"),
    *("publishdate", "pubdate", "publicationdate", "published_at", "article.published", "dc.date.issued"),
    *("dcterms.created", "dc.date.created", "dcterms.date", "dc.date", "article_date_original", "date"),
)
_NUMBER: Final = re.compile(r"\d+")
_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)")
_LABEL: Final = re.compile(r"^\D{0,30}?[:|،,–-]\s+|^[^\W\d_]+\s+")


def published(tree: Element, meta: Meta, stated: Stated, title: str, url: str) -> datetime | None:
    """The instant in UTC; a time without a zone is taken as UTC, a day as its midnight."""
    for text in _stated(tree, meta, stated, title):
        moment, _ = read_date(text, _NEVER_FUTURE)
        if moment is not None:
            return moment
    if is_costly(tree):
        return None
    day = find_date(tree, url=url or None, original_date=True, extensive_search=False)
    return datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None


def _stated(tree: Element, meta: Meta, stated: Stated, title: str) -> Iterator[str]:
    yield stated.published
    for name in _DATES:
        yield from meta.get(name, ())[:1]
    marked = (element for element in tree.iter("time", "abbr", "span", "div") if _is_marked(element))
    in_article = (element for article in tree.iter("article") for element in article.iter("time"))
    for element in (*islice(marked, 1), *islice(in_article, 1)):
        yield element.get("datetime") or element.get("content") or element.get("title") or ""
    for line in _under_headline(tree, letters(title)):
        for _ in range(MOST_LABELS + 1):
            if len(_NUMBER.findall(line)) > 1:  # a year alone is no date
                yield line
            line = _LABEL.sub("", line, count=1)


def _is_marked(element: Element) -> bool:
    return element.get("pubdate") is not None or "datepublished" in (element.get("itemprop") or "").lower()


def _under_headline(tree: Element, headline: str) -> Iterator[str]:
    """Marked-up times and short texts with a year in them, soon after the element that holds the headline."""
    elements = tree.iter("h1", "h2", "h3", "time", "b", "strong", "p", "div", "span", "td", "li", "br", "i", "em")
    if not headline or not any(letters(element.text or "") == headline for element in elements):
        return
    for element in islice(elements, NEAR):
        for text in (element.get("datetime"), element.text, element.tail):
            line = " ".join((text or "").split())
            if len(line) <= DATELINE_CHARACTERS and _YEAR.search(line):
                yield line
