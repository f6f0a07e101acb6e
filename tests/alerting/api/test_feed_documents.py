"""Feeds as documents: read by our own reader, by feedparser, and by the letter of the formats."""

import json
from datetime import UTC, datetime, timedelta

import feedparser
import pytest
from lxml import etree

from schemas import Alert
from services.alerting.api.feed_documents import MOST_ENTRIES, FeedOf, Told, atom_feed, changed_at, etag, json_feed
from services.alerting.notify.samples import samples
from services.ingestion.reading.feed import parse_feed
from tests.alerting.examples import NOON, alert

FEED = FeedOf(
    "border",
    "Tocsin: Border desk",
    "https://t.example/watches/border/feed.atom",
    "https://t.example/watches/border/feed.json",
)
LATER = NOON + timedelta(hours=1)
MAKERS = {"atom": atom_feed, "json": json_feed}
TYPES = {"atom": "application/atom+xml", "json": "application/feed+json"}


def told(*alerts: Alert, at: datetime = LATER) -> list[Told]:
    return [Told(each, at) for each in alerts]


def sample(name: str) -> Alert:
    event = samples()[name].event
    assert isinstance(event, Alert)
    return event


def titled(title: str) -> Alert:
    event = alert()
    assert event.article is not None
    return event.model_copy(update={"article": event.article.model_copy(update={"title": title}), "passages": ()})


@pytest.mark.parametrize("form", MAKERS)
def test_our_own_reader_reads_each_alert_as_an_article_of_its_outlet(form: str) -> None:
    ring, urdu = sample("ring"), sample("ring in Urdu")

    feed = parse_feed(MAKERS[form](FEED, told(ring, urdu)), FEED.atom, TYPES[form], LATER + timedelta(minutes=1))

    assert feed.complete
    assert (feed.title, feed.language) == ("Tocsin: Border desk", "en")
    assert feed.self_link == (FEED.atom if form == "atom" else FEED.json)
    one, other = feed.entries
    assert ring.article is not None
    assert urdu.article is not None
    assert "Two groups are named" in one.title
    assert (one.link, one.authors, one.language) == (ring.article.url, ("Example News",), "en")
    assert (other.authors, other.language) == ((urdu.article.source.name,), "ur")
    assert one.updated == LATER
    assert one.published == ring.rang_at
    assert "<mark>Tehreek-e-Taliban Pakistan</mark>" in one.content
    assert '<bdi dir="rtl" lang="ur">' in other.content
    assert one.guid != other.guid


def test_feedparser_reads_the_atom_feed_without_a_complaint() -> None:
    read = feedparser.parse(atom_feed(FEED, told(*(sample(name) for name in ("ring", "ring in Urdu", "digest")))))

    assert not read.bozo
    assert read.version == "atom10"
    assert [link.rel for link in read.feed.links] == ["self", "alternate"]
    first = read.entries[0]
    assert [(tag.term, tag.label) for tag in first.tags][:2] == [
        ("ttp", "Tehreek-e-Taliban Pakistan"),
        ("kabul", "Kabul"),
    ]
    assert ("severity-high", "high") in [(tag.term, tag.label) for tag in first.tags]
    assert first.summary.startswith("Officials said that the Tehreek-e-Taliban Pakistan")
    assert "\u2067" in read.entries[1].summary


def test_the_atom_feed_has_what_rfc_4287_asks_for() -> None:
    names = {"a": "http://www.w3.org/2005/Atom"}
    root = etree.fromstring(atom_feed(FEED, told(*(sample(name) for name in samples() if _is_alert(name)))))

    for holder in (root, *root.findall("a:entry", names)):
        for name in ("id", "title", "updated"):
            assert len(holder.findall(f"a:{name}", names)) == 1
    assert root.find("a:author/a:name", names) is not None  # the author of entries that have none of their own
    for entry in root.findall("a:entry", names):
        assert entry.find("a:content", names) is not None
        assert entry.find("a:link[@rel='alternate']", names) is not None or entry.find("a:summary", names) is not None
        for moment in entry.findall("a:updated", names):
            assert datetime.fromisoformat(str(moment.text)).tzinfo is not None


def test_the_json_feed_has_what_version_1_1_asks_for() -> None:
    document = json.loads(json_feed(FEED, told(sample("ring"), sample("empty digest"))))

    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"] == FEED.json
    for item in document["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"]
        assert item["content_text"]
    ring, digest = document["items"]
    assert ring["external_url"] == "https://news.example/2026/11/talks"
    assert ring["authors"] == [{"name": "Example News"}]
    assert "Tehreek-e-Taliban Pakistan" in ring["tags"]
    assert "url" not in digest


@pytest.mark.parametrize("form", MAKERS)
def test_an_update_takes_the_place_of_its_alert_and_the_id_stays_wherever_it_is_read(form: str) -> None:
    ring = sample("ring")
    update = ring.model_copy(update={"sequence": 1, "action": "update"})
    elsewhere = FeedOf("", "Tocsin", "https://other.example/feed.atom", "https://other.example/feed.json")

    first, second = (
        parse_feed(MAKERS[form](feed, told(event, at=at)), feed.atom, TYPES[form], LATER + timedelta(days=1)).entries[0]
        for feed, event, at in ((FEED, ring, LATER), (elsewhere, update, LATER + timedelta(minutes=5)))
    )

    assert first.guid == second.guid
    assert first.guid is not None
    assert first.guid.startswith("urn:uuid:")
    assert second.updated == LATER + timedelta(minutes=5)


HOSTILE = ']]></title><script>alert(1)</script> & <b>x</b> "\x00\x01\x1b[31m\x0b\ufffe\uffff\ud800 \u202e end'


@pytest.mark.parametrize("form", MAKERS)
def test_whatever_stands_in_a_title_stays_a_text(form: str) -> None:
    event = titled(HOSTILE)
    event = event.model_copy(update={"watch": event.watch.model_copy(update={"name": HOSTILE})})

    body = MAKERS[form](FeedOf("border", HOSTILE, FEED.atom, FEED.json), told(event))
    feed = parse_feed(body, FEED.atom, TYPES[form], LATER)
    (entry,) = feed.entries

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in feed.title
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in entry.title
    assert "<script" not in entry.content
    assert "<b>x" not in entry.content
    assert not {"\x00", "\x1b", "\x0b", "\ufffe", "\uffff"} & set(body.decode())
    assert "\u202e" not in entry.title + entry.content


def test_ten_megabytes_and_more_alerts_than_fifty_make_no_large_feed() -> None:
    events = told(*(titled("x" * 10_000_000) for _ in range(3))) + told(*([sample("ring")] * 100))

    for make in MAKERS.values():
        assert len(make(FEED, events)) < 1_000_000
    assert len(json.loads(json_feed(FEED, events))["items"]) == MOST_ENTRIES == 50


def test_the_tag_changes_with_what_is_shown_and_with_nothing_else() -> None:
    ring = sample("ring")
    shown = told(ring)

    same = etag(FEED, told(ring))
    others = {
        etag(FEED, told(ring.model_copy(update={"sequence": 1}))),
        etag(FEED, told(ring, at=LATER + timedelta(seconds=1))),
        etag(FEED, told(ring, sample("digest"))),
        etag(FeedOf("border", "Another name", FEED.atom, FEED.json), shown),
        etag(FEED, []),
    }

    assert same == etag(FEED, shown)
    assert same not in others
    assert len(others) == 5
    assert same.startswith('"')
    assert same.endswith('"')


@pytest.mark.parametrize("form", MAKERS)
def test_a_feed_without_alerts_is_one_and_does_not_change(form: str) -> None:
    feed = parse_feed(MAKERS[form](FEED, []), FEED.atom, TYPES[form], LATER)

    assert feed.entries == ()
    assert feed.title == "Tocsin: Border desk"
    assert changed_at([]) == datetime(1970, 1, 1, tzinfo=UTC)
    assert MAKERS[form](FEED, []) == MAKERS[form](FEED, [])


def _is_alert(name: str) -> bool:
    return isinstance(samples()[name].event, Alert)
