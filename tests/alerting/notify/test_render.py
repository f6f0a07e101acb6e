from unicodedata import bidirectional, category

import pytest
from rich.console import Console
from rich.text import Text

from schemas import Alert, Passage, TopicSummary
from services.alerting.notify.render import HIGHLIGHT, render, render_plain
from services.alerting.notify.samples import samples
from tests.alerting.examples import alert, mention

TITLE = "Two groups are named after talks in Kabul"
EMBEDDING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def letters(text: str) -> str:
    return "".join(char for char in text if char.isascii() and char.isprintable() and char != " ")


def showing(sentence: str, *highlights: tuple[int, int], **more: object) -> Alert:
    """An alert that shows one sentence of the text."""
    passage = Passage(field="text", start=0, sentence=sentence, highlights=highlights)
    return alert().model_copy(update={"passages": (passage,), **more})


def highlighted(text: Text) -> list[str]:
    return [text.plain[span.start : span.end] for span in text.spans if span.style == HIGHLIGHT]


def test_an_alert_shows_who_where_and_what_about() -> None:
    shown = render(alert(name="Kabul desk", severity="high")).plain

    assert shown.split("\n") == [
        " HIGH  Kabul desk: Ttp",
        "The TTP is named",
        "  Officials spoke of the TTP in Kabul.",
        "  about: Safe-Havens",
        "  Example News · English · 2026-11-24 12:00 UTC, just published",
        "  https://news.example/one",
    ]


@pytest.mark.parametrize(
    ("sentence", "spans", "words"),
    [
        ("The TTP and ISKP met.", ((4, 7), (12, 16)), ["TTP", "ISKP"]),
        ("تحریک طالبان پاکستان نے کہا", ((0, 20),), ["تحریک طالبان پاکستان"]),
        ("Tabs\tand\x1b[31mcodes before TTP.", ((26, 29),), ["TTP"]),
    ],
)
def test_the_highlight_is_on_the_watched_words(sentence: str, spans: tuple[tuple[int, int]], words: list[str]) -> None:
    assert highlighted(render(showing(sentence, *spans))) == words
    assert [part.split("»")[0] for part in render_plain(showing(sentence, *spans)).split("«")[1:]] == words


def test_words_in_the_title_are_highlighted_there_and_the_title_stands_once() -> None:
    text = render(alert())

    assert highlighted(text) == ["TTP", "TTP"]
    assert text.plain.count("The TTP is named") == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "[bold red]markup[/] and [link=https://evil.example]here[/link]",
        "\x1b[2J\x1b]0;title\x07 and \x9b31m",
        "end of the alert\r\nanother line",
        ":warning: emoji code",
        "\u202eturned\u202c \u2066apart\u2069",
        "half a pair \ud800",
    ],
)
def test_what_an_article_holds_stays_text(hostile: str) -> None:
    article = mention().article.model_copy(update={"title": hostile, "url": f"https://news.example/{hostile}"})
    console = Console(force_terminal=True, color_system=None, width=500, soft_wrap=True)
    with console.capture() as capture:
        console.print(render(showing(hostile, article=article)))
    lines = capture.get().split("\n")

    title, passage, url = (line.strip() for line in (lines[1], lines[2], lines[5]))
    assert title == passage
    assert url.isascii()
    assert len(lines) == 7, "no line is added"
    assert letters(title) == letters(hostile), "no letter is taken for markup"
    assert all(category(char) not in ("Cc", "Cs", "Zl", "Zp") for line in lines for char in line)
    assert not any(bidirectional(char) in EMBEDDING for line in lines for char in line)


def test_of_many_topics_the_strongest_are_shown_and_the_rest_counted() -> None:
    many = tuple(TopicSummary(id=f"t-{n}", name=f"Topic {n}", confidence=0.9 - n / 10) for n in range(8))

    shown = render(alert().model_copy(update={"topics": many})).plain

    assert "  about: Topic 0, Topic 1, Topic 2, Topic 3, Topic 4 and 3 more\n" in shown


def test_an_address_that_is_no_page_is_not_shown() -> None:
    article = mention().article.model_copy(update={"url": "javascript:alert(1)"})

    assert "javascript" not in render(alert().model_copy(update={"article": article})).plain


@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        (
            "escalated",
            [
                "Nobody has acknowledged this in time, so it comes here too.",
                " HIGH  Border desk: Tehreek-e-Taliban Pakistan, Kabul",
            ],
        ),
        (
            "test",
            [
                "This is a test of the channel desk-mail. Nothing has happened.",
                " HIGH  Border desk: Tehreek-e-Taliban Pakistan, Kabul",
            ],
        ),
        ("copy", [" HIGH  Border desk: update, Tehreek-e-Taliban Pakistan, Kabul"]),
        (
            "channel is dead",
            [
                " HIGH  the channel desk-webhook takes nothing",
                "  HTTP 503: the service is away",
                "  since 2026-11-24 04:04 UTC, 37 alerts wait for it",
                "  fix: see what the endpoint says: tocsin channel test desk-webhook",
                "  2026-11-24 05:04 UTC",
            ],
        ),
        (
            "group of a channel's hours",
            [
                " CRITICAL  7 alerts from outside of the hours of this channel",
                f"  LOW Border desk: {TITLE} (Example News): Tehreek-e-Taliban Pakistan, Kabul",
            ],
        ),
    ],
)
def test_every_kind_of_message_is_shown(kind: str, lines: list[str]) -> None:
    assert render(samples()[kind]).plain.split("\n")[: len(lines)] == lines


def test_who_cares_for_it_is_shown() -> None:
    shown = render(samples()["further-source"]).plain

    assert "  acknowledged by Zarmina at 2026-11-24 06:04 UTC, assigned to Farid\n" in shown


def test_an_article_that_says_little_leaves_nothing_empty() -> None:
    bare = mention().article.model_copy(update={"title": "", "url": "", "language": None, "published_at": None})
    shown = render(alert().model_copy(update={"article": bare, "passages": (), "topics": ()})).plain

    assert shown == " NORMAL  ttp: Ttp\n(no title)\n  Example News · 2026-11-24 12:00 UTC"
