"""Which entries of a feed are articles that were published already, under which id, and what is to be remembered. Pure.

An entry that stands as it stood (same markup, link, guid, date) is known by its digest: nothing of it is read again. Of
the others an article is made of the feed's own words, and it is one that is known, in this order:
1. by its id, that is by its address (`address_key`), or by its guid where it has no address that tells;
2. by an address under which it was known before;
3. by its guid, where the address is new: the site moved it;
4. by its words, where guid and address are new and the old ones are gone from the feed: the site changed all of them.
It keeps the id under which it is known. It is fresh if its words were never published, or changed (schemas.material).

A tombstone (RFC 6721) withdraws the article that the source is known to have published with that guid or address,
unless an entry with a later date brings it back; it can withdraw no other source's. What is withdrawn is remembered as
such (withdraw.py): standing in the feed all the while it stays withdrawn; gone from it and there again it is fresh.

What is remembered is what stands in the feed now and, beside that, the newest of what stood there before: feeds are
served from several copies of different age, so an article that is gone comes back for a while.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from schemas import Article
from schemas.ids import article_id
from schemas.material import material
from schemas.state import SourceState
from services.ingestion.identity.assemble import ArticleWithoutText, build_article
from services.ingestion.identity.digests import digest_of, guid_of, link_of
from services.ingestion.identity.known import Known, pack, unpack
from services.ingestion.identity.tombstones import Withdrawal, later, withdrawals
from services.ingestion.identity.withdraw import is_withdrawn
from services.ingestion.reading.entry import Entry, Tombstone
from services.ingestion.sources import Source

FEWEST_KEPT = 100
MOST_KEPT = 500
KEPT_FOR_EACH = 2
"""Beside the feed, for each entry in it."""
LEAST_WORDS_BYTES = 150
"""In UTF-8: some 25 words. What says less may well say the same of two events."""


@dataclass(frozen=True, slots=True)
class Mark:
    """By what an entry is known again: digests."""

    entry: str
    """Of all that stands in it."""
    guid: str
    """Empty where it tells nothing."""
    link: str
    """Of the key of its address; empty where that tells nothing."""
    id: str
    """That the entry gives by itself."""

    def on(self, row: Known) -> Known:
        """A row with these marks."""
        return row._replace(entry=self.entry, guid=self.guid, link="" if row.id == self.id else self.link)


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry whose words were never published as they are now."""

    entry: Entry
    article: Article
    """Of the feed's own words, under the id that the source knows it by."""
    mark: Mark
    before: Known | None = None
    """What was published of it; None where it is new."""

    @property
    def known_as(self) -> str | None:
        """The id that it keeps; None where it is new, and its page may still say that its address is another one."""
        return self.before.id if self.before is not None and self.before.revision else None

    @property
    def waited(self) -> bool:
        """It stood there at the source's first reading, and could not be published yet."""
        return self.before is not None and not self.before.revision

    def row(self, article: Article) -> Known:
        """What is remembered once this is published of it."""
        return self.mark.on(Known(article.id, article.revision, self.article.revision))


@dataclass(frozen=True, slots=True)
class Seen:
    """What stands in a feed now, beside what was published of it."""

    current: tuple[Known | Sighting | Withdrawal, ...]
    """In the order of the feed, of each article the first; what tombstones speak of at the end."""
    before: tuple[Known, ...]
    """What was remembered, the oldest first."""
    refused: tuple[ArticleWithoutText, ...]
    """One for each entry that no article could be made of."""
    whole: bool = True
    """What is not in it is not in the feed any more."""

    @property
    def fresh(self) -> tuple[Sighting, ...]:
        """What is to be published, unless its page shows that it is no news."""
        return tuple(found for found in self.current if isinstance(found, Sighting))

    @property
    def withdrawals(self) -> tuple[Withdrawal, ...]:
        """What is to be published as withdrawn."""
        return tuple(found for found in self.current if isinstance(found, Withdrawal))

    def replaced_by(self, article: Article) -> str | None:
        """The revision of it that was published last."""
        return next((row.revision for row in reversed(self.before) if row.id == article.id and row.revision), None)

    def is_news(self, article: Article) -> bool:
        """Whether this revision was never published."""
        return all((row.id, row.revision) != (article.id, article.revision) for row in self.before)


def recognise(
    entries: Iterable[Entry],
    source: Source,
    state: SourceState | None,
    now: datetime,
    tombstones: Iterable[Tombstone] = (),
    *,
    whole: bool = True,
) -> Seen:
    """Tell the entries of a feed apart: published as they stand, changed, new.

    Args:
        entries: of the feed, in its order.
        source: whose feed that is.
        state: what is remembered of it.
        now: when it was read.
        tombstones: what the feed says it took back.
        whole: all that stands in the feed is among the entries.
    """
    entries, tombstones = later(entries, tombstones)
    before = tuple(unpack(state.known)) if state is not None else ()
    older = state.revisions if state is not None and not before else {}
    refused: list[ArticleWithoutText] = []
    found: list[Known | Sighting] = []
    as_it_stood = {row.entry: row for row in before if row.entry}
    for entry in entries:
        digest = digest_of(entry.guid, entry.link, entry.title, entry.content, entry.published)
        if (row := as_it_stood.get(digest)) is not None:
            found.append(row)
            continue
        try:
            article = build_article(entry, source, now, wordless=source.full_text and entry.link is not None)
        except ArticleWithoutText as error:
            refused.append(error)
            continue
        mark = Mark(digest, guid_of(entry), link_of(entry), article.id)
        if article.id in older or article_id(article.url) in older:
            found.append(mark.on(Known(article.id, article.revision, article.revision)))
        else:
            found.append(Sighting(entry, article, mark))
    current = tuple(_first_of_each(_settled(found, before)))
    taken_back = withdrawals(tombstones, {_id_of(one) for one in current}, before, source, now)
    return Seen((*current, *taken_back), before, tuple(refused), whole)


def remember(seen: Seen, dealt: Mapping[str, Article], *, first: bool = False) -> str:
    """What a source's state knows once these are published.

    Args:
        seen: what stands in the feed.
        dealt: what was published of the fresh ones, or turned out to be no news, by the id of the sighting's article.
            Those that are left out come again at the next reading.
        first: of the source's first reading: it is remembered that what is left out stood there.

    Raises:
        ValueError: an id that is none of a fresh sighting.
    """
    if strangers := dealt.keys() - {found.article.id for found in seen.current if not isinstance(found, Known)}:
        raise ValueError(f"{min(strangers)} is the id of no fresh sighting; give articles by their sighting's id")
    current: list[Known] = []
    for found in reversed(seen.current):
        if isinstance(found, Known):
            current.append(found)
        elif (article := dealt.get(found.article.id)) is not None:
            current.append(found.row(article))
        elif found.before is not None:
            current.append(found.before)
        elif first and isinstance(found, Sighting):
            current.append(found.mark.on(Known(found.article.id, "", ""))._replace(entry=""))
    ids = {row.id for row in current} | dealt.keys()
    beside = [_gone(row) if seen.whole else row for row in seen.before if row.id not in ids]
    kept = min(MOST_KEPT, max(FEWEST_KEPT, KEPT_FOR_EACH * len(current)))
    return pack([*beside[-kept:], *current])


def _gone(row: Known) -> Known:
    """What is remembered of an article that left the feed: where it is withdrawn, its return is news."""
    return row._replace(words=row.revision, entry="") if is_withdrawn(row) else row


def _id_of(found: Known | Sighting) -> str:
    return found.id if isinstance(found, Known) else found.article.id


def _settled(found: list[Known | Sighting], before: tuple[Known, ...]) -> list[Known | Sighting]:
    """Each sighting under the id by which it is known; no row stands for two entries by guid or words alone."""
    by_id = {row.id: row for row in before}
    by_link = {row.link: row for row in before if row.link}
    rows = [
        one if isinstance(one, Known) else by_id.get(one.mark.id) or by_link.get(one.mark.link or "-") for one in found
    ]
    taken = {row.id for row in rows if row is not None}
    free = [row for row in before if row.id not in taken]
    for told_by in (_by_guid, _by_words):
        for place, one in enumerate(found):
            if rows[place] is None and isinstance(one, Sighting):
                row = told_by(one, free)
                if row is not None:
                    rows[place] = row
                    free.remove(row)
    return [_beside(one, row) for one, row in zip(found, rows, strict=True)]


def _by_guid(sighting: Sighting, rows: list[Known]) -> Known | None:
    same = [row for row in rows if row.guid and row.guid == sighting.mark.guid]
    return same[0] if len(same) == 1 else None


def _by_words(sighting: Sighting, rows: list[Known]) -> Known | None:
    article = sighting.article
    same = [row for row in rows if row.words == article.revision]
    if not same or len(material(f"{article.title}\n{article.text}").encode()) < LEAST_WORDS_BYTES:
        return None
    return same[-1]


def _beside(found: Known | Sighting, row: Known | None) -> Known | Sighting:
    if isinstance(found, Known) or row is None:
        return found
    if row.words == found.article.revision:
        return found.mark.on(row)
    article = found.article.model_copy(update={"id": row.id})
    return replace(found, article=article, before=row)


def _first_of_each(found: Iterable[Known | Sighting]) -> Iterable[Known | Sighting]:
    first: dict[str, Known | Sighting] = {}
    for one in found:
        first.setdefault(_id_of(one), one)
    return first.values()
