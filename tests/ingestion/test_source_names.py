"""source_names: what an added source is called."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.source_names import id_of, name_of

URL = "https://www.news.example/feed"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Dawn - Home", "Dawn"),
        ("Khaama Press | Latest News", "Khaama Press"),
        ("RSS Feed » Example", "Example"),
        ("The Hindu - National", "The Hindu - National"),
        ("Long-War Journal", "Long-War Journal"),
        ("روزنامہ", "روزنامہ"),
        ("RSS", "news.example"),
        ("Latest News", "news.example"),
        ("  ", "news.example"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_name_is_what_tells_the_outlet(title: str, name: str) -> None:
    assert name_of(title, URL) == name


@pytest.mark.parametrize(
    ("url", "name", "taken", "identifier"),
    [
        ("https://www.dawn.com/feeds/home", "Dawn", [], "dawn"),
        ("https://www.dawn.com/feeds/world", "Dawn", ["dawn"], "dawn-world"),
        ("https://www.dawn.com/feeds/home", "Dawn", ["dawn"], "dawn-2"),
        ("https://www.dawn.com/feeds/home", "Dawn", ["dawn", "dawn-2"], "dawn-3"),
        ("https://en.mehrnews.com/rss", "Mehr", ["mehrnews"], "mehrnews-2"),
        ("https://ur.mehrnews.com/rss", "Mehr", ["mehrnews"], "mehrnews-ur"),
        ("https://outlet.com.pk/rss", "X", [], "outlet"),
        ("https://feeds.feedburner.com/ndtvnews-top-stories", "NDTV News", [], "ndtv-news"),
        ("http://127.0.0.1:8000/rss", "The Desk", [], "the-desk"),
        ("http://127.0.0.1:8000/rss", "روزنامہ", [], "source"),
        ("https://новости.рф/rss", "Новости", [], "xn-b1amnebsh"),
    ],
)
def test_an_id_is_the_sites_and_no_other_sources(url: str, name: str, taken: list[str], identifier: str) -> None:
    assert id_of(url, name, taken) == identifier


@given(st.text(max_size=50), st.text(max_size=50), st.sets(st.just("source")))
def test_an_id_is_always_one_that_may_be_written(path: str, name: str, taken: set[str]) -> None:
    identifier = id_of(f"https://127.0.0.1/{path}", name, taken)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", identifier)
    assert len(identifier) <= 100
    assert identifier not in taken
