"""feed: bytes -> entries, whatever format they are in and whatever is wrong with them."""

import html
import os
import pickle
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from schemas import Media
from services.ingestion.reading.feed import MAX_ENTRIES, Feed, FeedUnreadable, parse_feed
from tests.ingestion.reading.feeds import ATOM, NOW, RSS, URL, rss


def parse(body: bytes, content_type: str | None = "application/xml") -> Feed:
    return parse_feed(body, URL, content_type, NOW)


def test_an_rss_feed_is_read() -> None:
    feed = parse(RSS)
    first, second = feed.entries

    assert feed.asked.ttl == timedelta(minutes=30)
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
    assert second.content == "3 &lt; 4"
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
        (b'["a", "b"]', "a JSON document"),
        (b"<?xml version='1.0'?><opml><body/></opml>", "an XML document <opml>"),
        (b"%PDF-1.7", "something that begins with '%PDF-1.7'"),
        pytest.param(b"\x8c" + os.urandom(64).replace(b"<", b"") + b"\xff", "something", id="noise"),
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


def test_an_entry_without_a_date_that_can_be_true_says_why() -> None:
    dates = ["", "yesterday", "Tue, 31 Feb 2026 09:30:00 GMT", "Fri, 27 Nov 2026 09:00:00 GMT"]
    items = "".join(f"<item><title>{n}</title><pubDate>{date}</pubDate></item>" for n, date in enumerate(dates))
    entries = parse(rss(items)).entries

    assert [entry.published for entry in entries] == [None] * 4
    assert [entry.date_mark for entry in entries] == ["undated", "date-unreadable", "date-impossible", "date-in-future"]


def test_entries_are_bounded() -> None:
    feed = parse(rss("".join(f"<item><title>{number}</title></item>" for number in range(MAX_ENTRIES + 10))))

    assert [entry.title for entry in feed.entries] == [str(number) for number in range(MAX_ENTRIES)]


def test_a_body_that_is_the_name_of_a_file_does_not_open_it(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(RSS)

    with pytest.raises(FeedUnreadable):
        parse(str(file).encode())


def test_rdf_is_read_with_its_modules() -> None:
    feed = parse(
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
          xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
        <channel rdf:about="https://news.example/"><title>Wire</title><link>https://news.example/</link>
          <dc:language>fa</dc:language><sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
        </channel>
        <item rdf:about="https://news.example/1"><title>One</title><link>https://news.example/1?x</link>
          <dc:creator>A. Reporter</dc:creator><dc:date>2026-11-24T09:00:00+04:30</dc:date></item>
        <item rdf:about="https://news.example/2"><dc:title>Two</dc:title><dc:language>ps</dc:language></item>
        </rdf:RDF>"""
    )
    one, two = feed.entries

    assert (feed.title, feed.link, feed.language) == ("Wire", "https://news.example/", "fa")
    assert feed.asked.period == timedelta(minutes=15)
    assert (one.guid, one.link, one.authors) == ("https://news.example/1", "https://news.example/1?x", ("A. Reporter",))
    assert one.published == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    assert (two.link, two.title, two.language) == ("https://news.example/2", "Two", "ps")


def test_atom_0_3_is_read() -> None:
    (entry,) = parse(
        b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="ru"><title>Wire</title><entry>
        <title type="text/html" mode="escaped">&lt;b&gt;One&lt;/b&gt;</title>
        <link rel="alternate" type="text/html" href="/1"/><id>tag:1</id>
        <issued>2026-11-24T05:00:00Z</issued><modified>2026-11-24T06:00:00Z</modified>
        <content type="text/html" mode="base64">PHA+VGhleSBtZXQuPC9wPg==</content></entry></feed>"""
    ).entries

    assert (entry.title, entry.content, entry.language) == ("<b>One</b>", "<p>They met.</p>", "ru")
    assert (entry.link, entry.guid) == ("https://news.example/1", "tag:1")
    assert (entry.published, entry.updated) == (
        datetime(2026, 11, 24, 5, tzinfo=UTC),
        datetime(2026, 11, 24, 6, tzinfo=UTC),
    )


def test_a_channel_of_cdf_is_read() -> None:
    feed = parse(
        b"""<CHANNEL HREF="https://news.example/"><TITLE>Wire</TITLE>
        <ITEM HREF="https://news.example/1" LASTMOD="2026-11-24T05:00"><TITLE>One</TITLE></ITEM></CHANNEL>"""
    )
    assert feed.title == "Wire"
    assert [(entry.title, entry.link) for entry in feed.entries] == [("One", "https://news.example/1")]
    assert feed.entries[0].published == datetime(2026, 11, 24, 5, tzinfo=UTC)


def test_what_a_channel_says_of_itself_is_kept() -> None:
    feed = parse(
        b"""<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Wire</title>
        <link>https://news.example/</link><managingEditor>desk@news.example (The desk)</managingEditor>
        <atom:link rel="hub" href="https://hub.example/"/><atom:link rel="self" href="/feed.xml"/>
        <lastBuildDate>Tue, 24 Nov 2026 05:00:00 GMT</lastBuildDate><ttl>90</ttl>
        <skipHours><hour>0</hour><hour>24</hour><hour>3</hour><hour>x</hour></skipHours>
        <skipDays><day>Friday</day><day>Someday</day></skipDays><item><title>One</title></item></channel></rss>"""
    )
    assert (feed.link, feed.author) == ("https://news.example/", "The desk")
    assert (feed.hub, feed.self_link) == ("https://hub.example/", "https://news.example/feed.xml")
    assert feed.updated == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert feed.asked.ttl == timedelta(minutes=90)
    assert (feed.asked.skip_hours, feed.asked.skip_days) == (frozenset({0, 3}), frozenset({4}))
    assert feed.entries[0].authors == ()


def test_content_is_the_longest_text_and_says_whether_it_is_but_a_summary() -> None:
    encoded = "<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>{}</content:encoded>"
    whole, teaser, odd, captioned = parse(
        rss(
            f"<item><title>1</title><description>Short.</description>{encoded.format('The whole story.')}</item>"
            "<item><title>2</title><description>Only this.</description></item>"
            f"<item><title>3</title><description>The longer one.</description>{encoded.format('Short.')}</item>"
            "<item><title>4</title><description>Short.</description><media:content xmlns:media='http://search.yahoo.com/"
            "mrss/' url='/4.jpg' type='image/jpeg'><media:description>A man at a border post.</media:description>"
            "</media:content></item>"
        )
    ).entries

    assert (whole.content, whole.summary, whole.is_summary) == ("The whole story.", "Short.", False)
    assert (teaser.content, teaser.summary, teaser.is_summary) == ("Only this.", "Only this.", True)
    assert (odd.content, odd.summary, odd.is_summary) == ("The longer one.", "Short.", True)
    assert captioned.content == "Short."
    assert captioned.media == (Media(url="https://news.example/4.jpg", type="image/jpeg"),)


def test_media_are_links_of_the_web_and_no_more_than_twenty() -> None:
    enclosures = "".join(f"<enclosure url='https://cdn.example/{n}.jpg' type='image/jpeg'/>" for n in range(30))
    (entry,) = parse(rss(f"<item><enclosure url='data:image/png;base64,x'/>{enclosures}</item>")).entries

    assert [medium.url for medium in entry.media] == [f"https://cdn.example/{n}.jpg" for n in range(20)]


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "data:text/html,x", "mailto:a@news.example", "https://news.example/" + "x" * 100_000],
)
def test_what_is_no_link_of_the_web_is_none(link: str) -> None:
    (entry,) = parse(rss(f"<item><title>t</title><link>{link}</link></item>")).entries
    assert entry.link is None


@pytest.mark.parametrize(
    ("feed", "location", "link"),
    [
        (rss("<item><link>a/1</link></item>"), None, "https://news.example/feeds/a/1"),
        (rss("<item><link>a/1</link></item>"), "/deep/feed", "https://news.example/deep/a/1"),
        (rss("<item><link>a/1</link></item>"), "javascript:x", "https://news.example/feeds/a/1"),
        (rss("<item xml:base='b/'><link xml:base='c/'>1</link></item>"), None, "https://news.example/feeds/b/c/1"),
        (rss("<item xml:base='https://o.example/b/'><link>1</link></item>"), None, "https://o.example/b/1"),
        (rss("<link>https://site.example/</link><item><link>/1</link></item>"), None, "https://site.example/1"),
    ],
    ids=["of the feed", "Content-Location", "no location", "nested xml:base", "another host", "the site that it is of"],
)
def test_relative_links_begin_where_the_feed_says(feed: bytes, location: str | None, link: str) -> None:
    (entry,) = parse_feed(feed, URL, None, NOW, location=location).entries
    assert entry.link == link


def test_the_language_of_the_answer_counts_where_the_feed_states_none() -> None:
    silent = parse_feed(rss("<item><title>t</title></item>"), URL, None, NOW, language="ur")
    spoken = parse_feed(RSS.replace(b"ur-PK", b"ps"), URL, None, NOW, language="ur")

    assert (silent.language, silent.entries[0].language) == ("ur", "ur")
    assert (spoken.language, spoken.entries[0].language) == ("ps", "ps")


def test_atom_hands_its_authors_down_and_the_nearest_language_counts() -> None:
    own, inherited = parse(
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><author><name>Desk</name></author>
        <entry><title>1</title><author><name>A. Reporter</name><email>a@news.example</email></author>
          <content xml:lang="fa">x</content></entry>
        <entry xml:lang=""><title>2</title></entry></feed>"""
    ).entries

    assert (own.authors, own.language) == (("A. Reporter",), "fa")
    assert (inherited.authors, inherited.language) == (("Desk",), None)


@pytest.mark.parametrize(
    ("items", "titles"),
    [
        ("<item><title>Caf&eacute; &nbsp;&amp; bar</title></item>", ["Café \xa0& bar"]),
        ("<item><title>Q & A: 3 < 4</title></item>", ["Q & A: 3 < 4"]),
        ("<item><title>a\0b\x0b&#11;c</title></item>", ["abc"]),
        ("<item><title>minister&#146;s \x93day\x94</title></item>", ["minister’s “day”"]),
        ("<item><dc:title>one</dc:title><odd:x/></item>", ["one"]),
        ("<item><description>a<br>b<hr>c</description><title a=1>one</title></item>", ["one"]),
        ("<item><title>one</title><description><p>never closed</description></item>", ["one"]),
        ("<item><title>one</tilte><link>/1</link></item><item><title>two</title></item>", ["one", "two"]),
        ("</item><item><title>one</title></item>", ["one"]),
        ("<item><title>one</title><description a='<![CDATA['>x&foo;y</description></item>", ["one"]),
    ],
    ids=[
        "names",
        "signs",
        "controls",
        "Windows-1252",
        "prefixes",
        "HTML",
        "open tags",
        "typing errors",
        "stray tags",
        "quotes",
    ],
)
@pytest.mark.parametrize("tail", ["", "\n<script>stray()</script>", "<!-- cached -->\n"])
def test_what_is_wrong_in_one_place_costs_no_words(items: str, titles: list[str], tail: str) -> None:
    feed = parse(rss(items) + tail.encode())
    assert [html.unescape(entry.title) for entry in feed.entries] == titles
    assert feed.complete


def test_mistyped_namespaces_and_prefixes_on_everything_are_understood() -> None:
    (secure,) = parse(
        rss("<item><dc:creator xmlns:dc='https://purl.org/dc/elements/1.1/'>A. Reporter</dc:creator></item>")
    ).entries
    (odd,) = parse(
        b"<rss rss:version=2.0><rss:channel><rss:item><rss:title>One</rss:title></rss:item></rss:channel></rss>"
    ).entries

    assert secure.authors == ("A. Reporter",)
    assert odd.title == "One"


def test_text_that_was_encoded_twice_is_read_as_meant() -> None:
    titles = ["Caf\u00c3\u00a9", "the minister\u00e2\u20ac\u2122s day", "Caf\u00e9 \u00c3\u00a9", "\u00c3\u2019t"]
    entries = parse(rss("".join(f"<item><title>{title}</title></item>" for title in titles))).entries
    assert [entry.title for entry in entries] == ["Café", "the minister’s day", *titles[2:3], "\u00d2t"]


def test_a_feed_crosses_to_another_process() -> None:
    feed = parse(ATOM)
    assert pickle.loads(pickle.dumps(feed)) == feed  # noqa: S301 - our own
