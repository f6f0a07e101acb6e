"""feed: bytes -> entries, whatever the bytes are."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.reading.feed import MAX_ENTRIES, Feed, FeedUnreadable, parse_feed
from tests.ingestion.reading.feeds import ATOM, NOW, RSS, URL, rss


def parse(body: bytes, content_type: str | None = "application/xml") -> Feed:
    return parse_feed(body, URL, content_type, NOW)


def test_an_rss_feed_is_read() -> None:
    feed = parse(RSS)
    first, second = feed.entries

    assert feed.ttl == timedelta(minutes=30)
    assert feed.complete
    assert first.title == "کابل میں مذاکرات کا دوسرا دور"
    assert first.guid == "talks-2"
    assert first.link == "https://news.example/ur/2026/11/talks?utm_source=rss"
    assert first.authors == ("نامہ نگار",)
    assert first.published == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    assert first.language == "ur-PK"
    assert "تحریک طالبان پاکستان" in first.content
    assert second.link == "https://news.example/en/2026/11/tea"
    assert second.guid is None
    assert second.published is None
    assert second.content == "<b>Tea</b> was served."


def test_an_atom_feed_is_read() -> None:
    first, second = parse(ATOM).entries

    assert first.link == "https://wire.example/1"
    assert first.guid == "urn:example:1"
    assert first.authors == ("A. Reporter", "B. Reporter")
    assert first.published == datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert "Lorries queued." in first.content
    assert first.language == "en"
    assert second.title == "Переговоры"
    assert second.published == datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert second.content == "3 < 4"
    assert second.language == "ru"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1251", "koi8-r"])
def test_a_declared_encoding_is_kept_to(encoding: str) -> None:
    declaration = f"<?xml version='1.0' encoding='{encoding}'?>"
    text = f"{declaration}<rss version='2.0'><channel><item><title>Посёлок</title></item></channel></rss>"

    (entry,) = parse(text.encode(encoding), None).entries
    assert entry.title == "Посёлок"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "nothing"),
        (b" \n", "nothing"),
        (b"<!DOCTYPE html><html><body><h1>Log in</h1></body></html>", "an HTML page"),
        (b'<html lang="ur"><head><title>x</title></head></html>', "an HTML page"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "a JSON document"),
        (b"<?xml version='1.0'?><urlset><url/></urlset>", "an XML document <urlset>"),
        (b"%PDF-1.7", "something that begins with '%PDF-1.7'"),
        (os.urandom(64).replace(b"<", b"") + b"\xff", "something"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, found: str) -> None:
    with pytest.raises(FeedUnreadable, match="not a feed; correct the source's url") as refused:
        parse(body)
    assert str(refused.value).startswith(found)


def test_a_feed_without_items_is_a_feed() -> None:
    assert parse(rss("")).entries == ()


def test_a_feed_cut_off_in_the_middle_keeps_the_items_before() -> None:
    whole = rss("<item><title>one</title></item><item><title>two</title><description>long text</description></item>")
    cut = parse(whole[: whole.index(b"text")])

    assert [entry.title for entry in cut.entries] == ["one"]
    assert not cut.complete
    assert parse(whole).complete


def test_a_feed_that_is_not_quite_xml_is_read_whole() -> None:
    feed = parse(rss("<item><title>Caf&eacute; & bar</title></item><item><title>two</title></item>"))

    assert [entry.title for entry in feed.entries] == ["Café & bar", "two"]
    assert feed.complete


@pytest.mark.parametrize(
    ("item", "guid", "link"),
    [
        ("<title>t</title>", None, None),
        ("<title>t</title><guid>https://news.example/1</guid>", "https://news.example/1", "https://news.example/1"),
        ("<title>t</title><guid>1</guid>", "1", None),
        ("<title>t</title><guid isPermaLink='false'>tag:x</guid><link>../a</link>", "tag:x", "https://news.example/a"),
        ("<description>d</description><link>https://[::1/</link>", None, None),
    ],
    ids=["neither", "guid is the address", "a guid is no address", "both", "no address"],
)
def test_guid_and_link_are_told_apart(item: str, guid: str | None, link: str | None) -> None:
    (entry,) = parse(rss(f"<item>{item}</item>")).entries
    assert (entry.guid, entry.link) == (guid, link)


def test_what_stands_on_all_items_identifies_none_of_them() -> None:
    item = "<item><title>{0}</title><guid isPermaLink='false'>same</guid><link>https://news.example/</link></item>"
    one, two, other = parse(
        rss(item.format("one") + item.format("two") + "<item><title>x</title><link>/x</link></item>")
    ).entries

    assert one.guid is two.guid is None
    assert one.shares_link
    assert two.shares_link
    assert not other.shares_link


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("Tue, 24 Nov 2026 09:30:00 +0500", datetime(2026, 11, 24, 4, 30, tzinfo=UTC)),
        ("2026-11-24T04:30:00Z", datetime(2026, 11, 24, 4, 30, tzinfo=UTC)),
        ("Wed, 25 Nov 2026 09:00:00 GMT", datetime(2026, 11, 25, 9, tzinfo=UTC)),
        ("Fri, 27 Nov 2026 09:00:00 GMT", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Mon, 01 Jan 0001 00:00:00 GMT", None),
        ("9999-12-31T23:59:59Z", None),
        ("yesterday" * 10_000, None),
        ("", None),
    ],
)
def test_an_impossible_date_is_none(date: str, read: datetime | None) -> None:
    (entry,) = parse(rss(f"<item><title>t</title><pubDate>{date}</pubDate></item>")).entries
    assert entry.published == read


def test_entries_are_bounded() -> None:
    feed = parse(rss("".join(f"<item><title>{number}</title></item>" for number in range(MAX_ENTRIES + 10))))

    assert [entry.title for entry in feed.entries] == [str(number) for number in range(MAX_ENTRIES)]


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd">]>',
    ],
    ids=["nested", "of a file", "of a parameter"],
)
def test_entities_are_refused(doctype: str) -> None:
    with pytest.raises(FeedUnreadable, match="declares entities"):
        parse(rss("<item><title>&c;</title></item>", doctype))


def test_an_old_feed_with_a_plain_doctype_is_read_and_its_dtd_is_not_fetched() -> None:
    (entry,) = parse(rss("<item><title>t</title></item>", '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">')).entries
    assert entry.title == "t"


def test_a_body_that_is_the_name_of_a_file_does_not_open_it(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(RSS)

    with pytest.raises(FeedUnreadable):
        parse(str(file).encode())


@given(st.binary(max_size=200), st.integers(0, len(RSS)), st.sampled_from([RSS, ATOM]))
def test_damaged_bytes_give_entries_or_our_error(noise: bytes, at: int, feed: bytes) -> None:
    try:
        entries = parse(feed[:at] + noise + feed[at + len(noise) :]).entries
    except FeedUnreadable:
        return
    assert all(entry.published is None or entry.published.tzinfo is UTC for entry in entries)
