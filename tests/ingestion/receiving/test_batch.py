"""What the body of a push may be, and what its sender is told of what is wrong with it."""

import json
from datetime import UTC, datetime
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import Article, Media
from services.ingestion.receiving.batch import (
    MAX_ITEMS,
    BatchRefused,
    Refusal,
    media_type,
    read_articles,
    read_batch,
)
from services.ingestion.receiving.item import PushedArticle
from services.ingestion.sources import Source

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
JSON, LINES = "application/json", "application/x-ndjson"
WIRE = Source(id="wire", name="The Wire", kind="push", token="a-token-of-this-test")
TALKS = {"id": "w-1", "title": "Talks begin", "text": "In Kabul."}


def articles(body: object, source: Source = WIRE) -> list[Article | Refusal]:
    return read_articles(json.dumps(body).encode(), JSON, source, NOON)


def article(**fields: object) -> Article:
    [read] = articles(TALKS | fields)
    assert isinstance(read, Article), read
    return read


def refusal(item: object) -> Refusal:
    [read] = articles([item])
    assert isinstance(read, Refusal), read
    return read


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps(TALKS).encode(), JSON),
        (json.dumps([TALKS]).encode(), JSON),
        (b"\xef\xbb\xbf" + json.dumps(TALKS).encode(), JSON),
        (json.dumps(TALKS).encode(), LINES),
        (b"\n" + json.dumps(TALKS).encode() + b"\r\n\n", LINES),
    ],
    ids=["one", "a list", "with a byte order mark", "a line", "blank lines do not count"],
)
def test_one_article_may_be_sent_in_each_of_the_forms(body: bytes, kind: str) -> None:
    assert read_batch(body, kind) == [PushedArticle(id="w-1", title="Talks begin", text="In Kabul.")]


@pytest.mark.parametrize(
    ("body", "kind", "status", "reason"),
    [
        (b"", JSON, 400, "not JSON at line 1, column 1"),
        (b'[{"id": "1"},\n {"id" "2"}]', JSON, 400, "not JSON at line 2, column 8"),
        (b'{"id": "1"} {"id": "2"}', JSON, 400, "not JSON at line 1, column 13"),
        (b'{"id": "\xff"}', JSON, 400, "not UTF-8 at byte 8"),
        (b"[" * 100_000, JSON, 400, "nested too deep"),
        (b"9" * 5_000, JSON, 400, "a number with thousands of digits"),
        (b'{"id": NaN}', JSON, 400, "NaN is not JSON"),
        (b'{"id": -Infinity}', JSON, 400, "-Infinity is not JSON"),
        (b'{"id": "1", "id": "2"}', JSON, 400, "'id' stands twice"),
        (b"[]", JSON, 400, "no article"),
        (b"\n\n", LINES, 400, "no article"),
        (b"[" + b",".join([b"{}"] * (MAX_ITEMS + 1)) + b"]", JSON, 413, "1001 articles, over 1000"),
        (b"{}\n" * (MAX_ITEMS + 1), LINES, 413, "1001 articles, over 1000"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_with_the_place(body: bytes, kind: str, status: int, reason: str) -> None:
    with pytest.raises(BatchRefused, match=reason) as refused:
        read_batch(body, kind)
    assert refused.value.status == status


def test_a_line_that_cannot_be_read_spoils_no_other() -> None:
    good = json.dumps(TALKS).encode()
    first, broken, twice, last = read_batch(good + b'\n{"id": \n\n{"id": "1", "id": "2"}\n' + good, LINES)
    assert isinstance(first, PushedArticle)
    assert isinstance(last, PushedArticle)
    assert broken == Refusal(HTTPStatus.BAD_REQUEST, "line 2: not JSON at line 1, column 8: Expecting value")
    assert twice == Refusal(HTTPStatus.BAD_REQUEST, "line 4: the key 'id' stands twice in one object")


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ("text", "not an article; write an object"),
        ({}, "neither id nor url"),
        ({"id": ""}, "id: String should have at least 1 character"),
        ({"id": 7}, "id: Input should be a valid string"),
        ({"id": "1", "text": "a", "html": "b"}, "both text and html"),
        ({"id": "1"}, "neither title nor text"),
        ({"id": "1", "title": " \u00ad\n", "html": "<script>x</script>"}, "neither title nor text"),
        ({"url": "news.example/a", "title": "A"}, "url: not an address with http:// or https://"),
        ({"url": "javascript:alert(1)", "title": "A"}, "url: not an address with http:// or https://"),
        ({"id": "1", "title": "A", "publishedAt": "now"}, "unknown field 'publishedAt': did you mean 'published_at'?"),
        ({"id": "1", "title": "A", "xyz": 1}, "unknown field 'xyz': leave it out"),
        ({"id": "1", "title": "A", "language": "Urdu, mostly"}, "language: not a BCP 47 tag"),
        ({"id": "1", "title": "A", "published_at": 1.5}, "published_at"),
        ({"id": "1", "title": "A", "media": [{"url": "ftp://a"}]}, "media.0.url: not an address"),
        ({"id": "1", "title": "A", "media": [{"url": "http://a", "size": 1}]}, "unknown field 'size'"),
        ({"id": "1", "title": "A", "authors": ["A"] * 21}, "authors: Tuple should have at most 20 items"),
        ({str(number): 1 for number in range(100_000)}, "100000 fields"),
    ],
)
def test_an_item_that_is_no_article_is_told_why(item: object, reason: str) -> None:
    told = refusal(item)
    assert told.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert reason in told.reason
    assert len(told.reason) < 300


def test_a_reason_repeats_no_value() -> None:
    assert "hunter2" not in refusal({"id": ["hunter2"], "url": "hunter2", "language": "hunter2!"}).reason


def test_all_fields_arrive() -> None:
    read = article(
        url="https://news.example/talks?utm_source=x",
        language="en_GB",
        published_at="2026-11-24T09:30:00+04:30",
        updated_at="2026-11-24T06:00:00Z",
        authors=["A. Reporter", "B <b@news.example>"],
        media=["https://news.example/a.jpg", {"url": "https://news.example/b", "type": "video/mp4"}],
    )
    assert (read.title, read.text, read.language) == ("Talks begin", "In Kabul.", "en-GB")
    assert (read.published_at, read.updated_at) == (NOON.replace(hour=5), NOON.replace(hour=6))
    assert read.authors == ("A. Reporter", "B <b@news.example>")
    assert read.media == (
        Media(url="https://news.example/a.jpg"),
        Media(url="https://news.example/b", type="video/mp4"),
    )
    assert (read.source.id, read.source.name, read.seen_at) == ("wire", "The Wire", NOON)
    assert "pushed" in read.marks


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        (None, "undated"),
        ("soon", "date-unreadable"),
        ("2026-02-30T00:00:00Z", "date-impossible"),
        ("2031-01-01T00:00:00Z", "date-in-future"),
    ],
)
def test_a_date_that_cannot_be_true_is_marked_and_costs_no_article(written: str | None, mark: str) -> None:
    read = article(published_at=written)
    assert read.published_at is None
    assert mark in read.marks


def test_seconds_since_1970_are_a_date() -> None:
    assert article(published_at=int(NOON.timestamp())).published_at == NOON


def test_text_is_text_and_html_is_markup() -> None:
    plain = article(title="3 < 4 & <b>not bold</b>", text="One.\n\nTwo: &lt; stays.")
    assert plain.title == "3 < 4 & <b>not bold</b>"
    assert plain.text == "One.\nTwo: &lt; stays."
    [marked] = articles({"id": "1", "html": "<p>One &amp; <b>two</b>.<p>Three.<script>four</script>"})
    assert isinstance(marked, Article)
    assert marked.text == "One & two.\nThree."


def test_half_a_character_at_the_end_costs_only_itself() -> None:
    body = b'{"id": "1", "title": "cut \\ud83d", "text": "\\u0000a", "authors": ["\\udc00"]}'
    [read] = read_articles(body, JSON, WIRE, NOON)
    assert isinstance(read, Article)
    assert (read.title, read.text, read.authors) == ("cut", "a", ())
    assert Article.read(read.write()) == read


def test_the_same_twice_has_the_same_ids_and_an_edit_another_revision() -> None:
    first, again, edited = article(), article(), article(text="In Doha.")
    assert (first.id, first.revision) == (again.id, again.revision)
    assert first.id == edited.id
    assert first.revision != edited.revision


def test_an_address_on_a_site_that_the_sender_does_not_speak_for_claims_no_id_there() -> None:
    """Otherwise one sender could put its own words under a rival's article, and suppress it."""
    url = "https://rival.example/scoop"
    rival = Source(id="rival", name="Rival", url="https://rival.example/feed")
    own = WIRE.model_copy(update={"site": ("rival.example",)})
    [foreign], [spoken_for], [theirs] = (
        articles({"url": url, "title": "Scoop"}, source) for source in (WIRE, own, rival)
    )
    assert isinstance(foreign, Article)
    assert isinstance(spoken_for, Article)
    assert isinstance(theirs, Article)
    assert foreign.id != theirs.id
    assert spoken_for.id == theirs.id


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("application/json", JSON),
        ("Application/JSON; charset=UTF-8", JSON),
        ('application/json;charset="utf-8"', JSON),
        ("application/x-ndjson", LINES),
        ("application/jsonl; charset=utf-8", "application/jsonl"),
        ("", None),
        ("text/plain", None),
        ("application/json; charset=utf-16", None),
        ("multipart/form-data; boundary=x", None),
    ],
)
def test_media_types(header: str, kind: str | None) -> None:
    if kind is not None:
        assert media_type(header) == kind
    else:
        with pytest.raises(BatchRefused) as refused:
            media_type(header)
        assert refused.value.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*PushedArticle.model_fields]), inner),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_whatever_json_is_sent_each_item_gets_an_article_or_a_reason(value: object) -> None:
    read = taken_or_refused(json.dumps(value).encode(), JSON)
    if read is not None:
        assert len(read) == (len(value) if isinstance(value, list) else 1)
        assert all(one.reason if isinstance(one, Refusal) else Article.read(one.write()) for one in read)


@given(st.binary(), st.sampled_from([JSON, LINES]))
def test_whatever_bytes_are_sent_they_break_nothing(body: bytes, kind: str) -> None:
    taken_or_refused(body, kind)


def taken_or_refused(body: bytes, kind: str) -> list[Article | Refusal] | None:
    try:
        return read_articles(body, kind, WIRE, NOON)
    except BatchRefused:
        return None
