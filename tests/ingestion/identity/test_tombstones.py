"""What a feed takes back: only what its source published, once, until it is there again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from schemas import Article
from schemas.state import SourceState
from services.ingestion.identity.recognise import recognise, remember
from services.ingestion.identity.withdraw import withdrawn_revision
from services.ingestion.reading.entry import Entry, Tombstone
from services.ingestion.sources import Source

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SITE = "https://news.example"
TALKS = Entry(guid="tag:news.example,2026:1", link=f"{SITE}/talks", title="Talks", content="In Kabul.", published=NOW)
OTHER = Entry(guid="tag:news.example,2026:2", link=f"{SITE}/tea", title="Tea", content="Prices rise.", published=NOW)
GONE = Tombstone("tag:news.example,2026:1", NOW + timedelta(hours=1))


class Feed:
    """One source over its readings; each publishes all that is to be published."""

    def __init__(self, name: str = "example-news") -> None:
        self.source = Source(id=name, name=name, url=f"{SITE}/{name}.atom")
        self.state = SourceState(source_id=name, polled_at=NOW)

    def reads(self, *entries: Entry, buried: tuple[Tombstone, ...] = (), whole: bool = True) -> list[Article]:
        seen = recognise(entries, self.source, self.state, NOW, buried, whole=whole)
        found = {one.article.id: one.article for one in seen.fresh}
        found |= {one.article.id: one.article for one in seen.withdrawals}
        self.state = self.state.model_copy(update={"known": remember(seen, found)})
        return [a.model_copy(update={"replaces": seen.replaced_by(a)}) for a in found.values() if seen.is_news(a)]


def test_a_tombstone_withdraws_the_article_once_however_long_it_stands() -> None:
    feed = Feed()
    talks, _ = feed.reads(TALKS, OTHER)
    [gone] = feed.reads(OTHER, buried=(GONE,))

    assert (gone.id, gone.replaces, gone.source.id) == (talks.id, talks.revision, "example-news")
    assert "withdrawn" in gone.marks
    assert (gone.title, gone.text) == ("", ""), "only digests are remembered of a feed"
    assert gone.revision not in (talks.revision, "")
    assert feed.reads(OTHER, buried=(GONE,)) == []
    assert feed.reads(buried=(GONE,)) == []


def test_a_source_takes_back_only_what_it_published_itself() -> None:
    theirs, other = Feed(), Feed("rival")
    theirs.reads(TALKS)
    other.reads(OTHER)

    assert other.reads(OTHER, buried=(GONE, Tombstone(f"{SITE}/talks", link=f"{SITE}/talks"))) == []
    assert Feed().reads(buried=(GONE,)) == [], "what stood in no feed that was read cannot be withdrawn"


def test_a_tombstone_may_name_the_address_instead() -> None:
    for tombstone in (Tombstone(f"{SITE}/talks"), Tombstone("urn:x", link="http://www.news.example/talks/")):
        feed = Feed()
        [talks] = feed.reads(replace(TALKS, guid=None))
        [gone] = feed.reads(buried=(tombstone,))
        assert gone.id == talks.id


def test_what_comes_back_is_a_revision_in_the_place_of_the_withdrawn_one() -> None:
    feed = Feed()
    [talks] = feed.reads(TALKS)
    [gone] = feed.reads(buried=(GONE,))
    [back] = feed.reads(TALKS)

    assert (back.id, back.revision, back.replaces) == (talks.id, talks.revision, gone.revision)
    [again] = feed.reads(buried=(GONE,))
    assert (again.event_id, again.replaces) == (gone.event_id, talks.revision)


def test_of_an_entry_and_a_tombstone_in_one_feed_the_later_one_counts() -> None:
    feed = Feed()
    [talks] = feed.reads(TALKS)
    [gone] = feed.reads(TALKS, buried=(GONE,))
    assert (gone.id, gone.revision) == (talks.id, withdrawn_revision(talks.id))
    assert feed.reads(TALKS, buried=(GONE,)) == []

    later = replace(TALKS, updated=NOW + timedelta(hours=2))
    assert [article.revision for article in feed.reads(later, buried=(GONE,))] == [talks.revision]
    assert feed.reads(later, buried=(GONE,)) == []


def test_what_is_withdrawn_and_stands_there_all_the_while_does_not_come_back_by_that() -> None:
    feed = Feed()
    [talks] = feed.reads(TALKS)
    row = feed.state.known.split(".")
    row[1:3] = withdrawn_revision(talks.id), talks.revision  # as after its page was found gone
    feed.state = feed.state.model_copy(update={"known": ".".join(row)})

    assert feed.reads(TALKS) == []
    assert feed.reads(replace(TALKS, content="<p>In Kabul.</p>")) == []
    assert feed.reads(OTHER, whole=False)[0].title == "Tea", "a part of a feed tells nothing of the rest"
    assert feed.reads(TALKS, OTHER) == []
    feed.reads(OTHER)
    assert [article.id for article in feed.reads(TALKS, OTHER)] == [talks.id]
