"""The small parts of a feed: people, links, what a channel asks for."""

from datetime import timedelta

import pytest

from services.ingestion.reading.asked import asked
from services.ingestion.reading.entry import Asked
from services.ingestion.reading.languages import language_tag
from services.ingestion.reading.links import absolute
from services.ingestion.reading.people import MAX_CHARACTERS, name_of_person


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A. Reporter", "A. Reporter"),
        ("a@news.example (A. Reporter)", "A. Reporter"),
        ("A. Reporter (a@news.example)", "A. Reporter"),
        ("A. Reporter <a@news.example>", "A. Reporter"),
        ("A. Reporter, a@news.example", "A. Reporter"),
        ("(A. Reporter) mailto:a@news.example", "A. Reporter"),
        ("a@news.example", "a@news.example"),
        ("احمد  خان\n(a@news.example)", "احمد خان"),
        ("A. Reporter (Kabul)", "A. Reporter (Kabul)"),
        ("", ""),
        ("x" * 5_000, "x" * MAX_CHARACTERS),
        ("a@news.example, b@news.example", "a@news.example"),
        ("a@a." * 5_000, "a@a.a"),
    ],
)
def test_a_person_has_a_name(text: str, name: str) -> None:
    assert name_of_person(text) == name


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("https://o.example/a b?c=d#e", "https://o.example/a b?c=d#e"),
        (" /a ", "https://news.example/a"),
        ("b", "https://news.example/feeds/b"),
        ("//o.example/a", "https://o.example/a"),
        ("?page=2", "https://news.example/feeds/asia.xml?page=2"),
        ("https://o.example/\n  a", "https://o.example/  a"),
        ("HTTPS://o.example/", "https://o.example/"),
        ("java\nscript:alert(1)", None),
        ("mailto:a@o.example", None),
        ("https://[::1/", None),
        ("", None),
        (None, None),
    ],
)
def test_a_link_is_an_address_of_the_web_or_none(link: str | None, address: str | None) -> None:
    assert absolute(link, "https://news.example/feeds/asia.xml") == address


def test_what_a_channel_asks_for() -> None:
    every = [str(hour) for hour in range(24)]
    weekly = {"ttl": " 60 ", "sy:updateperiod": "Weekly", "sy:updatefrequency": "7"}

    assert asked(weekly, ["1", "24", "25"], ["Monday", "x"]) == Asked(
        timedelta(hours=1), frozenset({0, 1}), frozenset({0}), timedelta(days=1)
    )
    assert asked({"ttl": "-5", "sy:updateperiod": "often"}, every, []) == Asked()
    assert asked({"ttl": "9" * 5_000, "sy:updatefrequency": "0"}, [], []) == Asked()


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"),
        ("en_US", "en-US"),
        (" ps-AF ", "ps-AF"),
        ("zh-Hans-CN", "zh-Hans-CN"),
        ("English", None),
        (7, None),
    ],
)
def test_a_language_is_a_tag(text: object, tag: str | None) -> None:
    assert language_tag(text) == tag
