"""The fast way and feedparser read the same out of a feed that both take, or it is known why not."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingestion.reading.charset import decoded
from services.ingestion.reading.document import NotWellFormed, from_root, read_document
from services.ingestion.reading.entry import Feed, FeedUnreadable
from services.ingestion.reading.plain_text import plain_text
from services.ingestion.reading.tolerant import bounded, read_tolerantly
from services.ingestion.reading.xml_feed import NoFeed, read_elements
from tests.conftest import SHARED
from tests.ingestion.reading.feeds import ATOM, NOW, RSS, URL

CORPUS = SHARED / "corpora" / "feeds"
BETTER = {
    "link": "a text link to an enclosure is no address of the page; that of an RDF item without a link is its about",
    "title": "text of Atom is no markup: <blink> stays a word",
    "content": "the same, and text in base64; bad bytes among good UTF-8",
    "authors": "dc:publisher of the channel is its owner, not the author of its entries",
    "guid": "an id of Atom is relative to the feed",
    "language": "xml:lang='' takes the feed's language away",
}
"""Why the fast way's answer is the better one, where the two differ on the corpus."""
MOST_DIFFERENCES = {"link": 7, "title": 2, "content": 4, "authors": 8, "guid": 2, "language": 1}


def both(body: bytes, url: str, content_type: str | None = None) -> tuple[Feed, Feed] | None:
    """By the fast way and by feedparser; None where the fast way declines."""
    try:
        text = from_root(decoded(body, content_type)[0])
        fast = read_elements(read_document(text), url, NOW)
        return fast, read_tolerantly(bounded(text)[0], url, NOW)
    except (NotWellFormed, NoFeed, FeedUnreadable):
        return None


def differences(fast: Feed, slow: Feed) -> Iterator[tuple[str, object, object]]:
    if len(fast.entries) != len(slow.entries):
        yield "entries", fast.entries, slow.entries
        return
    for one, other in zip(fast.entries, slow.entries, strict=True):
        for field in ("title", "content", "link", "guid", "published", "date_mark", "authors", "language"):
            a, b = getattr(one, field), getattr(other, field)
            if field in ("title", "content"):
                a, b = re.sub(r"\s", "", plain_text(a)), re.sub(r"\s", "", plain_text(b))
            if a != b:
                yield field, a, b


@pytest.mark.parametrize("body", [RSS, ATOM], ids=["RSS", "Atom"])
def test_a_healthy_feed_reads_the_same(body: bytes) -> None:
    read = both(body, URL)
    assert read is not None
    assert list(differences(*read)) == []


# feedparser knows top-level domains of up to four letters, so no mail address of example.
MUTATIONS = st.sampled_from(
    [
        (b"<title>", b"<title type='html'>"),
        (b"</link>", b" \n</link>"),
        (b"09:30:00 +0500", b"14:30:00 IST"),
        (b"<item>", b"<item xml:lang='fa'>"),
        (b"</item>", b"<category>a</category><comments>https://news.example/c</comments></item>"),
        (b"</item>", b"<author>desk@news.info (The desk)</author></item>"),
        (b"<entry>", b"<!-- an entry --><entry><rights>all</rights>"),
        (b"</entry>", b"<category term='a'/><contributor><name>C. Helper</name></contributor></entry>"),
        (b"<guid isPermaLink=\"false\">talks-2</guid>", b"<guid>https://news.example/g</guid>"),
        (b"&lt;b&gt;", b"&#60;b&#62;"),
        (b"<ttl>30</ttl>", b"<image><title>logo</title><url>https://news.example/l.png</url></image>"),
        (b"<channel>", b"<channel><textInput><title>Search</title><link>https://news.example/s</link></textInput>"),
        (b"2026-11-24T05:00:00Z", b"2026-11-24T05:00:00.25+00:00"),
        (b"Short.", b"<![CDATA[<p>Short.</p>]]>"),
        (b"?>\n", b"?>\n<?xml-stylesheet href='/s.xsl'?>\n"),
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from([RSS, ATOM]), st.lists(MUTATIONS, max_size=4, unique=True))
def test_a_healthy_feed_reads_the_same_however_it_is_written(body: bytes, mutations: list[tuple[bytes, bytes]]) -> None:
    for old, new in mutations:
        body = body.replace(old, new)
    read = both(body, URL)
    assert read is not None
    assert list(differences(*read)) == []


def test_the_corpus_reads_the_same_or_better() -> None:
    cases = list(_corpus())
    found: dict[str, int] = {}
    fast = 0
    for case in cases:
        headers = case.get("headers", {})
        if read := both((CORPUS / case["file"]).read_bytes(), case.get("url", ""), headers.get("content-type")):
            fast += 1
            for field, *_ in differences(*read):
                found[field] = found.get(field, 0) + 1
    assert fast / len(cases) > 0.8, "the fast way is for nearly all feeds, even of this corpus of odd ones"
    assert found.keys() <= BETTER.keys()
    assert {field: count for field, count in found.items() if count > MOST_DIFFERENCES[field]} == {}


def _corpus() -> Iterator[dict[str, Any]]:
    manifest = CORPUS / "manifest.jsonl"
    if not manifest.exists():
        pytest.skip(f"{manifest} is missing: the corpus is not part of the project")
    with Path(manifest).open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)
