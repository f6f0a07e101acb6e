"""Entry, and its page where that was fetched -> Article: plain words within the limits, with ids that the same entry
always gives.

What is stated twice is taken from the feed first, but for the text: that is the page's where it says more.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import schemas.article as limits
from schemas import Article, Media
from schemas import Source as Outlet
from schemas.article import Mark
from schemas.ids import article_id, article_id_from_elsewhere, article_id_from_guid, revision
from services.backbone.errors import TocsinError
from services.ingestion.identity.address_key import address_key, is_front_page
from services.ingestion.identity.canonical_url import canonical_url
from services.ingestion.identity.language import language_of
from services.ingestion.identity.site import speaks_for
from services.ingestion.identity.teaser import is_about, is_teaser
from services.ingestion.pages.page import Page
from services.ingestion.reading.entry import Entry
from services.ingestion.reading.plain_text import plain_line, plain_text
from services.ingestion.sources import Source
from services.matching.sketch import sketch

MAX_TEXT_BYTES = 512 * 1024
"""In UTF-8. Leaves room in a record for what tagging adds."""
MAX_MARKUP_CHARACTERS = 2_000_000
"""What of a field is looked at."""
MAX_MEDIA = 20
MAX_AUTHORS = 20
MAX_AUTHOR_CHARACTERS = 200
_FUTURE = timedelta(days=2)
_WORD_CHARACTERS = 100


class ArticleWithoutText(TocsinError):
    """An entry has neither a title nor a text: there is nothing to tag."""


def build_article(
    entry: Entry,
    source: Source,
    seen_at: datetime,
    page: Page | None = None,
    *,
    known_as: str | None = None,
    page_failed: bool = False,
    wordless: bool = False,
) -> Article:
    """Make the article that an entry tells of.

    Args:
        entry: as it stands in the feed.
        source: whose feed that is.
        seen_at: when it was read.
        page: the entry's page, where it was fetched.
        known_as: the id under which the source published it before; it stays, whatever feed and page say now.
        page_failed: the page was asked for in vain.
        wordless: an entry of an address alone will do, for its page is still to be read.

    Raises:
        ArticleWithoutText: nothing of the entry can be read.
    """
    title, title_cut = _cut(plain_line(entry.title[:MAX_MARKUP_CHARACTERS]), limits.MAX_TITLE_CHARACTERS)
    text, text_cut = _cut(plain_text(entry.content[:MAX_MARKUP_CHARACTERS]), limits.MAX_TEXT_CHARACTERS)
    cut = title_cut or text_cut or len(entry.content) > MAX_MARKUP_CHARACTERS
    marks: list[Mark] = []
    if page is not None and not is_about(page, title, text):
        page, page_failed = None, True
    if page is not None:
        title = title or _cut(page.title, limits.MAX_TITLE_CHARACTERS)[0]
        if page.wall is None and (is_teaser(text) or len(page.text) > len(text)) and page.text:
            text, cut = _cut(page.text, limits.MAX_TEXT_CHARACTERS)
            marks.append("full-text")
        elif page.wall is not None:
            marks.append(page.wall)
    if not title and not text and not wordless:
        named = entry.link or entry.guid or "without link and guid"
        raise ArticleWithoutText(f"the entry {named[:200]} has neither title nor text; ask the outlet to mend its feed")
    if page_failed:
        marks.append("page-failed")
    if "full-text" not in marks and is_teaser(text):
        marks.append("teaser")
    published = entry.published or _believable(page, seen_at)
    if published is None and entry.date_mark is not None:
        marks.append(entry.date_mark)
    declared = (source.language, entry.language, page.language if page else None)
    language, detected = language_of(declared, title, text)
    url = canonical_url(entry.link, page.canonical if page else None) if entry.link else None
    return Article(
        id=known_as or _id(entry, source, url, title, text),
        revision=revision(title, text),
        url=url or "",
        source=outlet_of(source),
        title=title,
        text=text,
        language=language,
        authors=_authors(entry, page),
        published_at=published,
        updated_at=entry.updated,
        seen_at=seen_at,
        media=_media(entry, page),
        marks=(*marks, "language-detected") if detected else tuple(marks),
        sketch=sketch(text),
        truncated=cut,
    )


def outlet_of(source: Source) -> Outlet:
    """What articles say of their source."""
    return Outlet(id=source.id, name=source.name, tier=source.tier, country=source.country)


def _id(entry: Entry, source: Source, url: str | None, title: str, text: str) -> str:
    if url is not None and not entry.shares_link and not is_front_page(url):
        key = address_key(url)
        is_own = speaks_for(source.site, urlsplit(url).hostname or "")
        return article_id(key) if is_own else article_id_from_elsewhere(source.id, key)
    if entry.guid is not None:
        return article_id_from_guid(source.id, entry.guid)
    return article_id_from_guid(source.id, f"{title}\n{entry.published or text}")


def _believable(page: Page | None, now: datetime) -> datetime | None:
    """The page's date, unless it lies ahead: pages name the dates of events too."""
    return page.published if page and page.published and page.published <= now + _FUTURE else None


def _authors(entry: Entry, page: Page | None) -> tuple[str, ...]:
    named = [author for name in entry.authors if (author := plain_line(name))]
    if not named and page is not None:
        named = [author[:MAX_AUTHOR_CHARACTERS] for author in page.authors]
    return tuple(dict.fromkeys(named))[:MAX_AUTHORS]


def _media(entry: Entry, page: Page | None) -> tuple[Media, ...]:
    stated = (*entry.media, *(page.media if page else ()))
    return tuple({media.url: media for media in reversed(stated)}.values())[::-1][:MAX_MEDIA]


def _cut(text: str, characters: int) -> tuple[str, bool]:
    """Cut before a word: half a word could be taken for a name. Scripts without blanks are cut anywhere."""
    kept = text[:characters].encode()[:MAX_TEXT_BYTES].decode("utf-8", "ignore")
    if len(kept) == len(text):
        return text, False
    blank = max(kept.rfind(blank, max(0, len(kept) - _WORD_CHARACTERS)) for blank in (" ", "\n"))
    return kept[:blank].rstrip() if blank > 0 else kept, True
