import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from services.alerting.notify.channels import chat_markup
from services.alerting.notify.channels.chat_markup import Dialect, Line, Run, fitted, read
from services.alerting.notify.channels.chat_services import SERVICES, octets, utf16
from services.alerting.notify.samples import samples
from services.alerting.notify.texts import rendered

DIALECTS = {name: value for name, value in vars(chat_markup).items() if isinstance(value, Dialect)}

words = st.text(
    st.sampled_from("ab @<>!#*_~`|[]()\\/:.&;-+=1\"'\u0679\u06cc\U0001f469\u200d\u0301") | st.characters(), max_size=40
)
hrefs = st.none() | st.sampled_from(["https://a.example/x_(y)?a=1&b=|>", "http://b.example/" + "long/" * 20])
runs = st.builds(Run, words.filter(lambda text: "\n" not in text), st.booleans(), hrefs)
lines = st.lists(st.lists(runs, max_size=3).map(tuple), max_size=6)


def test_markdown_is_read_into_lines_of_runs() -> None:
    shown = read(
        "**HIGH** desk: \\*TTP\\*\n\nThe **TTP** said\n[Example](https://a.example/x)\n\n- one\n- two **b**\n\n"
        "# Head\n\n"
        "<https://b.example/> [no](javascript:x) `code` ![picture](https://c.example/)\n"
    )

    assert shown == (
        (Run("HIGH", True), Run(" desk: *TTP*")),
        (),
        (Run("The "), Run("TTP", True), Run(" said")),
        (Run("Example", False, "https://a.example/x"),),
        (),
        (Run("• "), Run("one")),
        (Run("• "), Run("two "), Run("b", True)),
        (),
        (Run("Head", True),),
        (),
        (
            Run("https://b.example/", False, "https://b.example/"),
            Run(" [no](javascript:x) "),
            Run("code"),
            Run(" "),
            Run("picture"),
        ),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "MARKDOWN",
            "say **TTP**  \n[Example \\[1\\]](https://a.example/?q=%28x%29&y=1)\n\nend \\*\\_\\_ a &\u2060b <\u2060i>",
        ),
        (
            "PLAIN_MARKDOWN",
            "say **TTP**\n[Example [1]](https://a.example/?q=%28x%29&y=1)\n\nend ∗ˍˍ a &\u2060b ‹\u2060i›",
        ),
        ("CARD", "say **TTP**\n\n[Example [1]](https://a.example/?q=%28x%29&y=1)\n\nend ∗ˍˍ a &\u2060b ‹\u2060i›"),
        ("SLACK", "say *TTP*\n<https://a.example/?q=%28x%29&amp;y=1|Example [1]>\n\nend ∗ˍˍ a &amp;b &lt;i&gt;"),
        ("GOOGLE", "say *TTP*\n<https://a.example/?q=%28x%29&y=1|Example [1]>\n\nend ∗ˍˍ a &\u2060b ‹\u2060i›"),
        ("SIGNAL", "say **TTP**\nExample [1] https://a.example/?q=%28x%29&y=1\n\nend ∗ˍˍ a &\u2060b ‹\u2060i›"),
        (
            "TELEGRAM",
            (
                'say <b>TTP</b>\n<a href="https://a.example/?q=%28x%29&amp;y=1">Example [1]</a>\n\u2060\n'
                "end *__ a &amp;b &lt;i&gt;"
            ),
        ),
        (
            "MATRIX",
            (
                'say <strong>TTP</strong><br><a href="https://a.example/?q=%28x%29&amp;y=1">Example [1]</a><br><br>'
                "end *__ a &amp;b &lt;i&gt;"
            ),
        ),
    ],
)
def test_each_dialect_says_it_its_own_way(name: str, expected: str) -> None:
    said: list[Line] = [
        (Run("say "), Run("TTP", strong=True)),
        (Run("Example [1]", href="https://a.example/?q=(x)&y=1"),),
        (),
        (Run("end *__ a &b <i>"),),
    ]

    assert fitted(said, DIALECTS[name], 1_000) == expected


@settings(max_examples=60)
@given(lines, st.integers(0, 400), st.sampled_from([len, utf16, octets]))
def test_what_is_said_is_never_longer_than_what_is_taken(
    said: list[Line], most: int, measure: chat_markup.Measure
) -> None:
    for dialect in DIALECTS.values():
        assert measure(fitted(said, dialect, most, measure)) <= most


@settings(max_examples=60)
@given(lines)
def test_no_dialect_lets_foreign_words_call_anybody_or_be_fetched(said: list[Line]) -> None:
    without_links = [tuple(Run(run.text, run.strong) for run in line) for line in said]
    for dialect in DIALECTS.values():
        shown = fitted(without_links, dialect, 100_000)
        assert not re.search(r"@(?!\u2060)|<[!@#a-z](?!r>|>|/b>|trong>)|://|\]\(", shown), dialect


@settings(max_examples=60)
@given(lines)
def test_words_in_markdown_are_read_as_they_were(said: list[Line]) -> None:
    """By a reader that knows no more of us than the specification: no word becomes markup."""
    plain = [tuple(Run(run.text) for run in line) for line in said]
    shown = fitted(plain, DIALECTS["MARKDOWN"], 100_000)

    kinds = {
        child.type for token in MarkdownIt("commonmark").parse(shown) for child in (token, *(token.children or ()))
    }

    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak", "hardbreak"}


@settings(max_examples=60)
@given(lines)
def test_html_has_our_elements_only(said: list[Line]) -> None:
    for dialect, ours in ((DIALECTS["TELEGRAM"], {"b", "a"}), (DIALECTS["MATRIX"], {"strong", "a", "br"})):
        found: list[str] = []

        class Reader(HTMLParser):
            def handle_starttag(self, tag: str, attrs: object) -> None:
                found.append(tag)  # noqa: B023 - read at once

            def handle_comment(self, data: str) -> None:
                found.append("comment")  # noqa: B023

        Reader().feed(fitted(said, dialect, 100_000))
        assert set(found) <= ours


@pytest.mark.parametrize(
    "begins", ["# a", "> a", "- a", "+ a", "1. a", "23) a", "---", "===", "/me a", "    a", "!avatar(a)"]
)
def test_no_line_of_foreign_words_begins_a_block(begins: str) -> None:
    for dialect in DIALECTS.values():
        first, second = fitted([(Run(begins),), (Run(begins),)], dialect, 100, len).split(dialect.line_break)
        assert not {first[0], second[0]} & set("#>&-+123=/! "), dialect


def test_an_address_that_takes_half_of_the_room_is_no_link() -> None:
    said: list[Line] = [(Run("words " * 5), Run("Example", href=f"https://a.example/{'x' * 100}"))]

    assert fitted(said, DIALECTS["MARKDOWN"], 150) == "words " * 5 + "Example"


def test_the_link_stays_where_the_words_are_cut() -> None:
    said: list[Line] = [(Run("long " * 1_000),), (Run("Example", href="https://a.example/"), Run(" tail " * 200))]

    shown = fitted(said, DIALECTS["MARKDOWN"], 200)

    assert shown.startswith("long long")
    assert "…" in shown
    assert "[Example](https://a.example/)" in shown
    assert len(shown) > 150, "no more is taken away than must be"


def test_lines_are_left_out_where_there_are_too_many_and_the_last_links_stay() -> None:
    said: list[Line] = [(Run(f"line {number}"),) for number in range(100)]
    said += [(Run("Example", href="https://a.example/"),), (Run("Acknowledge", href="https://b.example/"),)]

    shown = fitted(said, DIALECTS["TELEGRAM"], 200)

    assert shown.splitlines()[:2] == ["line 0", "line 1"]
    assert shown.splitlines()[-3:] == [
        "…",
        '<a href="https://a.example/">Example</a>',
        '<a href="https://b.example/">Acknowledge</a>',
    ]


def test_the_services_have_names_and_schemes_of_their_own() -> None:
    schemes = [scheme for service in SERVICES for scheme in service.schemes]

    assert len(set(schemes)) == len(schemes)
    assert len({service.name for service in SERVICES}) == len(SERVICES) == 14


def test_every_kind_of_message_can_be_said_to_every_service() -> None:
    for message in samples().values():
        said = read(rendered(message).markdown)
        for service in SERVICES:
            shown = fitted(said, service.dialect, service.most, service.measure)
            assert shown
            assert service.measure(shown) <= service.most
