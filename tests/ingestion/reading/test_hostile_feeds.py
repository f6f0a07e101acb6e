"""Feeds that mean harm: refused or read within bounds, in time that grows with their length, and never another error.

X1 to X24 number the rows of the project's catalogue of hostile feeds; identity and display have theirs elsewhere.
"""

import socket
import time
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingestion.reading.entry import MAX_ENTRIES, Feed, FeedUnreadable
from services.ingestion.reading.feed import parse_feed
from services.ingestion.reading.people import MAX_CHARACTERS
from services.ingestion.reading.plain_text import plain_line, plain_text
from tests.ingestion.reading.feeds import ATOM, NOW, RSS, URL, rss

SECONDS = 4.0
"""Of CPU, for some 2 MB on a slow and busy machine; what is quadratic takes minutes."""
BROKEN = "<u></x>"
"""Behind it only feedparser reads on."""


def parse(body: bytes) -> Feed:
    return parse_feed(body, URL, "application/rss+xml", NOW)


def item(inner: str) -> bytes:
    return rss(f"<item><title>a title</title>{inner}</item>")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
        f'<!DOCTYPE x [<!ENTITY c "{"c" * 50_000}">]>',
        '<!DOCTYPE x [<!ENTITY c SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]>',
        '<!-- <rss> --><!doctype x [<!entity c "ha">]>',
    ],
    ids=["X1 nested", "X2 long", "X3 of a file", "X3 of a parameter", "behind a comment"],
)
def test_entities_are_refused(doctype: str) -> None:
    with pytest.raises(FeedUnreadable, match="declares entities"):
        parse(rss("<item><title>&c;</title></item>", doctype))


def test_x4_a_dtd_is_not_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> NoReturn:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for dtd in ('SYSTEM "http://127.0.0.1:1/rss.dtd"', 'PUBLIC "-//N//DTD RSS 0.91//EN" "http://127.0.0.1:1/rss.dtd"'):
        (entry,) = parse(rss("<item><title>Caf&eacute;</title></item>", f"<!DOCTYPE rss {dtd}>")).entries
        assert entry.title == "Café"


HOSTILE: dict[str, Callable[[], bytes]] = {
    "X5 deep": lambda: item("<a>" * 200_000 + "</a>" * 200_000),
    "X5 deep and never closed": lambda: item("<a>" * 200_000),
    "X5 deep behind an error": lambda: item(BROKEN + "<a>" * 200_000),
    "X6 namespaces": lambda: item("<x " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(50_000)) + "/>"),
    "X6 namespaces behind an error": lambda: item(
        BROKEN + "<x " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(50_000)) + "/>"
    ),
    "X6 prefixes": lambda: item("".join(f"<p{n}:x/>" for n in range(50_000))),
    "X7 attributes": lambda: item("<x " + " ".join(f'a{n}="u"' for n in range(100_000)) + "/>"),
    "X7 attributes behind an error": lambda: item(
        BROKEN + "<x " + " ".join(f'a{n}=">"' for n in range(100_000)) + "/>"
    ),
    "X8 comments in CDATA": lambda: item(f"<description><![CDATA[{'<!--' * 100_000}]]></description>"),
    "X8 behind an error": lambda: item(f"{BROKEN}<description><![CDATA[{'<!--' * 100_000}]]></description>"),
    "X8 CDATA never closed": lambda: item(f"<description>{'<![CDATA[' * 50_000}</description>"),
    "X8 declarations": lambda: item(f"{BROKEN}<description>{'<!x [' * 50_000}</description>"),
    "X9 author": lambda: item(f"<author>a@{'a.' * 8_000}</author>"),
    "X9 author behind an error": lambda: item(f"{BROKEN}<author>a@{'a.' * 500_000}</author>"),
    "X9 authors behind an error": lambda: item(f"{BROKEN}<author>{('a@' + 'a.' * 499 + ' ') * 1_000}</author>"),
    "X9 words behind an error": lambda: item(f"{BROKEN}<author>{'a' * 1_000_000}</author>"),
    "X10 items": lambda: rss("<item><title>x</title></item>" * 50_000),
    "X10 items behind an error": lambda: rss(BROKEN + "<item><title>x</title></item>" * 50_000),
    "X11 title": lambda: item(f"<title>{'x' * 20_000_000}</title>"),
    "X18 date": lambda: item(f"<pubDate>{'1 ' * 50_000}</pubDate>"),
    "X19 link": lambda: item(f"<link>https://news.example/{'1' * 100_000}</link>"),
    "X24 JSON, deep": lambda: b'{"items":' + b"[" * 1_000_000,
    "X24 JSON, deep objects": lambda: b'{"items":[{"id":1,"title":"a"}],"x":' + b'{"a":' * 500_000,
    "X24 JSON, big numbers": lambda: b'{"version":"jsonfeed","items":[{"id":' + b"9" * 1_000_000 + b"}]}",
    "X24 JSON, cut off": lambda: b'{"version":"jsonfeed","items":[' + b'{"id":1},' * 200_000,
    "signs": lambda: item(f"<description>{'&' * 500_000}{'<' * 500_000}{'&#' * 250_000}</description>"),
    "tags never closed": lambda: item(f"<description>{'<a ' * 500_000}</description>"),
    "quotes never closed": lambda: item("<description>" + "<a b='" * 300_000 + "</description>"),
    "DOCTYPE without end": lambda: b"<!DOCTYPE x [<" * 100_000,
    "blanks": lambda: b"<rss" + b" " * 5_000_000,
    "bytes": lambda: bytes(range(128, 256)) * 20_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_feeds_take_no_longer_than_their_length(name: str) -> None:
    body = HOSTILE[name]()
    began = time.process_time()
    try:
        feed = parse(body)
    except FeedUnreadable:
        feed = Feed()
    assert time.process_time() - began < SECONDS
    assert len(feed.entries) <= MAX_ENTRIES
    for entry in feed.entries:
        assert len(entry.link or "") <= 4_096
        assert all(len(author) <= MAX_CHARACTERS for author in entry.authors)


@pytest.mark.parametrize("name", ["X5 deep", "X7 attributes behind an error", "X24 JSON, deep"])
def test_beyond_a_bound_the_refusal_says_which(name: str) -> None:
    with pytest.raises(FeedUnreadable, match=r"which no feed (is|has)"):
        parse(HOSTILE[name]())


@pytest.mark.parametrize("end", range(RSS.index(b"</item>"), len(RSS) - 10, 37))
def test_x13_what_stands_before_a_cut_is_kept(end: int) -> None:
    first = b"<item><title>first</title></item>"
    feed = parse(RSS.replace(b"<item>", first + b"<item>", 1)[: end + len(first)])

    assert feed.entries[0].title == "first"
    assert not feed.complete


def test_x20_x21_what_is_no_text_for_readers_is_none() -> None:
    titles = [
        "&lt;script&gt;alert(1)&lt;/script&gt;safe",
        "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;safe",
        "&lt;svg onload=alert(1)&gt;&lt;title&gt;x&lt;/title&gt;&lt;/svg&gt;&lt;img src=x onerror=alert(1)&gt;safe",
        "<![CDATA[<style>p{}</style>safe]]>",
    ]
    feed = parse(rss("".join(f"<item><title>{title}</title></item>" for title in titles)))
    assert [plain_line(entry.title) for entry in feed.entries] == ["safe"] * len(titles)


def test_x12_x22_x23_controls_go_and_scripts_keep_what_they_need() -> None:
    (entry,) = parse(
        item("<description>a\0b&#1;c\u202ed\u200b \u06f1\u06f4\u06f0\u06f5 می\u200cشود\ufffe</description>")
    ).entries
    assert plain_text(entry.content) == "abc\u202ed\u200b \u06f1\u06f4\u06f0\u06f5 می\u200cشود"


FRAGMENTS = st.sampled_from(
    b"<item>|</item>|<title>|</title>|<![CDATA[|]]>|<!--|-->|&|&#0;|&nbsp;|<|>|'|\"|\0|\xff\xfe|<br>|<entry>|<link/>|<x:y>|{|"
    b"<?xml?>|<!DOCTYPE x>|xml:base='|<pubDate>9999</pubDate>|\xd0|<author>@</author>".split(b"|")
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([RSS, ATOM]),
    st.lists(st.tuples(st.integers(0, 1_400), st.integers(0, 40), FRAGMENTS | st.binary(max_size=9)), max_size=5),
    st.sampled_from([None, "text/xml", "text/xml; charset=utf-16", "application/json; charset=koi8-r"]),
)
def test_damaged_feeds_give_entries_or_our_error(
    feed: bytes, damages: list[tuple[int, int, bytes]], content_type: str | None
) -> None:
    for start, length, fragment in damages:
        feed = feed[:start] + fragment + feed[start + length :]
    try:
        entries = parse_feed(feed, URL, content_type, NOW).entries
    except FeedUnreadable:
        return
    for entry in entries:
        f"{entry.guid}{entry.link}{entry.title}{entry.content}{entry.summary}{entry.authors}".encode()
        assert (entry.published is None) == (entry.date_mark is not None)
        assert entry.link is None or entry.link.startswith(("http://", "https://"))
