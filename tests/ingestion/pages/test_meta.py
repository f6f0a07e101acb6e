"""What a page says of its article besides headline, date and text."""

import pytest

from services.ingestion.pages.extract import extract_page
from services.ingestion.pages.page import Page

TEXT = "<p>" + "Officials met on Tuesday in Herat and talked about the road to the border for hours. " * 4 + "</p>"
URL = "https://news.example/asia/road?id=7"


def page_with(head: str, body: str = "", root: str = "") -> Page:
    page = f"<html {root}><head><meta charset=utf-8>{head}</head><body>{body}<div>{TEXT}</div></body></html>"
    return extract_page(page.encode(), URL, None)


def by(author: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "Article", "author": {author}}}</script>'


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ('<meta name="author" content="By Gul Rahimi and Sara Noor">', ("Gul Rahimi", "Sara Noor")),
        (
            '<meta name="author" content="https://social.example/gul"><meta name="byl" content="Sara Noor">',
            ("Sara Noor",),
        ),
        (by('[{"name": "گل رحیمی"}, "سارا نور"]'), ("گل رحیمی", "سارا نور")),
        (by('{"name": ["Gul Rahimi"]}') + '<meta name="author" content="Desk">', ("Gul Rahimi",)),
        (by("[[], 7, null]"), ()),
        ("", ()),
    ],
)
def test_authors_are_names(head: str, authors: tuple[str, ...]) -> None:
    assert page_with(head).authors == authors


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ('<link rel="canonical" href="https://news.example/asia/road">', "https://news.example/asia/road"),
        ('<link rel="canonical" href="/asia/road">', "https://news.example/asia/road"),
        ('<base href="https://m.news.example/x/"><link rel=Canonical href="road">', "https://m.news.example/x/road"),
        ('<meta property="og:url" content="https://news.example/asia/road">', "https://news.example/asia/road"),
        ('<link rel="canonical" href="https://news.example/">', None),
        ('<link rel="canonical" href="javascript:alert(1)">', None),
        ('<link rel="canonical" href="http://[bad">', None),
        ("", None),
    ],
)
def test_the_canonical_address_is_absolute_and_of_the_web(head: str, canonical: str | None) -> None:
    assert page_with(head).canonical == canonical


@pytest.mark.parametrize(
    ("root", "head", "language"),
    [
        ("lang=ps-AF", '<meta property="og:locale" content="en_US">', "ps-AF"),
        ("", '<meta http-equiv="Content-Language" content="fa">', "fa"),
        ("", '<meta property="og:locale" content="ur_PK">', "ur-PK"),
        ('lang="{{ locale }}"', "", None),
    ],
)
def test_the_language_is_the_declared_one(root: str, head: str, language: str | None) -> None:
    assert page_with(head, root=root).language == language


def test_pictures_are_addresses_of_the_web() -> None:
    head = """<meta property="og:image" content="/a.jpg"><meta property="og:image:type" content="image/jpeg">
        <meta name="twitter:image" content="data:image/png;base64,AA">
        <meta property="og:site_name" content="Example">"""
    page = page_with(head)
    assert [(medium.url, medium.type) for medium in page.media] == [("https://news.example/a.jpg", "image/jpeg")]
    assert page.site == "Example"


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "NewsArticle", "headline": "Road talks", "author": {"name": "Gul Rahimi"},}',
        '/* <![CDATA[ */ {"@graph": [{"@type": ["NewsArticle"], "headline": "Road\ntalks"}]} /* ]]> */',
        '<!-- {"@type": "NewsArticle", "headline": "Road talks"} -->',
        '{"@type": "NewsArticle", "headline": "Road talks", "articleBody": "an "unescaped" quote"}',
        '[[{"@type": "https://schema.org/NewsArticle", "headline": "Road &amp;nbsp; talks"}]];',
    ],
    ids=["trailing comma", "comment and line break", "HTML comment", "quotes", "nested, escaped twice"],
)
def test_broken_linked_data_still_names_the_headline(script: str) -> None:
    assert page_with(f'<script type="application/ld+json">{script}</script>').title == "Road talks"
