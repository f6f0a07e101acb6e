"""site: whose an address is."""

import pytest

from services.ingestion.identity.site import site_of, speaks_for


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.news.example", "news.example"),
        ("NEWS.Example.", "news.example"),
        ("urdu.outlet.com.pk", "outlet.com.pk"),
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("a.b.blogspot.com", "b.blogspot.com"),
        ("m.blogspot.com", "m.blogspot.com"),
        ("ведомости.президент.рф", "xn--d1abbgf6aiiy.xn--p1ai"),
        ("co.uk", "co.uk"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[2001:db8::1]", "2001:db8::1"),
    ],
)
def test_a_site_is_what_was_registered_below_a_public_suffix(host: str, site: str) -> None:
    assert site_of(host) == site


def test_a_source_speaks_for_its_domains_and_all_below_them() -> None:
    assert speaks_for(("news.example",), "news.example")
    assert speaks_for(("news.example",), "ur.News.Example")
    assert speaks_for(("other.example", "президент.рф"), "www.xn--d1abbgf6aiiy.xn--p1ai")
    assert not speaks_for(("news.example",), "badnews.example")
    assert not speaks_for(("ur.news.example",), "news.example")
    assert not speaks_for(("127.0.0.1",), "1.127.0.0.1.example")
    assert not speaks_for((), "news.example")
