"""What a feed says it took back (RFC 6721), against what its source is known to have published. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from schemas import Article
from services.ingestion.identity.assemble import build_article, outlet_of
from services.ingestion.identity.digests import guid_of, link_of
from services.ingestion.identity.known import Known
from services.ingestion.identity.withdraw import is_withdrawn, withdrawn
from services.ingestion.reading.entry import Entry, Tombstone
from services.ingestion.sources import Source


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A published article that a tombstone takes back."""

    article: Article
    before: Known

    def row(self, article: Article) -> Known:
        """What is remembered once it is published; the same entry, should it come back, is fresh."""
        return self.before._replace(revision=article.revision, words=article.revision, entry="")


def later(entries: Iterable[Entry], tombstones: Iterable[Tombstone]) -> tuple[tuple[Entry, ...], tuple[Tombstone, ...]]:
    """Of an entry and a tombstone of the same id, the later one."""
    buried = {tombstone.ref: tombstone for tombstone in tombstones}
    standing = []
    for entry in entries:
        tombstone = buried.get(entry.guid or "")
        changed = entry.updated or entry.published
        if tombstone is not None and tombstone.when is not None and changed is not None and changed > tombstone.when:
            del buried[tombstone.ref]
        if tombstone is None or tombstone.ref not in buried:
            standing.append(entry)
    return tuple(standing), tuple(buried.values())


def withdrawals(
    tombstones: Iterable[Tombstone], standing: Collection[str], before: Collection[Known], source: Source, now: datetime
) -> Iterator[Known | Withdrawal]:
    """What tombstones speak of: withdrawn already, or to be withdrawn now.

    Args:
        tombstones: of a feed.
        standing: ids of articles that stand in it.
        before: what its source published, and may take back.
        source: whose feed that is.
        now: when it was read.
    """
    taken = set(standing)
    for tombstone in tombstones:
        address = tombstone.link or (tombstone.ref if tombstone.ref.startswith(("http://", "https://")) else None)
        article = build_article(Entry(guid=tombstone.ref, link=address), source, now, wordless=True)
        row = _meant(tombstone.ref, address, article.id, before)
        if row is None or row.id in taken:
            continue
        taken.add(row.id)
        if is_withdrawn(row):
            yield row
        else:
            yield Withdrawal(withdrawn(row.id, outlet_of(source), row.revision, now, url=article.url), row)


def _meant(ref: str, address: str | None, article_id: str, before: Collection[Known]) -> Known | None:
    """The one article of that guid, else the one of that address."""
    entry = Entry(guid=ref, link=address)
    guid, link = guid_of(entry), link_of(entry)
    published = [row for row in before if row.revision]
    same = [row for row in published if guid and row.guid == guid]
    if len(same) != 1:
        same = [row for row in published if address and (row.id == article_id or (link and row.link == link))]
    return same[-1] if same else None
