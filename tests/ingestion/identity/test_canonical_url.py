"""canonical_url: one address per article."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.identity.canonical_url import MAX_CHARACTERS, canonical_url
from tests.strategies import news_text

SITE = "https://news.example"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        # scheme, host, port
        ("HTTPS://News.Example/a", f"{SITE}/a"),
        ("https://news.example:443/a", f"{SITE}/a"),
        ("http://news.example:80/a", "http://news.example/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example./a", f"{SITE}/a"),
        ("https://user:pass@news.example/a", f"{SITE}/a"),
        ("https://президент.рф/a", "https://xn--d1abbgf6aiiy.xn--p1ai/a"),
        ("https://XN--D1ABBGF6AIIY.xn--p1ai/a", "https://xn--d1abbgf6aiiy.xn--p1ai/a"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        # blanks
        ("  https://news.example/a\n", f"{SITE}/a"),
        ("https://news.example/a\n  b", f"{SITE}/a%20%20b"),
        # path
        ("https://news.example", f"{SITE}/"),
        ("https://news.example?p=1", f"{SITE}/?p=1"),
        ("https://news.example/a/", f"{SITE}/a/"),
        ("https://news.example/Story", f"{SITE}/Story"),
        ("https://news.example/a/../b/./c", f"{SITE}/b/c"),
        ("https://news.example/a/..", f"{SITE}/"),
        ("https://news.example/../a", f"{SITE}/a"),
        ("https://news.example/a/%2e%2e/b", f"{SITE}/b"),
        ("https://news.example//a", f"{SITE}//a"),
        ("https://news.example/%7Ereporter", f"{SITE}/~reporter"),
        ("https://news.example/%d8%b7", f"{SITE}/%D8%B7"),
        ("https://news.example/ط", f"{SITE}/%D8%B7"),
        ("https://news.example/a b", f"{SITE}/a%20b"),
        ("https://news.example/100%", f"{SITE}/100%25"),
        ("https://news.example/a%2Fb", f"{SITE}/a%2Fb"),
        ("https://news.example/a;v=1", f"{SITE}/a;v=1"),
        # query
        ("https://news.example/a?", f"{SITE}/a"),
        ("https://news.example/a?id=2&b=1", f"{SITE}/a?id=2&b=1"),
        ("https://news.example/a?&id=2&&", f"{SITE}/a?id=2"),
        ("https://news.example/a?id=", f"{SITE}/a?id="),
        ("https://news.example/a?utm_source=rss&utm_medium=feed", f"{SITE}/a"),
        ("https://news.example/a?UTM_Source=rss&id=7", f"{SITE}/a?id=7"),
        ("https://news.example/a?id=7&fbclid=x&gclid=y", f"{SITE}/a?id=7"),
        ("https://news.example/a?at_medium=RSS&at_campaign=KARANGA", f"{SITE}/a"),
        ("https://news.example/a?traffic_source=rss", f"{SITE}/a"),
        ("https://news.example/a?maca=en-rss-en-all-1573-rdf", f"{SITE}/a"),
        ("https://news.example/a?yclid=1&ysclid=2&_openstat=3", f"{SITE}/a"),
        ("https://news.example/a?mc_cid=1&mc_eid=2", f"{SITE}/a"),
        ("https://news.example/a?partner=rss&emc=rss", f"{SITE}/a"),
        ("https://news.example/a?source=reuters", f"{SITE}/a?source=reuters"),
        ("https://news.example/a?utmost=1&attempt=2", f"{SITE}/a?utmost=1&attempt=2"),
        ("https://news.example/a?q=x%20y&r=x+y", f"{SITE}/a?q=x%20y&r=x+y"),
        ("https://news.example/a?next=/b?c", f"{SITE}/a?next=/b?c"),
        ("https://news.example/a?id=7&amp;b=1", f"{SITE}/a?id=7&b=1"),
        # sessions
        ("https://news.example/a;jsessionid=1A?id=7", f"{SITE}/a?id=7"),
        ("https://news.example/(S(x1y2))/a", f"{SITE}/a"),
        ("https://news.example/a?PHPSESSID=1&id=7", f"{SITE}/a?id=7"),
        ("https://news.example/a?sid=41", f"{SITE}/a?sid=41"),
        # AMP caches
        ("https://news-example.cdn.ampproject.org/c/s/news.example/a", f"{SITE}/a"),
        ("https://news-example.cdn.ampproject.org/c/news.example/a", "http://news.example/a"),
        ("https://cdn.ampproject.org/c/s/cdn.ampproject.org/c/s/news.example/a", f"{SITE}/a"),
        ("https://www.google.com/amp/s/news.example/a", f"{SITE}/a"),
        (
            "https://news-example.cdn.ampproject.org/i/s/news.example/a.png",
            "https://news-example.cdn.ampproject.org/i/s/news.example/a.png",
        ),
        # fragment
        ("https://news.example/a#comments", f"{SITE}/a"),
        ("https://news.example/a?id=7#xtor=RSS-3", f"{SITE}/a?id=7"),
        ("https://news.example/#!/story/1", f"{SITE}/#!/story/1"),
        ("https://news.example/a#/", f"{SITE}/a"),
    ],
)
def test_addresses_of_one_article_become_one(written: str, canonical: str) -> None:
    assert canonical_url(written) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "",
        "/relative",
        "news.example/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://news.example/a",
        "file:///etc/passwd",
        "https://",
        "https:///a",
        "https://news.example:x/",
        "https://[::1",
        "https://evil.example\\@news.example/",
        "https://a b/",
        "https://news..example/",
        "https://" + "a" * 64 + ".example/",
        "https://news.example/\ud800",
        "https://news.example/" + "a" * MAX_CHARACTERS,
        "https://news.example/" + "ط" * (MAX_CHARACTERS // 6),
    ],
)
def test_what_is_no_address_of_a_page_has_none(written: str) -> None:
    assert canonical_url(written) is None


@pytest.mark.parametrize(
    ("found", "stated", "canonical"),
    [
        (f"{SITE}/?p=1", f"{SITE}/2026/talks", f"{SITE}/2026/talks"),
        (f"{SITE}/?p=1", "http://www.news.example/2026/talks?utm_source=x", "http://www.news.example/2026/talks"),
        (f"{SITE}/talks/amp", f"{SITE}/talks", f"{SITE}/talks"),
        ("https://amp.news.example/talks", f"{SITE}/talks", f"{SITE}/talks"),
        (f"{SITE}/?p=1", f"{SITE}/ur/talks", f"{SITE}/ur/talks"),
        (f"{SITE}/a", "https://rival.example/a", f"{SITE}/a"),
        ("https://a.blogspot.com/1", "https://b.blogspot.com/1", "https://a.blogspot.com/1"),
        (f"{SITE}/world/talks", f"{SITE}/", f"{SITE}/world/talks"),
        (f"{SITE}/world/talks", SITE, f"{SITE}/world/talks"),
        (f"{SITE}/world/talks", f"{SITE}/world/", f"{SITE}/world/talks"),
        (f"{SITE}/talks/2", f"{SITE}/talks", f"{SITE}/talks/2"),
        (f"{SITE}/ur/talks", f"{SITE}/en/talks", f"{SITE}/ur/talks"),
        ("https://ps.news.example/talks", f"{SITE}/talks", "https://ps.news.example/talks"),
        (f"{SITE}/a", "javascript:alert(1)", f"{SITE}/a"),
        (f"{SITE}/a", "", f"{SITE}/a"),
    ],
)
def test_a_page_is_believed_about_its_address_within_its_site(found: str, stated: str, canonical: str) -> None:
    assert canonical_url(found, stated) == canonical


_urls = st.builds(
    lambda host, path, query, fragment: f"https://{host}/{path}?{query}#{fragment}",
    st.sampled_from(["news.example", "NEWS.example:443", "новости.example.", "[::1]:8080", "u@h"]),
    st.one_of(st.text(max_size=30), st.text("./%2eEfF~", max_size=30)),
    st.one_of(st.text(max_size=30), st.text("utm_&=%2b+a", max_size=30)),
    st.text(max_size=5),
)


@given(_urls)
def test_a_canonical_address_is_its_own(url: str) -> None:
    canonical = canonical_url(url)
    assert canonical is None or canonical_url(canonical) == canonical


@given(_urls)
def test_a_canonical_address_is_plain_ascii_and_shows_all_of_itself(url: str) -> None:
    canonical = canonical_url(url)
    if canonical is not None:
        assert canonical.isascii()
        assert canonical.isprintable()
        assert urlsplit(canonical).fragment[:1] in ("", "!", "/")
        assert " " not in canonical
        assert urlsplit(canonical).netloc == urlsplit(canonical).netloc.lower()


@given(news_text)
def test_no_text_breaks_it(text: str) -> None:
    canonical_url(text)
    canonical_url(f"https://{text}")
    canonical_url(f"https://news.example/{text}")
