"""opml: outlines -> addresses by folder, within bounds, and back."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.opml import MAX_DEPTH, MAX_OUTLINES, OpmlUnreadable, Outline, read_opml, write_opml

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def read(text: str) -> list[Outline]:
    return list(read_opml(text.encode()))


def test_an_outline_knows_the_folders_around_it() -> None:
    [first, second] = read(
        "<opml version='1.0'><body><outline text='A'><outline title=' B  c '>\n"
        "<outline text='One' xmlurl=' https://a.example/ ' htmlUrl='https://a.example/home' language='en_GB'/>"
        "</outline></outline><outline xmlUrl='https://b.example/'/></body></opml>"
    )
    site = "https://a.example/home"
    assert first == Outline("https://a.example/", "One", ("A", "B c"), "en-GB", site, line=2)
    assert second == Outline("https://b.example/", line=2)


def test_a_hundred_thousand_outlines_are_read_and_no_more() -> None:
    outlines = "<outline text='A feed' xmlUrl='https://a.example/'/>" * MAX_OUTLINES
    start = time.process_time()
    assert len(read(f"<opml><body>{outlines}</body></opml>")) == MAX_OUTLINES
    assert time.process_time() - start < 10

    with pytest.raises(OpmlUnreadable, match=f"more than {MAX_OUTLINES} outlines; split it"):
        read(f"<opml><body>{outlines}<outline/></body></opml>")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<opml><body>" + "<outline>" * (MAX_DEPTH + 1), "nested deeper than 50 levels; flatten it"),
        ("<opml>" + "<a>" * 100_000, "cannot be read"),
        ('<!DOCTYPE opml SYSTEM "file:///etc/hosts"><opml/>', "DOCTYPE"),
        ('<!DOCTYPE o [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><opml><outline text="&b;"/></opml>', "DOCTYPE"),
        ("<rss/>", "an XML document <rss>, not OPML; export the list as OPML"),
        ("", "cannot be read"),
        ("<opml><body><outline", "cannot be read"),
    ],
)
def test_what_is_hostile_or_no_list_is_refused_with_the_fix(text: str, told: str) -> None:
    with pytest.raises(OpmlUnreadable, match=told) as refused:
        read(text)
    assert "; " in str(refused.value)


names = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
outlines = st.builds(
    Outline,
    url=names.map("https://a.example/{}".format),
    name=names,
    folder=st.lists(names, max_size=3).map(tuple),
    language=st.sampled_from([None, "ur", "zh-Hans"]),
    site=st.sampled_from(["", "https://a.example/"]),
)


@given(st.lists(outlines, max_size=8))
def test_what_is_written_is_read_as_it_was(feeds: list[Outline]) -> None:
    text = "".join(write_opml('A "title" & <more>', feeds, NOW))
    told = [(one.url, one.name, one.folder, one.language, one.site) for one in read(text)]
    assert told == [(one.url, one.name, one.folder, one.language, one.site) for one in feeds]
