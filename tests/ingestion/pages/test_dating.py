"""When an article appeared."""

from datetime import UTC, datetime

import pytest

from services.ingestion.pages.extract import extract_page

TEXT = "<p>" + "Officials met on Tuesday in Herat and talked about the road to the border for hours. " * 4 + "</p>"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DAY = datetime(2026, 11, 24, tzinfo=UTC)


def published(head: str, body: str = "") -> datetime | None:
    page = f"<html><head>{head}</head><body><h1>Road talks in Herat</h1>{body}<div>{TEXT}</div></body></html>"
    return extract_page(page.encode(), "https://news.example/road", None).published


def data(date: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "datePublished": "{date}"}}</script>'


@pytest.mark.parametrize(
    ("head", "body", "moment"),
    [
        (data("2026-11-24T16:30:00+04:30"), "", NOON),
        (data("yesterday") + '<meta property="article:published_time" content="2026-11-24T12:00:00Z">', "", NOON),
        (data("2026-11-24T12:00Z") + '<meta name="pubdate" content="2020-01-01">', "", NOON),
        ('<meta name="parsely-pub-date" content="2026-11-24T17:00:00+0500">', "", NOON),
        ("", '<time datetime="2026-11-24T17:30:00+05:30">an hour ago</time>', NOON),
        ("", '<time datetime="2019-01-01">old</time><time pubdate datetime="2026-11-24T12:00Z">new</time>', NOON),
        ("", "<div>Published: <b>24 November 2026, 12:00 GMT</b></div>", NOON),
        ("", "<span>۲۴ نومبر ۲۰۲۶</span>", DAY),
        ("", "<div>Kabul 24.11.2026</div>", DAY),
        ("", "<div>Budget 2026</div>", None),
        ("", "<p>They last met in Doha on 12 March 2026</p>", None),
        (data("31 February 2026"), "", None),
    ],
    ids=[
        *("JSON-LD", "an unreadable one is passed over", "JSON-LD before a general name", "a publisher's own name"),
        *("marked time", "the time of publishing before others", "the line under the headline", "in Urdu digits"),
        *("a place before it", "a year alone is none", "another day in a sentence", "no such day"),
    ],
)
def test_the_date_is_the_one_that_is_stated_best(head: str, body: str, moment: datetime | None) -> None:
    assert published(head, body) == moment
