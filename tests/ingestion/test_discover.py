"""discover: where a site's feed stands, and what a document turns out to be."""

import pytest

from services.ingestion.discover import MAX_SITEMAPS, MAX_STATED, sitemaps_in, usual_places, what_stands
from services.ingestion.reading.entry import FeedUnreadable
from tests.ingestion.reading.feeds import ATOM, NOW, RSS

URL = "https://news.example/asia/"


def stated(head: str) -> tuple[str, ...]:
    return what_stands(f"<!DOCTYPE html><html><head>{head}</head></html>".encode(), URL, "text/html", NOW).stated


def link(href: str, kind: str = "application/rss+xml", rel: str = "alternate", title: str = "") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}" title="{title}">'


def test_feeds_that_a_page_names_come_in_its_order_those_of_comments_last() -> None:
    assert stated(
        link("/comments/feed/")
        + link("/rss", "application/rss+xml; charset=utf-8")
        + link("https://cdn.example/atom", "application/ATOM+xml", "Alternate home")
        + link("feed.json", "application/feed+json")
        + link("/rss")
        + link("/x", "", "feed")
        + link("/news.xml", "text/xml", title="News RSS")
    ) == (
        *("https://news.example/rss", "https://cdn.example/atom", "https://news.example/asia/feed.json"),
        *("https://news.example/x", "https://news.example/news.xml", "https://news.example/comments/feed/"),
    )


@pytest.mark.parametrize(
    "other",
    [
        '<link rel="alternate" hreflang="ur" href="/ur/">',
        link("/wp-json/oembed/1.0/embed", "application/json+oembed"),
        link("/wp-json/wp/v2/pages/7", "application/json", title="JSON"),
        link("/style.css", "text/css", "stylesheet"),
        link("javascript:feed()"),
        link(""),
    ],
)
def test_other_links_are_no_feeds(other: str) -> None:
    assert stated(other) == ()


def test_a_page_that_names_a_feed_for_each_tag_is_asked_for_the_first() -> None:
    assert len(stated("".join(link(f"/tag/{n}/feed") for n in range(500)))) == MAX_STATED


def test_what_stands_there_is_told_apart() -> None:
    assert what_stands(RSS, URL, None, NOW).kind == "feed"
    assert what_stands(ATOM, URL, "text/html", NOW).kind == "feed"
    assert what_stands(b"<urlset><url><loc>/1</loc></url></urlset>", URL, None, NOW).kind == "sitemap"
    page = what_stands(b"<title> A | Home </title><p>News</p>", URL, "text/html", NOW)
    assert (page.kind, page.name, page.language) == ("page", "A | Home", None)
    for nothing in (b"", b"\x89PNG\r\n", b"Not found"):
        with pytest.raises(FeedUnreadable):
            what_stands(nothing, URL, None, NOW)


def test_the_usual_places_are_below_the_page_and_at_the_root() -> None:
    assert usual_places("https://news.example/asia?x=1")[:2] == (
        "https://news.example/asia/feed",
        "https://news.example/asia/rss",
    )
    assert "https://news.example/rss.xml" in usual_places(URL)
    assert len(usual_places("https://news.example/")) == len(usual_places(URL)) / 2


def test_the_sitemaps_of_robots_txt_come_with_those_for_news_first() -> None:
    robots = "Disallow: /x\nSitemap: https://news.example/all.xml\n sitemap :/news.xml # new\nSitemap: mailto:a\n"
    assert sitemaps_in(robots, "https://feeds.example/robots.txt") == (
        "https://feeds.example/news.xml",
        "https://news.example/all.xml",
    )
    many = "".join(f"Sitemap: /{number}\n" for number in range(99))
    assert len(sitemaps_in(many, URL)) == MAX_SITEMAPS
