from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.ids import alert_id, article_id, article_id_from_elsewhere, article_id_from_guid, mention_id, revision

part = st.text(st.sampled_from("ab\0é"), max_size=3)
"""Short words of few letters: two draws are often equal, and often differ only in where one part ends."""


def digest(*parts: bytes) -> str:
    """SHA-256 over parts, each after its length in 8 bytes, big end first."""
    return sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).hexdigest()


def test_golden_values() -> None:
    url = "news.example/2026/11/کابل"
    assert article_id(url) == "art-" + digest(b"url", url.encode())[:32]
    assert article_id_from_elsewhere("wire", url) == "art-" + digest(b"elsewhere", b"wire", url.encode())[:32]
    assert article_id_from_guid("example-news", "41") == "art-" + digest(b"guid", b"example-news", b"41")[:32]
    assert revision("Title", "Text") == digest(b"Title", b"Text")[:16]
    assert mention_id("desk", "art-1", "r1", ["ttp", "kabul"]) == (
        "men-" + digest(b"desk", b"art-1", b"r1", b"kabul", b"ttp")[:32]
    )
    assert alert_id("desk", "art-1") == "alr-" + digest(b"desk", b"art-1")[:32]


@pytest.mark.parametrize(
    "make", [article_id_from_guid, article_id_from_elsewhere, alert_id], ids=lambda make: make.__name__
)
@given(one=st.tuples(part, part), other=st.tuples(part, part))
def test_ids_are_equal_exactly_when_every_part_is(
    make: Callable[[str, str], str], one: tuple[str, str], other: tuple[str, str]
) -> None:
    assert (make(*one) == make(*other)) == (one == other)


@given(one=st.lists(part, max_size=3), other=st.lists(part, max_size=3), watch=part, article=part)
def test_a_mention_is_told_by_the_set_of_what_was_met(
    one: list[str], other: list[str], watch: str, article: str
) -> None:
    same = mention_id(watch, article, "r", one) == mention_id(watch, article, "r", other)
    assert same == (set(one) == set(other))
    assert mention_id(watch, article, "r", one) != mention_id(watch + "x", article, "r", one)
    assert mention_id(watch, article, "r", one) != mention_id(watch, article + "x", "r", one)
    assert mention_id(watch, article, "r", one) != mention_id(watch, article, "rx", one)


@given(word=part, other=part)
def test_an_address_a_guid_and_an_address_elsewhere_never_give_the_same_article(word: str, other: str) -> None:
    ids = {article_id(word), article_id_from_guid(other, word), article_id_from_elsewhere(other, word)}
    assert len(ids) == 3


def test_a_word_in_the_title_is_another_revision_than_in_the_text() -> None:
    assert revision("Talks", "Kabul") != revision("Talks Kabul", "") != revision("", "Talks Kabul")


def test_a_lone_surrogate_breaks_nothing() -> None:
    assert revision("\ud800", "") == revision("", "")
