"""assemble: entry -> article."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Article, Media, Tag, TaggedArticle
from schemas.article import MAX_TEXT_CHARACTERS, MAX_TITLE_CHARACTERS
from schemas.ids import article_id
from services.backbone.topics import MAX_RECORD_BYTES
from services.ingestion.identity.assemble import MAX_TEXT_BYTES, ArticleWithoutText, build_article
from services.ingestion.pages.page import Page
from services.ingestion.reading.feed import Entry, parse_feed
from services.ingestion.sources import Source
from tests.ingestion.reading.feeds import ATOM, NOW, RSS, URL
from tests.strategies import news_text

SOURCE = Source(id="example-news", name="Example News", url=URL)
ENTRY = Entry(
    guid="1", link=None, shares_link=False, title="Talks", content="", authors=(), published=None, language=None
)


def build(entry: Entry = ENTRY, source: Source = SOURCE, **changes: object) -> Article:
    return build_article(replace(entry, **changes), source, NOW)  # type: ignore[arg-type]


def test_an_entry_becomes_an_article_of_plain_words() -> None:
    first, second = (build(entry) for entry in parse_feed(RSS, URL, None, NOW).entries)

    assert first.url == "https://news.example/ur/2026/11/talks"
    assert first.title == "کابل میں مذاکرات کا دوسرا دور"
    assert first.text == "حکام نے منگل کو بات چیت کی۔\nطالبان وفد نے تحریک طالبان پاکستان پر بات نہیں کی۔"
    assert first.authors == ("نامہ نگار",)
    assert first.published_at == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    assert first.seen_at == NOW
    assert first.source.id == "example-news"
    assert first.language == "ur-PK"
    assert not first.truncated
    assert second.title == "Tea & talks: the minister’s day"
    assert second.text == "Tea was served."


def test_paragraphs_of_inline_xhtml_are_lines() -> None:
    first, second = (build(entry) for entry in parse_feed(ATOM, URL, None, NOW).entries)

    assert first.title == "Border post reopens"
    assert first.text == "Lorries queued.\nThey passed."
    assert second.text == "3 < 4"


def test_the_desk_knows_the_language_better_than_the_feed() -> None:
    source = SOURCE.model_copy(update={"language": "ps"})

    assert build(source=source, language="en-US").language == "ps"
    assert build(language="en-US").language == "en-US"
    urdu = build(language="en-US", title="کابل میں مذاکرات کا دوسرا دور شروع ہو گیا")
    assert (urdu.language, urdu.marks) == ("ur", ("teaser", "language-detected"))


def test_the_same_entry_gives_the_same_ids_and_an_edit_another_revision() -> None:
    link = "https://news.example/a"
    article = build(link=link, content="<p>Text</p>")

    assert build(link=f"{link}?utm_source=rss#top", content="<div>Text</div>") == article
    edited = build(link=link, content="Text, corrected")
    assert edited.id == article.id
    assert edited.revision != article.revision


def test_what_identifies_an_article_is_its_address_then_its_guid_then_its_words() -> None:
    other = SOURCE.model_copy(update={"id": "other-news"})
    link = "https://news.example/a"

    assert build(link=link, guid="1").id == build(link=link, guid="2", source=other).id
    assert build(guid="1").id != build(guid="1", source=other).id, "a guid means something only within its source"
    assert build(link="javascript:alert(1)").id == build().id
    assert build(link="javascript:alert(1)").url == ""
    assert build(link=link, shares_link=True, guid="1").id == build(guid="1").id
    assert build(link=link, shares_link=True).url == link
    assert build(guid=None, title="One").id != build(guid=None, title="Two").id
    assert build(guid=None, published=NOW, content="a").id == build(guid=None, published=NOW, content="b").id


def test_an_address_identifies_only_within_what_the_source_speaks_for() -> None:
    link, key = "https://rival.example/a", "rival.example/a"
    rival = SOURCE.model_copy(update={"id": "rival", "site": ("rival.example",)})
    other = SOURCE.model_copy(update={"id": "other-news"})

    assert build(link=link, source=rival).id == article_id(key)
    assert len({build(link=link, source=source).id for source in (rival, SOURCE, other)}) == 3
    assert build(link=link).url == link
    assert build(link="https://ur.news.example/a").id == article_id("ur.news.example/a")


def test_a_front_page_identifies_nothing() -> None:
    assert build(link="https://news.example/", guid="1").id != build(link="https://news.example/", guid="2").id


def test_an_id_that_is_known_stays() -> None:
    assert build_article(replace(ENTRY, link="https://news.example/b"), SOURCE, NOW, known_as="art-1").id == "art-1"


TEASER = "Officials of both sides met in Kabul on Tuesday [...]"
WHOLE = "\n".join(
    [
        "Officials of both sides met in Kabul on Tuesday.",
        *(f"Of point {point} they spoke at length." for point in range(40)),
    ]
)
PAGE = Page(
    text=WHOLE,
    title="Officials meet in Kabul",
    published=NOW - timedelta(hours=1),
    authors=("A. Reporter",),
    language="en",
    canonical="https://news.example/2026/meeting",
    site="Example News",
    media=(Media(url="https://news.example/a.jpg"),),
)


def whole(page: Page = PAGE, **entry: object) -> Article:
    given = {"link": "https://news.example/?p=1", "title": "Officials meet", "content": TEASER, **entry}
    return build_article(replace(ENTRY, **given), SOURCE, NOW, page)  # type: ignore[arg-type]


def test_a_page_gives_the_text_and_what_the_feed_leaves_out() -> None:
    article = whole()

    assert (article.title, article.text, article.marks) == ("Officials meet", WHOLE, ("full-text",))
    assert (article.url, article.id) == (PAGE.canonical, article_id("news.example/2026/meeting"))
    assert (article.authors, article.published_at, article.language) == (PAGE.authors, PAGE.published, "en")
    assert article.media == PAGE.media
    assert article.sketch is not None
    assert whole(title="").title == PAGE.title


def test_what_the_feed_says_of_author_date_and_language_is_taken_first() -> None:
    published = NOW - timedelta(hours=5)
    article = whole(authors=("Desk",), published=published, language="en-GB", media=(Media(url="https://a.example/1"),))

    assert (article.authors, article.published_at, article.language) == (("Desk",), published, "en-GB")
    assert [media.url for media in article.media] == ["https://a.example/1", "https://news.example/a.jpg"]


def test_a_feed_that_has_the_whole_text_keeps_it() -> None:
    article = whole(replace(PAGE, text="Officials meet in Kabul, in short."), content=f"<p>{WHOLE}</p>")

    assert (article.text, article.marks) == (WHOLE.replace("\n", " "), ())


@pytest.mark.parametrize("wall", ["paywall", "consent"])
def test_a_wall_is_marked_and_not_taken_for_text(wall: str) -> None:
    article = whole(replace(PAGE, text="Officials. Subscribe to read on." * 40, wall=wall))  # type: ignore[arg-type]

    assert (article.text, article.marks) == (TEASER, (wall, "teaser"))


def test_a_page_of_something_else_is_not_taken() -> None:
    notice = "The page you look for has gone. Here is what others read today: cricket, weather, gold price. " * 20
    article = whole(replace(PAGE, text=notice, title="Not found"))

    assert (article.text, article.marks, article.url) == (
        TEASER,
        ("page-failed", "teaser", "language-detected"),
        "https://news.example/?p=1",
    )


def test_a_page_that_could_not_be_had_is_marked() -> None:
    entry = replace(ENTRY, content=TEASER)
    assert build_article(entry, SOURCE, NOW, page_failed=True).marks[:2] == ("page-failed", "teaser")


def test_a_date_ahead_is_not_taken_from_a_page_and_a_missing_one_is_marked() -> None:
    article = whole(replace(PAGE, published=NOW + timedelta(days=30)), date_mark="undated")

    assert article.published_at is None
    assert "undated" in article.marks
    assert "undated" not in whole(date_mark="undated").marks


def test_an_article_carries_what_the_desk_knows_of_its_source() -> None:
    source = SOURCE.model_copy(update={"tier": 1, "country": "AF"})

    assert (build(source=source).source.tier, build(source=source).source.country) == (1, "AF")


@pytest.mark.parametrize("empty", ["", " \n", "<p></p>", "<img src='x'>", "&nbsp;", "\ud800\x00"])
def test_an_entry_without_words_is_refused_with_its_name(empty: str) -> None:
    with pytest.raises(ArticleWithoutText, match=r"news\.example/a has neither title nor text"):
        build(link="https://news.example/a", title=empty, content=empty)


def test_a_title_or_a_text_alone_is_enough() -> None:
    assert build(title="Talks", content="").text == ""
    assert build(title="", content="Talks").title == ""


def test_long_fields_are_cut_before_a_word() -> None:
    article = build(title="word " * 1000, content="Tehreek " * 50_000)

    assert article.truncated
    assert MAX_TITLE_CHARACTERS - 5 <= len(article.title) <= MAX_TITLE_CHARACTERS
    assert article.title.endswith(" word")
    assert MAX_TEXT_CHARACTERS - 8 <= len(article.text) <= MAX_TEXT_CHARACTERS
    assert article.text.endswith(" Tehreek")


def test_a_text_of_just_the_limit_is_not_cut() -> None:
    article = build(title="x" * MAX_TITLE_CHARACTERS, content="x" * MAX_TEXT_CHARACTERS)

    assert not article.truncated
    assert len(article.text) == MAX_TEXT_CHARACTERS


@pytest.mark.parametrize("character", ["a", '"', "\\", "é", "塔", "😀", "x\n"])
def test_the_longest_article_fits_a_record_once_it_is_tagged(character: str) -> None:
    article = build(
        title=character * 2_000,
        content=character * 3_000_000,
        link="https://news.example/" + "a" * 4_000,
        authors=("塔" * 200,) * 20,
    )
    evidence = {"field": "text", "start": 0, "end": 300, "words": "塔" * 300, "fired": "塔" * 300}
    tag = Tag.model_validate(
        {"id": "a" * 100, "name": "塔" * 100, "kind": "state", "confidence": 1, "evidence": [evidence] * 5}
    )
    tagged = TaggedArticle(article=article, actors=(tag,) * 30, topics=(), pack_digest="0" * 12)

    assert article.truncated
    assert len(article.text.encode()) <= MAX_TEXT_BYTES
    assert len(tagged.write()) <= MAX_RECORD_BYTES


@given(news_text, news_text, st.none() | news_text)
def test_whatever_a_feed_says_the_article_can_be_written_and_read(title: str, content: str, link: str | None) -> None:
    try:
        article = build(title=title, content=content, link=link, guid=title)
    except ArticleWithoutText:
        return
    assert Article.read(article.write()) == article
