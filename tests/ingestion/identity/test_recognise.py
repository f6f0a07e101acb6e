"""recognise: what was published already, and under which id."""

import pickle
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from schemas import Article
from schemas.ids import article_id, revision
from schemas.state import SourceState
from services.backbone.topics import MAX_RECORD_BYTES
from services.ingestion.identity.assemble import build_article
from services.ingestion.identity.recognise import FEWEST_KEPT, MOST_KEPT, Seen, recognise, remember
from services.ingestion.pages.page import Page
from services.ingestion.reading.entry import MAX_ENTRIES, Entry
from services.ingestion.sources import Source

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
SITE = "https://news.example"
SOURCE = Source(id="example-news", name="Example News", url=f"{SITE}/rss")
LONG = " ".join(["Officials of both sides met in Kabul on Tuesday and spoke of trade and the closed crossing."] * 2)


def entry(slug: str, text: str = "text", guid: str | None = None, link: str | None = None) -> Entry:
    return Entry(guid=guid, link=link or f"{SITE}/{slug}", title=slug, content=text, published=NOW)


class Feed:
    """One source over its readings; each publishes all that is news."""

    def __init__(self, source: Source = SOURCE) -> None:
        self.source = source
        self.state = SourceState(source_id=source.id, polled_at=NOW)

    def reads(self, *entries: Entry) -> list[Article]:
        seen = self.sees(*entries)
        return self.publishes(seen, [sighting.article for sighting in seen.fresh])

    def sees(self, *entries: Entry) -> Seen:
        return recognise(entries, self.source, self.state, NOW)

    def publishes(self, seen: Seen, articles: Iterable[Article]) -> list[Article]:
        dealt = dict(zip((sighting.article.id for sighting in seen.fresh), articles, strict=False))
        self.state = self.state.model_copy(update={"known": remember(seen, dealt)})
        return [article for article in dealt.values() if seen.is_news(article)]


def slugs(articles: Iterable[Article]) -> list[str]:
    return [article.title for article in articles]


def test_what_was_published_is_not_published_again() -> None:
    feed = Feed()

    assert slugs(feed.reads(entry("a"), entry("b"))) == ["a", "b"]
    assert slugs(feed.reads(entry("c"), entry("a"), entry("b"))) == ["c"]
    assert slugs(feed.reads(entry("c"), entry("a"))) == []


def test_an_edit_is_a_revision_of_the_same_article() -> None:
    feed = Feed()
    [first] = feed.reads(entry("a", "Twelve were killed"))
    [edited] = feed.reads(entry("a", "Thirteen were killed"))

    assert (edited.id, edited.revision) == (first.id, revision("a", "Thirteen were killed"))
    assert feed.reads(entry("a", "Thirteen were killed")) == []


def test_another_markup_or_counter_is_no_revision() -> None:
    feed = Feed()
    feed.reads(entry("a", "<p>Twelve were killed</p><p>12 comments</p>"))

    assert feed.reads(entry("a", "<div><b>Twelve</b> were killed</div><div>13 comments</div>")) == []


def test_two_entries_of_one_article_are_one_article_at_every_reading() -> None:
    feed = Feed()
    twice = (
        entry("a", "newer"),
        entry("b"),
        replace(entry("a", "older"), link="http://www.news.example/a/?utm_source=x"),
    )

    assert [article.text for article in feed.reads(*twice)] == ["newer", "text"]
    assert feed.reads(*twice) == []


def test_an_article_that_left_the_feed_and_comes_back_is_known() -> None:
    feed = Feed()
    feed.reads(entry("a"))
    feed.reads(entry("b"))

    assert feed.reads(entry("a"), entry("b")) == []


def test_a_new_guid_at_each_reading_changes_nothing() -> None:
    feed = Feed()
    feed.reads(entry("a", guid="1"))

    assert feed.reads(entry("a", guid="2")) == []
    assert feed.reads(entry("a", guid="3")) == []


def test_one_guid_for_all_items_hides_none_of_them() -> None:
    """The reading takes a guid away that stands on items of several titles; what is left is the address."""
    feed = Feed()

    assert slugs(feed.reads(entry("a"), entry("b"))) == ["a", "b"]
    assert slugs(feed.reads(entry("c"), entry("a"), entry("b"))) == ["c"]
    front = f"{SITE}/"
    assert slugs(feed.reads(entry("d", guid=front))) == ["d"]
    assert slugs(feed.reads(entry("e", guid=front))) == ["e"]
    assert len({article_id(f"news.example/{slug}") for slug in "de"} & ids(feed)) == 2


def test_a_site_that_changes_its_addresses_publishes_nothing_again() -> None:
    feed = Feed()
    [article] = feed.reads(entry("a", guid="post-41"))

    moved = entry("a", guid="post-41", link=f"{SITE}/2026/11/a")
    assert feed.reads(moved) == []
    assert ids(feed) == {article.id}
    assert feed.reads(replace(moved, guid="another")) == [], "the new address is known by itself now"
    [edited] = feed.reads(replace(moved, content="Corrected"))
    assert edited.id == article.id


def test_a_site_that_changes_addresses_and_guids_publishes_nothing_again() -> None:
    feed = Feed()
    [one, two] = feed.reads(entry("a", f"One: {LONG}", guid="1"), entry("b", f"Two: {LONG}", guid="2"))

    moved = [
        replace(entry("a", f"One: {LONG}", guid="n1"), link=f"{SITE}/new/1"),
        replace(entry("b", f"Two: {LONG}", guid="n2"), link=f"{SITE}/new/2"),
    ]
    assert feed.reads(*moved) == []
    assert ids(feed) == {one.id, two.id}


def test_the_same_words_at_two_addresses_are_two_articles_while_both_stand_in_the_feed() -> None:
    feed = Feed()
    first, second = (replace(entry(slug, LONG), title="Bulletin") for slug in "ab")
    [one] = feed.reads(first)
    [two] = feed.reads(second, first)

    assert one.id != two.id


def test_few_words_are_no_proof_that_an_article_moved() -> None:
    feed = Feed()
    feed.reads(replace(entry("a"), title="Evening bulletin", content="Watch now"))

    assert len(feed.reads(replace(entry("b"), title="Evening bulletin", content="Watch now"))) == 1


def test_what_was_not_dealt_with_comes_again() -> None:
    feed = Feed()
    feed.reads(entry("a", "old"))
    seen = feed.sees(entry("a", "new"), entry("b"))

    assert feed.publishes(seen, []) == []
    assert [article.text for article in feed.reads(entry("a", "new"), entry("b"))] == ["new", "text"]


def test_a_stranger_among_what_was_dealt_with_is_a_defect_that_shows() -> None:
    seen = Feed().sees(entry("a"))
    with pytest.raises(ValueError, match="of no fresh sighting"):
        remember(seen, {"art-0": seen.fresh[0].article})


def page(text: str = LONG, canonical: str | None = None) -> Page:
    return Page(
        text=text, title="", published=None, authors=(), language=None, canonical=canonical, site=None, media=()
    )


def read_with_page(feed: Feed, found: Entry, its_page: Page) -> list[Article]:
    seen = feed.sees(found)
    whole = [
        build_article(sighting.entry, feed.source, NOW, its_page, known_as=sighting.known_as) for sighting in seen.fresh
    ]
    return feed.publishes(seen, whole)


def test_a_page_is_fetched_once_for_each_wording_of_the_feed() -> None:
    feed = Feed()
    [article] = read_with_page(feed, entry("Officials met in Kabul", "Both sides met"), page())

    assert article.text == LONG
    assert feed.sees(entry("Officials met in Kabul", "Both sides met")).fresh == ()
    assert feed.sees(entry("Officials met in Kabul", "<i>Both</i> sides met.")).fresh == ()
    assert len(feed.sees(entry("Officials met in Kabul", "Both sides parted")).fresh) == 1


def test_a_page_that_says_what_was_published_is_no_news() -> None:
    feed = Feed()
    read_with_page(feed, entry("a", "Both sides met in Kabul"), page())

    assert read_with_page(feed, entry("a", "Officials met in Kabul"), page()) == []
    assert feed.sees(entry("a", "Officials met in Kabul")).fresh == ()


def test_an_article_keeps_its_id_whether_its_page_names_its_address_or_not() -> None:
    found = replace(entry("talks"), link=f"{SITE}/?p=7", content="Officials met in Kabul")
    named_first, named_later = Feed(), Feed()

    [first] = read_with_page(named_first, found, page(canonical=f"{SITE}/2026/talks"))
    assert first.id == article_id("news.example/2026/talks")
    [without] = named_first.reads(replace(found, content="Officials met in Kabul again"))
    assert without.id == first.id

    [first] = named_later.reads(found)
    assert first.id == article_id("news.example?p=7")
    changed = replace(found, content="Officials met in Kabul again")
    [named] = read_with_page(named_later, changed, page(canonical=f"{SITE}/2026/talks"))
    assert (named.id, named.url) == (first.id, f"{SITE}/2026/talks")


def test_an_entry_without_words_is_refused_and_holds_up_none_of_the_others() -> None:
    seen = Feed().sees(entry("a"), Entry(link=f"{SITE}/b"), entry("c"))

    assert slugs(sighting.article for sighting in seen.fresh) == ["a", "c"]
    assert len(seen.refused) == 1


def test_the_state_of_an_older_release_is_taken_over() -> None:
    feed = Feed()
    old = {article_id(f"{SITE}/a"): "0" * 16, build_article(Entry(guid="1", title="b"), SOURCE, NOW).id: "1" * 16}
    feed.state = feed.state.model_copy(update={"revisions": old})
    entries = (entry("a"), Entry(guid="1", title="b"), entry("c"))

    assert slugs(feed.reads(*entries)) == ["c"]
    assert slugs(feed.reads(*entries)) == []
    assert slugs(feed.reads(entry("a", "edited"))) == ["a"]


def test_memory_is_what_is_in_the_feed_and_the_newest_of_what_was() -> None:
    feed = Feed()
    for number in range(FEWEST_KEPT + 10):
        feed.reads(entry("stays"), entry(str(number)))

    assert len(ids(feed)) == FEWEST_KEPT + 2
    assert slugs(feed.reads(entry("stays"), entry("9"), entry("8"))) == ["8"]


def test_the_longest_memory_fits_a_record() -> None:
    feed = Feed()
    for half in ("old", "new"):
        feed.reads(*(entry(f"{half}-{number}", guid=str(number) + half) for number in range(MAX_ENTRIES)))
    longest = " ".join(".".join((row[:32], *["0" * 16] * 5)) for row in feed.state.known.split())

    assert len(ids(feed)) == MAX_ENTRIES + MOST_KEPT
    assert len(feed.state.model_copy(update={"known": longest}).write()) < MAX_RECORD_BYTES / 4


def test_a_reading_travels_between_processes() -> None:
    feed = Feed()
    feed.reads(entry("a"))
    seen = feed.sees(entry("a"), entry("b"), Entry())

    assert pickle.loads(pickle.dumps(seen)).fresh == seen.fresh  # noqa: S301


def test_the_same_article_from_three_feeds_is_one_article_with_three_sources() -> None:
    """Each source tells of it under the same id and revision; who reads the topic counts it once."""
    links = [f"{SITE}/talks", "http://www.news.example/talks/?utm_source=rss", f"{SITE}/talks/amp"]
    sources = [
        SOURCE,
        Source(id="example-world", name="Example World", url="https://feeds.news.example/world"),
        Source(id="burner", name="Example by burner", url="https://burner.example/x", site=("news.example",)),
    ]
    told = [
        Feed(source).reads(replace(entry("talks", guid=str(number)), link=link))[0]
        for number, (source, link) in enumerate(zip(sources, links, strict=True))
    ]

    assert len({(article.id, article.revision, article.event_id) for article in told}) == 1
    assert len({article.source.id for article in told}) == 3


def test_a_link_to_another_outlet_claims_none_of_its_articles() -> None:
    own = Feed(Source(id="rival", name="Rival", url="https://rival.example/rss")).reads(
        replace(entry("story"), link="https://rival.example/story")
    )
    claimed = Feed().reads(replace(entry("story"), link="https://rival.example/story", content="Nothing to see"))
    again = Feed(SOURCE.model_copy(update={"id": "third"})).reads(
        replace(entry("story"), link="https://rival.example/story")
    )

    assert len({own[0].id, claimed[0].id, again[0].id}) == 3
    assert claimed[0].url == own[0].url


def ids(feed: Feed) -> set[str]:
    return {f"art-{row[:32]}" for row in feed.state.known.split()}


def test_nothing_is_kept_of_time_but_what_the_feed_says() -> None:
    later = recognise([entry("a")], SOURCE, None, NOW + timedelta(days=1)).fresh[0].article
    assert later.id == Feed().sees(entry("a")).fresh[0].article.id
