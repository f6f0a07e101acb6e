"""Entry -> Article: the words without markup, cut to the limits, with ids that the same entry always gives."""

from datetime import datetime

import schemas.article as limits
from schemas import Article
from schemas import Source as Outlet
from schemas.ids import article_id, article_id_from_guid, revision
from services.backbone.errors import TocsinError
from services.ingestion.identity.canonical_url import canonical_url
from services.ingestion.reading.feed import Entry
from services.ingestion.reading.plain_text import plain_line, plain_text
from services.ingestion.sources import Source

MAX_TEXT_BYTES = 512 * 1024
"""In UTF-8. Leaves room in a record for what tagging adds."""
MAX_MARKUP_CHARACTERS = 2_000_000
"""What of a field is looked at."""
_WORD_CHARACTERS = 100


class ArticleWithoutText(TocsinError):
    """An entry has neither a title nor a text: there is nothing to tag."""


def build_article(entry: Entry, source: Source, seen_at: datetime) -> Article:
    """Make the article that an entry tells of.

    Raises:
        ArticleWithoutText: nothing of the entry can be read.
    """
    title, title_cut = _cut(plain_line(entry.title[:MAX_MARKUP_CHARACTERS]), limits.MAX_TITLE_CHARACTERS)
    text, text_cut = _cut(plain_text(entry.content[:MAX_MARKUP_CHARACTERS]), limits.MAX_TEXT_CHARACTERS)
    if not title and not text:
        named = entry.link or entry.guid or "without link and guid"
        raise ArticleWithoutText(f"the entry {named[:200]} has neither title nor text; ask the outlet to mend its feed")
    url = canonical_url(entry.link) if entry.link else None
    return Article(
        id=_id(entry, source, url, title, text),
        revision=revision(title, text),
        url=url or "",
        source=Outlet(id=source.id, name=source.name),
        title=title,
        text=text,
        language=source.language or entry.language,
        authors=tuple(author for name in entry.authors if (author := plain_line(name))),
        published_at=entry.published,
        seen_at=seen_at,
        truncated=title_cut or text_cut or len(entry.content) > MAX_MARKUP_CHARACTERS,
    )


def _id(entry: Entry, source: Source, url: str | None, title: str, text: str) -> str:
    if url is not None and not entry.shares_link:
        return article_id(url)
    if entry.guid is not None:
        return article_id_from_guid(source.id, entry.guid)
    return article_id_from_guid(source.id, f"{title}\n{entry.published or text}")


def _cut(text: str, characters: int) -> tuple[str, bool]:
    """Cut before a word: half a word could be taken for a name. Scripts without blanks are cut anywhere."""
    kept = text[:characters].encode()[:MAX_TEXT_BYTES].decode("utf-8", "ignore")
    if len(kept) == len(text):
        return text, False
    blank = max(kept.rfind(blank, max(0, len(kept) - _WORD_CHARACTERS)) for blank in (" ", "\n"))
    return kept[:blank].rstrip() if blank > 0 else kept, True
