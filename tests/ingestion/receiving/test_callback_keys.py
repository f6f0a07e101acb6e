import hashlib
import hmac
from itertools import combinations

import pytest

from services.ingestion.receiving.callback_keys import CallbackKeys

KEYS = CallbackKeys("a-secret-of-this-test-0123456789abcdef")
TOPIC = "https://news.example/feed"
KEY = KEYS.key("news", TOPIC)
BODY = b"<rss/>"


def signature(method: str, body: bytes = BODY, secret: str | None = None) -> str:
    made = hmac.new((secret or KEYS.hub_secret("news", KEY)).encode(), body, getattr(hashlib, method)).hexdigest()
    return f"{method}={made}"


def test_every_process_with_the_secret_knows_an_address_of_ours() -> None:
    other = CallbackKeys("a-secret-of-this-test-0123456789abcdef")
    assert other.is_ours("news", KEY)
    assert other.is_ours("news", KEY, TOPIC)
    assert other.hub_secret("news", KEY) == KEYS.hub_secret("news", KEY)


@pytest.mark.parametrize(
    ("source_id", "key"),
    [
        ("other", KEY),
        ("news", KEYS.key("other", TOPIC)),
        ("news", CallbackKeys("another-secret").key("news", TOPIC)),
        ("news", KEY[:-1] + ("A" if KEY[-1] != "A" else "B")),
        ("news", KEY[:16]),
        ("news", KEY + "="),
        ("news", KEY[:20] + "!" + KEY[20:]),
        ("news", ""),
        ("news", "ключ"),
        ("news", "\ud800"),
    ],
)
def test_an_address_that_we_gave_nobody_is_not_ours(source_id: str, key: str) -> None:
    assert not KEYS.is_ours(source_id, key)


def test_an_address_is_for_one_topic() -> None:
    assert not KEYS.is_ours("news", KEY, "https://rival.example/feed")


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_body_that_the_hub_signed_is_known_by_each_method(method: str) -> None:
    header = signature(method)
    assert KEYS.is_signed("news", KEY, BODY, header)
    assert KEYS.is_signed("news", KEY, BODY, header.upper())
    assert not KEYS.is_signed("news", KEY, BODY + b" ", header)
    assert not KEYS.is_signed("other", KEY, BODY, header)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256",
        "sha256=",
        "=" + signature("sha256").partition("=")[2],
        "md5=" + hmac.new(KEYS.hub_secret("news", KEY).encode(), BODY, hashlib.md5).hexdigest(),
        signature("sha256", secret="guessed"),
        signature("sha256").replace("sha256", "sha1"),
        "sha256=é",
    ],
)
def test_anything_else_is_not_signed(header: str | None) -> None:
    assert not KEYS.is_signed("news", KEY, BODY, header)


def test_no_two_sources_or_topics_share_a_key_or_a_secret_and_none_holds_our_own() -> None:
    places = [(source, topic) for source in ("a", "b", "ab") for topic in ("https://x/", "https://y/")]
    for (one, first), (two, second) in combinations(places, 2):
        assert KEYS.key(one, first) != KEYS.key(two, second)
        secrets = KEYS.hub_secret(one, KEYS.key(one, first)), KEYS.hub_secret(two, KEYS.key(two, second))
        assert secrets[0] != secrets[1]
        assert all(len(secret) < 200 for secret in secrets), "WebSub, section 5.1"
