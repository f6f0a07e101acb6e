"""The article's words, and nothing but them."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.ingestion.pages.extract import extract_page
from services.ingestion.pages.page import Page, PageUnreadable
from tests.ingestion.pages.regional import REGIONAL, RegionalPage

URL = "https://news.example/2026/11/road"
FIRST = "Officials met on Tuesday in Herat and talked about the road to the border, a spokesman told reporters."
SECOND = "The road carries most of the province's trade, and drivers have waited there for days since the summer."
THIRD = "Work on a second lane is to begin in the spring, once the money is there; a third may follow later on."
ARTICLE = f"<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>"
LINES = [FIRST, SECOND, THIRD]


def read(body: str, head: str = "") -> Page:
    page = f"<!doctype html><html><head><title>Road talks</title>{head}</head><body>{body}</body></html>"
    return extract_page(page.encode(), URL, "text/html; charset=utf-8")


def lines(body: str, head: str = "") -> list[str]:
    return read(body, head).text.split("\n")


@pytest.mark.parametrize("page", REGIONAL.values(), ids=REGIONAL)
def test_pages_of_the_region_are_read_as_their_readers_read_them(page: RegionalPage) -> None:
    read = extract_page(page.body, URL, page.content_type)
    assert read.text.split("\n") == list(page.paragraphs)
    assert read.title == page.title
    assert str(read.published).startswith(page.date)
    assert [name for name in page.elsewhere if name in read.text] == []


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="color: red; display : none">Ansar Example</div>',
        '<p hidden>Ansar Example</p>',
        '<span aria-hidden="true">Ansar Example</span>',
        '<p style="VISIBILITY: hidden">Ansar Example</p>',
        '<div style="display:none">' + "<p>Ansar Example, of whom this page has nothing to tell.</p>" * 40 + "</div>",
        "<!-- <p>Ansar Example</p> --><template><p>Ansar Example</p></template><noscript>Ansar Example</noscript>",
        "<script>document.write('<p>Ansar Example</p>')</script><style>p:after {content: 'Ansar Example'}</style>",
    ],
    ids=["display", "hidden", "aria", "visibility", "more than the article", "not shown", "code"],
)  # fmt: skip
def test_what_no_reader_sees_is_no_text(hidden: str) -> None:
    assert lines(f"<article><h1>Road talks</h1><p>{FIRST}</p>{hidden}<p>{SECOND}</p><p>{THIRD}</p></article>") == LINES


@pytest.mark.parametrize(
    "around",
    [
        '<nav><a href="/a">Ansar Example</a></nav>[ARTICLE]<footer>Ansar Example and others</footer>',
        '<div><a href="/a">World</a> <a href="/b">Ansar Example</a> <a href="/c">Sport</a></div>[ARTICLE]',
        '[ARTICLE]<div class="related-stories"><p>A long account of how Ansar Example came to be here.</p></div>',
        "[ARTICLE]<aside><p>Profile: Ansar Example has been heard of since the year before last.</p></aside>",
        '[ARTICLE]<h3><a href="/x">Who are Ansar Example?</a></h3><p><a href="/x">Ansar Example explained</a></p>',
        '[ARTICLE]<p>Read also: <a href="/x">How Ansar Example lost its last valley</a></p>',
        '[ARTICLE]<ul><li><a href="/x">Ansar Example in court</a></li><li><a href="/y">Weather</a></li></ul>',
        '[ARTICLE]<div id="comments"><p>I think that Ansar Example is behind it, as everyone in town knows.</p></div>',
        '[ARTICLE]<div role="dialog"><p>Our newsletter tells you of Ansar Example and of much else each day.</p></div>',
    ],
    ids=["nav and footer", "links", "related", "aside", "teasers", "read also", "list of links", "comments", "dialog"],
)
@pytest.mark.parametrize(
    "article", [ARTICLE, f"{FIRST}<br><br>{SECOND}<br><br>{THIRD}<br>"], ids=["paragraphs", "breaks"]
)
def test_names_that_stand_beside_the_article_are_no_text(around: str, article: str) -> None:
    page = around.replace("[ARTICLE]", f"<div><h1>Road talks</h1><div>{article}</div></div>")
    assert lines(page) == LINES


def test_an_article_is_kept_whatever_its_block_is_called() -> None:
    assert lines(f'<div class="popular social comments"><h1>Road talks</h1>{ARTICLE}</div>') == LINES
    assert lines(f'<form id="aspnetForm"><div role="dialog">{ARTICLE}</div></form>') == LINES


def test_an_article_in_several_blocks_is_read_whole_and_in_order() -> None:
    said = [f"In part {n} the spokesman named another village by the road and what it had asked for." for n in range(9)]
    block = '<div class="article-body"><p>{}</p><p>{}</p><p>{}</p></div><div class="slot"><b>Advertisement</b></div>'
    assert lines(f"<main><h1>Road talks</h1>{(block * 3).format(*said)}</main>") == said


def test_the_standfirst_is_text_and_the_headline_is_not_said_twice() -> None:
    description = "Two governments want trucks to move again before the winter closes the pass."
    head = f'<meta property="og:description" content="{description}"><meta name="description" content="{FIRST}">'
    page = f"<article><header><h1>Road talks</h1><h2>{description}</h2></header><p>Road talks</p>{ARTICLE}</article>"
    assert lines(page, head) == [description, *LINES]


def test_what_json_ld_calls_the_article_says_where_it_begins_and_ends() -> None:
    said = " ".join(LINES)
    head = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{said}"}}</script>'
    page = f"<div><h1>Road talks</h1><div>By our desk{ARTICLE}<p>You read on another device.</p></div></div>"
    assert lines(page, head) == LINES
    assert lines('<div id="app">Loading</div>', head) == [said]


def test_lists_and_tables_of_an_article_are_kept_as_lines() -> None:
    table = "<table><tr><th>Lane</th><th>Trucks</th></tr><tr><td>First</td><td>120</td></tr></table>"
    body = (
        f"<article><h1>Road talks</h1>{ARTICLE}<ul><li>The first lane opens.</li><li>The second waits.</li></ul>{table}"
    )
    assert lines(f"{body}<p>{FIRST} Again.</p></article>") == [
        *LINES,
        *("The first lane opens.", "The second waits.", "Lane Trucks", "First 120", f"{FIRST} Again."),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "<article><p>Two killed in Herat.</p></article>",
        "<div>Two killed in Herat.</div>",
        "Two killed in Herat.",
        '<div class="related"><p>Two killed in Herat.</p></div>',
        '<ul><li><a href="/x">Two killed in Herat.</a></li></ul>',
        "<table><tr><td>Two killed in Herat.</td></tr></table>",
    ],
)
def test_no_page_with_words_is_empty(body: str) -> None:
    assert read(body).text == "Two killed in Herat."


def test_characters_that_are_no_text_go_and_joiners_stay() -> None:
    assert read(f"<p>{FIRST}</p><p>می\u200cگویند\x00 soft\u00adly \ufeffso\u0085.</p>").text.endswith(
        "می‌گویند softly so ."
    )


@pytest.mark.parametrize(
    "body",
    [
        b"%PDF-1.7\n" + bytes(range(256)) * 40,
        bytes(range(256)) * 40,
        b"",
        b"<html><head><title>Road talks</title></head><body><div id=root></div></body></html>",
        b"<html><body><h1>Just a moment...</h1><p>Verify you are human by doing what is below.</p></body></html>",
        b'{"error": "not found"}',
    ],
    ids=["PDF", "binary", "empty", "made by scripts", "asks whether a person reads", "JSON"],
)
def test_what_is_no_page_to_read_is_refused_with_what_to_do(body: bytes) -> None:
    with pytest.raises(PageUnreadable, match=r"feed|access|no body"):
        extract_page(body, URL, "text/html")


PIECES = st.sampled_from(
    [
        *(
            "<p>",
            "</p>",
            "<div class='related'>",
            "</div>",
            "<table>",
            "<tr><td>",
            "</table>",
            "<br>",
            "<a href='/x'>",
            "</a>",
        ),
        *(
            "<h1>",
            "</h1>",
            "<article>",
            "</article>",
            "<ul><li>",
            "</ul>",
            "<nav>",
            "<!--",
            "-->",
            "<script>",
            "</script>",
        ),
        *(
            "<time datetime='",
            "'>",
            "<form hidden>",
            "</html>",
            "&#0;",
            "&#xd800;",
            "&lt;p&gt;",
            "\x00",
            "\u200c",
            "\ud800",
        ),
        *(
            FIRST,
            "Road talks",
            "افغانستان",
            "<meta property='og:title' content='",
            "<span style='display:none'>",
            "]]>",
            "{",
        ),
    ]
)


@example(["\x7f"])
@given(st.lists(PIECES | st.text(max_size=8), max_size=40))
def test_any_markup_gives_clean_lines_or_a_refusal(pieces: list[str]) -> None:
    try:
        page = extract_page(("<html><body>" + "".join(pieces)).encode("utf-8", "surrogatepass"), URL, None)
    except PageUnreadable:
        return
    for line in page.text.split("\n"):
        assert line == " ".join(line.split())
        assert not any(unicodedata.category(character) in {"Cc", "Cs"} for character in line)
    assert page.text or page.wall
