"""link_page: which links of a page are articles is said by a selector."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.reading.entry import MAX_ENTRIES, Feed, FeedUnreadable
from services.ingestion.reading.link_page import read_link_page
from tests.ingestion.reading.feeds import NOW

URL = "https://ministry.example/news/"
PAGE = """<!DOCTYPE html><html lang="fa" dir="rtl"><head><title>
 اخبار  وزارت </title></head><body>
<nav><a href="/">Home</a> <a href="/news/">News</a></nav>
<div class="card">
  <a href="../a/1#photo"><img src="1.jpg" alt="A picture"></a>
  <h2><a href="/a/1"><b>نشست</b>
     در کابل</a></h2> <time datetime="2026-11-24T09:30:00+04:30">امروز</time>
  <a href="/a/1">more</a>
</div>
<div class="card"><h2><a href="https://other.example/2">A second</a></h2></div>
<div class="card"><a href="/a/3"><img alt="Only a picture"></a> <a href="mailto:press@ministry.example">Write</a>
  <a href="#top">Up</a> <a>no address</a> <a href="javascript:share()">Share</a></div>
</body></html>"""


def read(selector: str, page: str | bytes = PAGE, content_type: str | None = "text/html; charset=utf-8") -> Feed:
    return read_link_page(page if isinstance(page, bytes) else page.encode(), URL, content_type, selector, NOW)


def test_links_of_cards_are_articles_each_once_with_their_longest_text() -> None:
    feed = read(".card")

    assert [(entry.link, entry.title) for entry in feed.entries] == [
        ("https://ministry.example/a/1", "نشست در کابل"),
        ("https://other.example/2", "A second"),
        ("https://ministry.example/a/3", "Only a picture"),
    ]
    assert feed.title == "اخبار وزارت"
    assert {entry.language for entry in feed.entries} == {"fa"}


def test_a_card_with_one_time_dates_its_article() -> None:
    first, second, _ = read(".card").entries
    assert (first.published, first.date_mark) == (datetime(2026, 11, 24, 5, tzinfo=UTC), None)
    assert (second.published, second.date_mark) == (None, "undated")


def test_a_selector_may_name_the_links_themselves() -> None:
    assert [entry.title for entry in read("h2 > a").entries] == ["نشست در کابل", "A second"]


def test_relative_links_begin_where_the_page_says() -> None:
    page = '<base href="https://cdn.example/x/"><p><a href="y">A title</a></p>'
    assert [entry.link for entry in read("a", page).entries] == ["https://cdn.example/x/y"]


@pytest.mark.parametrize(
    ("encoding", "content_type", "head"),
    [
        ("utf-8", None, ""),
        ("utf-8", "text/html; charset=no-such", ""),
        ("cp1251", "text/html; charset=windows-1251", ""),
        ("cp1251", "text/html", '<meta charset="windows-1251">'),
    ],
)
def test_its_charset_is_the_answers_or_its_own(encoding: str, content_type: str | None, head: str) -> None:
    page = f"<html><head>{head}</head><body><a href='/1'>Новости Душанбе</a></body></html>".encode(encoding)
    assert [entry.title for entry in read("a", page, content_type).entries] == ["Новости Душанбе"]


def test_a_page_on_which_the_selector_finds_nothing_is_told_not_taken_for_empty() -> None:
    with pytest.raises(FeedUnreadable, match=r"'\.story' finds no link; correct the source's select"):
        read(".story")
    with pytest.raises(FeedUnreadable, match="nothing that can be read as an HTML page"):
        read("a", b"")


def test_no_more_links_are_taken_than_a_feed_has_entries() -> None:
    page = "".join(f"<a href='/{n}'>Title {n}</a><a href='/{n}'>Title {n} in full</a>" for n in range(MAX_ENTRIES + 9))
    entries = read("a", page).entries
    assert [entry.title for entry in entries[:2]] == ["Title 0 in full", "Title 1 in full"]
    assert len(entries) == MAX_ENTRIES


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_it_reads_or_says_what_is_wrong(data: bytes) -> None:
    with suppress(FeedUnreadable):
        links = [entry.link or "" for entry in read("a", PAGE.encode()[:500] + data, None).entries]
        assert all(link.startswith(("http://", "https://")) for link in links)
