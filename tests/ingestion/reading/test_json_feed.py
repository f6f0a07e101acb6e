"""json_feed: JSON Feed 1.0 and 1.1, and what outlets make of them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import Media
from services.ingestion.reading.entry import MAX_ENTRIES, Entry, Feed, FeedUnreadable
from services.ingestion.reading.feed import parse_feed
from tests.ingestion.reading.feeds import NOW

URL = "https://news.example/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"


def parse(document: object) -> Feed:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse_feed(body, URL, "application/feed+json", NOW)


def entry(**item: Any) -> Entry:
    (read,) = parse({"version": VERSION, "title": "Wire", "items": [item]}).entries
    return read


def test_a_feed_is_read() -> None:
    feed = parse(
        {
            "version": VERSION,
            "title": "Wire & more",
            "home_page_url": "https://news.example/",
            "feed_url": "https://news.example/feed.json",
            "language": "ps_AF",
            "authors": [{"name": "Desk"}],
            "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
            "items": [
                {
                    "id": "https://news.example/1",
                    "url": "/1?from=feed",
                    "external_url": "https://ministry.example/statement",
                    "title": "Talks < agreement",
                    "content_html": "<p>They met for a third time in Kabul.</p>",
                    "content_text": "They met.",
                    "summary": "A third meeting.",
                    "date_published": "2026-11-24T09:30:00+04:30",
                    "date_modified": "2026-11-24T06:00:00Z",
                    "language": "fa",
                    "image": "https://news.example/1.jpg",
                    "attachments": [{"url": "/1.mp3", "mime_type": "audio/mpeg"}, {"url": "javascript:x"}],
                },
                {"id": 2, "external_url": "https://ministry.example/2", "content_text": "3 < 4 & so on"},
            ],
        }
    )
    first, second = feed.entries

    assert (feed.title, feed.link, feed.language, feed.author) == (
        "Wire &amp; more",
        "https://news.example/",
        "ps-AF",
        "Desk",
    )
    assert (feed.hub, feed.self_link) == ("https://hub.example/", URL)
    assert feed.updated == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert (first.guid, first.link) == ("https://news.example/1", "https://news.example/1?from=feed")
    assert first.reference == "https://ministry.example/statement"
    assert (first.title, first.language) == ("Talks &lt; agreement", "fa")
    assert (first.content, first.summary) == ("<p>They met for a third time in Kabul.</p>", "A third meeting.")
    assert first.published == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert first.updated == datetime(2026, 11, 24, 6, tzinfo=UTC)
    assert first.authors == ("Desk",)
    assert first.media == (
        Media(url="https://news.example/1.mp3", type="audio/mpeg"),
        Media(url="https://news.example/1.jpg", type="image/*"),
    )
    assert (second.guid, second.link, second.reference) == ("2", "https://ministry.example/2", None)
    assert second.content == "3 &lt; 4 &amp; so on"
    assert second.language == "ps-AF"
    assert second.date_mark == "undated"


@pytest.mark.parametrize(
    "authors",
    [[{"name": "A. Reporter"}], {"name": "A. Reporter"}, "A. Reporter", ["A. Reporter", 7, None, {"name": ["x"]}]],
)
@pytest.mark.parametrize("key", ["author", "authors"])
def test_authors_come_in_every_shape(key: str, authors: object) -> None:
    assert entry(id="1", **{key: authors}).authors == ("A. Reporter",)


def test_a_version_may_be_missing_and_wrong_kinds_are_passed_over() -> None:
    feed = parse(
        b'\xef\xbb\xbf {"title": 7, "language": {}, "authors": NaN, "hubs": "x", "items": [null, 1, "x", [],'
        b'{"id": 123456789012345678901234567890, "title": "one", "url": ["x"], "attachments": {"url": "/a.mp3"}},'
        b'{"id": 1.5, "title": {"a": 1}, "url": "/2", "content_html": null, "date_published": 1795512600}]} trailing'
    )
    one, two = feed.entries

    assert not feed.complete
    assert (one.guid, one.link, one.title) == ("123456789012345678901234567890", None, "one")
    assert one.media == (Media(url="https://news.example/a.mp3"),)
    assert (two.guid, two.link, two.title) == ("1.5", "https://news.example/2", "")
    assert two.published == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_a_feed_cut_off_keeps_the_items_before() -> None:
    whole = json.dumps({"version": VERSION, "title": "Wire", "items": [{"id": "1"}, {"id": "2"}, {"id": "3"}]}).encode()
    feed = parse(whole[: whole.index(b'"3"')])

    assert [item.guid for item in feed.entries] == ["1", "2"]
    assert feed.title == "Wire"
    assert not feed.complete
    assert parse(whole).complete


def test_entries_are_bounded() -> None:
    assert len(parse({"version": VERSION, "items": [{"id": n} for n in range(MAX_ENTRIES + 5)]}).entries) == MAX_ENTRIES


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"items": {"a": 1}}',
        b'{"items": [{"sku": 1}]}',
        b'{"version": "https://jsonfeed.org/version/1"}',
        b'{"items": [' + b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"broken": tru',
    ],
    ids=["empty", "no list", "of a shop", "without items", "deep lists", "deep objects", "broken"],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(FeedUnreadable):
        parse(body)


def test_what_no_store_takes_is_left_out() -> None:
    read = entry(id="a\ud800\0b", title="\udfffTalks", url="https://news.example/\ud800", authors=[{"name": "\ud800A"}])

    assert (read.guid, read.title, read.link, read.authors) == ("ab", "Talks", "https://news.example/", ("A",))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("https://news.example/1"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "id"]), inner),
    max_leaves=6,
)
KEYS = [
    "id",
    "url",
    "title",
    "content_html",
    "summary",
    "date_published",
    "authors",
    "language",
    "image",
    "attachments",
]


json_objects = st.dictionaries(st.sampled_from(KEYS), json_values)


@settings(deadline=None)
@given(st.lists(json_objects, max_size=3), json_objects)
def test_any_json_gives_entries_or_our_error(items: list[dict[str, Any]], head: dict[str, Any]) -> None:
    read = parse({**head, "version": VERSION, "items": items})
    assert len(read.entries) == len(items)
    for one in read.entries:
        f"{one.guid}{one.link}{one.title}{one.content}{one.authors}".encode()
