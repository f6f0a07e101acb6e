"""Tombstones of feeds (RFC 6721), read strictly and tolerantly."""

from datetime import UTC, datetime

import pytest

from services.ingestion.reading.entry import Tombstone
from services.ingestion.reading.feed import parse_feed

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>News</title>
<at:deleted-entry ref="tag:news.example,2026:1" when="2026-11-24T08:00:00Z"><at:comment>Wrong</at:comment>
<link rel="alternate" type="text/html" href="/talks"/></at:deleted-entry>
<entry><id>tag:news.example,2026:2</id><title>Tea{}</title><link href="https://news.example/tea"/></entry>
<at:deleted-entry ref=" https://news.example/3 " when="yesterday"/>
<at:deleted-entry when="2026-11-24T08:00:00Z"/></feed>"""


@pytest.mark.parametrize("odd", ["", "&nosuch;", "\x0b <b>x</i>"], ids=["clean", "mended", "tolerated"])
def test_what_a_feed_took_back_is_read_beside_its_entries(odd: str) -> None:
    feed = parse_feed(ATOM.format(odd).encode(), "https://news.example/feed", "application/atom+xml", NOW)

    assert [entry.guid for entry in feed.entries] == ["tag:news.example,2026:2"]
    assert feed.tombstones == (
        Tombstone("tag:news.example,2026:1", datetime(2026, 11, 24, 8, tzinfo=UTC), "https://news.example/talks"),
        Tombstone("https://news.example/3"),
    )


def test_a_feed_may_hold_nothing_but_tombstones() -> None:
    only = ATOM.replace("<entry>", "<!--").replace("</entry>", "-->")
    feed = parse_feed(only.encode(), "https://news.example/feed", None, NOW)
    assert (feed.entries, len(feed.tombstones)) == ((), 2)
