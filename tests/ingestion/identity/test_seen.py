"""seen: which revisions were published already."""

from datetime import UTC, datetime, timedelta

from schemas import Article, Source
from schemas.ids import article_id, revision
from schemas.state import SourceState
from services.backbone.topics import MAX_RECORD_BYTES
from services.ingestion.identity.seen import KEPT_BESIDE_THE_FEED, differs, remember, unseen
from services.ingestion.reading.feed import MAX_ENTRIES

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def article(slug: str, text: str = "text") -> Article:
    url = f"https://news.example/{slug}"
    return Article(
        id=article_id(url),
        revision=revision(slug, text),
        url=url,
        source=Source(id="example-news", name="Example News"),
        title=slug,
        text=text,
        seen_at=NOW,
    )


def after(*articles: Article, state: SourceState | None = None, etag: str | None = None) -> SourceState:
    return remember(articles, state, "example-news", "https://news.example/rss", etag, None, NOW)


def test_what_was_published_is_not_published_again() -> None:
    state = after(article("a"), article("b"))

    assert unseen([article("b"), article("c"), article("a")], state) == [article("c")]
    assert unseen([article("a")], None) == [article("a")]


def test_an_edited_article_is_published_again() -> None:
    assert unseen([article("a", "edited")], after(article("a"))) == [article("a", "edited")]


def test_two_entries_of_one_article_are_one_article_at_every_poll() -> None:
    feed = (article("a", "newer"), article("b"), article("a", "older"))

    assert unseen(feed, None) == [article("a", "newer"), article("b")]
    assert unseen(feed, after(*feed)) == []


def test_an_article_that_left_the_feed_and_comes_back_is_known() -> None:
    state = after(article("b"), state=after(article("a")))

    assert unseen([article("a"), article("b")], state) == []


def test_memory_is_what_is_in_the_feed_and_the_newest_of_what_was() -> None:
    state = None
    for number in range(KEPT_BESIDE_THE_FEED + 10):
        state = after(article("stays"), article(str(number)), state=state)
    assert state is not None

    assert len(state.revisions) == KEPT_BESIDE_THE_FEED + 2
    assert unseen([article("stays"), article("9"), article("8")], state) == [article("8")]


def test_the_longest_memory_fits_a_record() -> None:
    old = after(*(article(f"old-{number}") for number in range(MAX_ENTRIES)))
    state = after(*(article(str(number)) for number in range(MAX_ENTRIES)), state=old, etag="x" * 1024)

    assert len(state.write()) < MAX_RECORD_BYTES / 4


def test_only_a_change_is_worth_writing_down() -> None:
    state = after(article("a"), etag="1")
    later = state.model_copy(update={"polled_at": NOW + timedelta(hours=1)})

    assert differs(state, None)
    assert not differs(later, state)
    assert differs(after(article("a"), etag="2"), state)
    assert differs(after(article("a"), article("b"), etag="1", state=state), state)
