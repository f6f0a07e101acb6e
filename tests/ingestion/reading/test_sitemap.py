"""sitemap: addresses with their titles and dates, whatever kind of sitemap holds them."""

import gzip
import zlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.reading.entry import MAX_ENTRIES, Entry, FeedUnreadable
from services.ingestion.reading.sitemap import MAX_BYTES, MAX_FOLLOWED, read_sitemap
from tests.ingestion.reading.feeds import NOW

URL = "https://news.example/sitemaps/news.xml"
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def urlset(*urls: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NAMESPACES}>{"".join(urls)}</urlset>'.encode()


def links(body: bytes) -> list[str | None]:
    return [entry.link for entry in read_sitemap(body, URL, NOW).entries]


NEWS = """
  <url>
    <loc> https://news.example/ur/talks?a=1&amp;b=2 </loc>
    <lastmod>2026-11-24T08:00:00Z</lastmod>
    <news:news>
      <news:publication><news:name>Example News</news:name><news:language>ur</news:language></news:publication>
      <news:publication_date>2026-11-24T09:30:00+05:00</news:publication_date>
      <news:title>کابل میں مذاکرات &amp; امن</news:title>
    </news:news>
    <image:image><image:loc>https://news.example/talks.jpg</image:loc><image:title>A picture</image:title></image:image>
    <image:image><image:loc>https://news.example/more.jpg</image:loc></image:image>
  </url>"""


def test_a_news_sitemap_tells_title_date_language_and_pictures() -> None:
    feed = read_sitemap(urlset(NEWS), URL, NOW)

    [entry] = feed.entries
    assert entry.link == "https://news.example/ur/talks?a=1&b=2"
    assert entry.title == "کابل میں مذاکرات & امن"
    assert entry.language == "ur"
    assert entry.published == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
    assert entry.updated == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert entry.date_mark is None
    assert [media.url for media in entry.media] == ["https://news.example/talks.jpg", "https://news.example/more.jpg"]
    assert (feed.title, feed.complete, feed.follow) == ("Example News", True, ())


def test_a_plain_sitemap_gives_the_newest_of_its_addresses() -> None:
    def url(number: int) -> str:
        changed = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        return f"<url><loc>/a/{number}</loc><lastmod>{changed.isoformat()}</lastmod></url>"

    shuffled = [url(number * 1_237 % 5_000) for number in range(5_000)]
    entries = read_sitemap(urlset("<url><loc>/undated</loc></url>", *shuffled), URL, NOW).entries

    newest = range(4_999, 4_999 - MAX_ENTRIES, -1)
    assert [entry.link for entry in entries] == [f"https://news.example/a/{number}" for number in newest]
    assert {(entry.title, entry.published, entry.date_mark) for entry in entries} == {("", None, "undated")}


def test_of_an_index_the_newest_sitemaps_are_followed_up_to_a_bound() -> None:
    days = [f"<sitemap><loc>/{day}.xml.gz</loc><lastmod>2026-11-{day:02}</lastmod></sitemap>" for day in range(1, 25)]
    feed = read_sitemap(f"<sitemapindex {NAMESPACES}>{''.join(days)}</sitemapindex>".encode(), URL, NOW)

    assert feed.follow == tuple(f"https://news.example/{day}.xml.gz" for day in range(24, 24 - MAX_FOLLOWED, -1))
    assert feed.entries == ()


def test_one_without_namespaces_or_as_plain_text_is_read_too() -> None:
    assert links(b"<urlset><url><loc>https://a.example/1</loc></url></urlset>") == ["https://a.example/1"]
    assert links(b"\xef\xbb\xbfhttps://a.example/1\r\n\r\nhttps://a.example/2\n") == [
        "https://a.example/1",
        "https://a.example/2",
    ]


def test_a_gzipped_one_is_unpacked_within_a_bound() -> None:
    assert links(gzip.compress(urlset(NEWS))) == ["https://news.example/ur/talks?a=1&b=2"]

    with pytest.raises(FeedUnreadable, match=f"over {MAX_BYTES} bytes unpacked"):
        links(gzip.compress(b"<urlset>" + b" " * MAX_BYTES))
    with pytest.raises(FeedUnreadable, match="cannot be unpacked"):
        links(b"\x1f\x8b\x08 no such thing")


def test_one_that_was_cut_off_keeps_what_is_whole() -> None:
    body = urlset("<url><loc>https://a.example/1</loc></url>", "<url><loc>https://a.example/22222</loc></url>")
    for end in range(body.index(b"/2222") + 3, len(body) - 1):
        cut = read_sitemap(body[:end], URL, NOW)
        assert not cut.complete
        whole = body[:end].count(b"</url>")
        assert [entry.link for entry in cut.entries] == ["https://a.example/1", "https://a.example/22222"][:whole]


@pytest.mark.parametrize(
    "loc", ["", "javascript:alert(1)", "data:text/html,x", "ftp://a.example/", "https://a.example/" + "x" * 5000,
            "https://[::1/"]
)  # fmt: skip
def test_what_is_no_address_is_left_out(loc: str) -> None:
    assert links(urlset(f"<url><loc>{loc}</loc></url>", "<url><loc>/good</loc></url>")) == ["https://news.example/good"]


def test_a_date_that_cannot_be_is_none_with_its_reason() -> None:
    def read(date: str) -> Entry:
        news = f"<news:news><news:publication_date>{date}</news:publication_date></news:news>"
        return read_sitemap(urlset(f"<url><loc>/a</loc>{news}</url>"), URL, NOW).entries[0]

    assert [read(date).date_mark for date in ("2027-01-01", "0001-01-01", "soon", "")] == [
        *("date-in-future", "date-impossible", "date-unreadable", "undated")
    ]
    assert read("2026-11-24").published == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "DOCTYPE|an HTML page"),
        (b"<html><body>Sign in</body></html>", "an HTML page, not a sitemap"),
        (b"<rss><channel/></rss>", "an XML document <rss>, not a sitemap"),
        (b"", "not a sitemap"),
        (b"Not found", "neither XML nor a list of addresses"),
        (b"<", "cannot be read|nothing"),
    ],
)
def test_what_is_no_sitemap_is_told_by_what_it_is(body: bytes, told: str) -> None:
    with pytest.raises(FeedUnreadable, match=told):
        read_sitemap(body, URL, NOW)


LAUGHS = (
    '<!DOCTYPE u [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><urlset><url><loc>https://a.example/&b;</loc></url></urlset>'
)
EXTERNAL = '<!DOCTYPE u SYSTEM "file:///etc/hosts"><urlset><url><loc>https://a.example/1</loc></url></urlset>'


@pytest.mark.parametrize("hostile", [LAUGHS, EXTERNAL])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_doctype_is_refused_in_whatever_encoding(hostile: str, encoding: str) -> None:
    with pytest.raises(FeedUnreadable, match="DOCTYPE"):
        read_sitemap(f'<?xml version="1.0" encoding="{encoding}"?>{hostile}'.encode(encoding), URL, NOW)


@given(st.binary(max_size=300).map(lambda data: urlset(NEWS, NEWS)[: len(data) * 4] + data))
def test_whatever_the_bytes_are_it_reads_or_says_what_is_wrong(body: bytes) -> None:
    for form in (body, zlib.compress(body, wbits=31), zlib.compress(body, wbits=31)[:-9]):
        with suppress(FeedUnreadable):
            assert all(entry.link for entry in read_sitemap(form, URL, NOW).entries)
