"""address_key: which addresses are one article."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.identity.address_key import address_key, is_front_page
from services.ingestion.identity.canonical_url import canonical_url

A = "https://news.example/2026/11/talks"
"""The article of most pairs."""

SAME = [
    # scheme and host
    (A, "http://news.example/2026/11/talks"),
    (A, "https://www.news.example/2026/11/talks"),
    (A, "HTTP://WWW.News.Example./2026/11/talks"),
    (A, "https://news.example:443/2026/11/talks"),
    (A, "http://news.example:80/2026/11/talks"),
    (A, "https://m.news.example/2026/11/talks"),
    (A, "https://mobile.news.example/2026/11/talks"),
    (A, "https://amp.news.example/2026/11/talks"),
    (A, "https://www.amp.news.example/2026/11/talks"),
    ("https://ur.news.example/talks", "https://ur.m.news.example/talks"),
    ("https://urdu.outlet.com.pk/1", "https://m.urdu.outlet.com.pk/1"),
    ("https://президент.рф/a", "http://www.xn--d1abbgf6aiiy.xn--p1ai/a"),
    # slashes and first pages
    (A, A + "/"),
    (A, "https://news.example//2026//11/talks"),
    (A, A + "/index.html"),
    (A, A + "/index.php"),
    (A, A + "/Default.aspx"),
    ("https://news.example/?p=7", "https://news.example/index.php?p=7"),
    ("https://news.example", "https://news.example/"),
    # AMP
    (A, A + "/amp"),
    (A, A + "/amp/"),
    (A, A + "/AMP/"),
    (A, A + ".amp"),
    (A + ".html", A + ".amp.html"),
    (A, "https://news.example/amp/2026/11/talks"),
    (A, A + "?amp"),
    (A, A + "?amp=1"),
    (A, A + "?_amp=true"),
    (A, A + "?outputType=amp"),
    (A + "?id=7", A + "?id=7&output=amp"),
    (A, A + "?amp_js_v=0.1&usqp=mq331AQIKAGwASCAAgM%3D"),
    (A, "https://cdn.ampproject.org/c/s/news.example/2026/11/talks"),
    (A, "https://news-example.cdn.ampproject.org/c/s/news.example/2026/11/talks"),
    (A, "https://news-example.cdn.ampproject.org/v/s/amp.news.example/2026/11/talks?amp_js_v=0.1"),
    (A, "https://news-example.cdn.ampproject.org/c/news.example/2026/11/talks/amp/"),
    (A, "https://www.google.com/amp/s/www.news.example/2026/11/talks/amp/"),
    ("https://desk.blogspot.com/2026/11/a.html", "https://desk.blogspot.com/2026/11/a.html?m=1"),
    # where the reader came from
    (A, A + "?utm_source=rss&utm_medium=feed&utm_campaign=x"),
    (A, A + "?fbclid=IwAR0"),
    (A, A + "?gclid=1&gbraid=2"),
    (A, A + "?ref=rss"),
    (A, A + "?CMP=share_btn_tw"),
    (A, A + "?smid=tw-share"),
    (A, A + "?at_medium=RSS&at_campaign=KARANGA"),
    (A, A + "?spm=a2c4e.1"),
    (A, A + "?from=groupmessage&isappinstalled=0"),
    (A + "?id=7", A + "?utm_source=x&amp;id=7"),
    (A, A + "?__twitter_impression=true"),
    # the reader's session
    (A, A + ";jsessionid=0A1B2C3D4E5F"),
    (A + "?id=7", A + ";jsessionid=0A1B?id=7"),
    (A, A + "?PHPSESSID=9f8e7d6c5b4a"),
    (A, A + "?sid=3f2a9c0de1b4758899aabbccddeeff00"),
    (A, "https://news.example/(S(lit3py55t21z5v55vlm25s55))/2026/11/talks"),
    # writing
    (A, A + "#comments"),
    (A, A + "#:~:text=ceasefire"),
    (A, "https://news.example/2026/11/%74alks"),
    (A, "https://news.example/2026/10/../11/./talks"),
    (A, "https://reader:secret@news.example/2026/11/talks"),
    ("https://news.example/مذاکرات", "https://news.example/%d9%85%d8%b0%d8%a7%da%a9%d8%b1%d8%a7%d8%aa"),
    ("https://news.example/a?b=2&a=1", "https://news.example/a?a=1&b=2"),
]

DIFFERENT = [
    # what is asked for
    ("https://news.example/?p=123", "https://news.example/?p=124"),
    ("https://news.example/story?id=1", "https://news.example/story?id=2"),
    ("https://news.example/story?id=1", "https://news.example/story"),
    ("https://news.example/story.php?storyid=9", "https://news.example/story.php?storyid=90"),
    (A + "?page=2", A),
    (A + "?page=2", A + "?page=3"),
    (A + "/2", A),
    ("https://news.example/a?lang=ur", "https://news.example/a?lang=ps"),
    ("https://news.example/search?q=kabul", "https://news.example/search?q=herat"),
    ("https://news.example/a?source=reuters", "https://news.example/a?source=afp"),
    ("https://news.example/a?ref=41", "https://news.example/a?ref=42"),
    ("https://news.example/a?sid=20261124123456", "https://news.example/a?sid=20261124123457"),
    ("https://news.example/a?s=kabul", "https://news.example/a?s=herat"),
    ("https://news.example/a?m=1", "https://news.example/a?m=2"),
    ("https://news.example/a?at=1", "https://news.example/a?at=2"),
    ("https://news.example/a?amp=2", "https://news.example/a"),
    # languages
    ("https://news.example/ur/talks", "https://news.example/ps/talks"),
    ("https://ur.news.example/talks", "https://ps.news.example/talks"),
    ("https://ur.news.example/talks", "https://news.example/talks"),
    ("https://news.example/fa/1", "https://news.example/1"),
    # m and amp as content
    ("https://news.example/m/1", "https://news.example/1"),
    ("https://news.example/mobile/1", "https://news.example/1"),
    ("https://news.example/amp", "https://news.example/"),
    ("https://news.example/amplifier", "https://news.example/lifier"),
    ("https://news.example/camp", "https://news.example/c"),
    ("https://news.example/refugee/camp", "https://news.example/refugee/c"),
    ("https://amp.dev/a", "https://dev/a"),
    ("https://m.blogspot.com/a", "https://blogspot.com/a"),
    ("https://a.blogspot.com/1", "https://b.blogspot.com/1"),
    # path
    ("https://news.example/Talks", "https://news.example/talks"),
    ("https://news.example/a.html", "https://news.example/a"),
    ("https://news.example/a;v=1", "https://news.example/a;v=2"),
    ("https://news.example/a%2Fb", "https://news.example/a/b"),
    ("https://news.example/index.html", "https://news.example/index-of-prices.html"),
    ("https://news.example/2026/11/24/1", "https://news.example/2026/11/23/1"),
    # hosts
    ("https://news.example/a", "https://news.example:8443/a"),
    ("https://www.news.example/a", "https://www2.news.example/a"),
    ("https://news.example/a", "https://newsexample/a"),
    ("https://outlet.com.pk/a", "https://outlet.com.af/a"),
    ("https://news.example/a", "https://sport.news.example/a"),
    # programs in a page
    ("https://news.example/#!/story/1", "https://news.example/#!/story/2"),
    ("https://news.example/#/story/1", "https://news.example/"),
]


def key(url: str) -> str:
    canonical = canonical_url(url)
    assert canonical is not None
    return address_key(canonical)


def test_the_table_is_large() -> None:
    assert len({*SAME, *DIFFERENT}) == len(SAME) + len(DIFFERENT) >= 80


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_are_one_article(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_these_are_two_articles(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("url", "is_front"),
    [
        ("https://www.news.example/", True),
        ("http://m.news.example/index.html", True),
        ("https://news.example/?p=1", False),
        ("https://news.example/a", False),
        ("https://news.example/#!/a", False),
        ("http://127.0.0.1:8080/", True),
    ],
)
def test_a_front_page_is_no_article(url: str, is_front: bool) -> None:
    assert is_front_page(canonical_url(url) or "") == is_front


_segments = st.lists(st.sampled_from(["a", "amp", "m", "index.html", "", "x.amp", "2"]), max_size=4).map("/".join)
_queries = st.lists(st.sampled_from(["id=1", "amp=1", "b=2", "m=1", "utm_source=x"]), max_size=3).map("&".join)


@given(st.sampled_from(["news.example", "a.blogspot.com", "news.com.pk"]), _segments, _queries)
def test_scheme_www_and_order_never_count(host: str, path: str, query: str) -> None:
    turned = "&".join(reversed(query.split("&")))
    assert key(f"https://{host}/{path}?{query}") == key(f"http://www.{host}/{path}?{turned}")
