"""An article's page -> what it says, as plain words. Pure; run it in `Workers`, as the page is a stranger's.

    decode > parse > (meta, JSON-LD > headline, date, ...) > prune > paragraphs > lines > correct > walls > Page

What the page states of its article corrects what was found on it (correct.py).
"""

from html import escape
from typing import Final, cast

from schemas.article import MAX_TEXT_CHARACTERS
from services.ingestion.pages import meta as facts
from services.ingestion.pages.body import article_lines
from services.ingestion.pages.correct import corrected, standfirst
from services.ingestion.pages.dating import published
from services.ingestion.pages.decode import decode_page
from services.ingestion.pages.headline import headline
from services.ingestion.pages.linked_data import read_linked_data
from services.ingestion.pages.page import Page, PageUnreadable
from services.ingestion.pages.prune import drop_code, prune
from services.ingestion.pages.tree import Element, open_layout_tables, parse_page, put_into_paragraphs
from services.ingestion.pages.walls import is_challenge, wall, was_sent, without_appeals
from services.ingestion.reading.plain_text import plain_line

RAW_CHARACTERS: Final = 20_000


def extract_page(body: bytes, url: str, content_type: str | None) -> Page:
    """What a page says.

    Args:
        body: as fetched, decompressed.
        url: where it stands, after redirects.
        content_type: of the answer; its charset counts.

    Raises:
        PageUnreadable: no HTML, no words, a question whether a person reads, or markup that a library fails on.
    """
    try:
        return _read(body, url, content_type)
    except (PageUnreadable, MemoryError):
        raise
    except Exception as error:
        raise PageUnreadable(
            f"the page cannot be read ({type(error).__name__}: {error}); report its address, the feed's text stands"
        ) from error


def _read(body: bytes, url: str, content_type: str | None) -> Page:
    markup = decode_page(body, content_type)
    tree = parse_page(markup)
    meta, stated = facts.read_meta(tree), read_linked_data(tree, url)
    title = headline(tree, meta, stated, url)
    appeared = published(tree, meta, stated, title, url)
    authors = facts.authors(tree, meta, stated)
    shown = _body(tree)
    drop_code(shown)
    sent, raw = was_sent(shown, stated.walled), " ".join(shown.text_content().split())[:RAW_CHARACTERS]
    stands_first = standfirst(shown, title, [stated.description, *map(plain_line, _descriptions(meta))])
    lines = corrected(_lines(shown), title, stands_first, stated.body)
    if is_challenge(title, raw):
        raise PageUnreadable("the host asks whether a person reads; ask it for access, or take the feed's text")
    barred = wall(lines, raw, stated, sent)
    if barred == "consent":
        lines = []
    elif barred == "paywall":
        lines = without_appeals(lines)
    elif not lines:
        lines = _lines_whatever(markup)
    text = _tidied(lines)
    if not text and not barred:
        raise PageUnreadable("the page has no words; it may be made by scripts, take the feed's text")
    return Page(
        text=text,
        title=title,
        published=appeared,
        authors=authors,
        language=facts.language(tree, meta, stated),
        canonical=facts.canonical(tree, meta, url),
        site=facts.site(meta, stated),
        media=facts.media(meta, stated, url),
        wall=barred,
    )


def _lines(body: Element) -> list[str]:
    open_layout_tables(body)
    prune(body)
    put_into_paragraphs(body)
    return article_lines(body)


def _lines_whatever(markup: str) -> list[str]:
    """All that can be read, where pruning left nothing."""
    body = _body(parse_page(markup))
    drop_code(body)
    open_layout_tables(body)
    put_into_paragraphs(body)
    return article_lines(body)


def _tidied(lines: list[str]) -> str:
    """Without control characters and the like, by the rule that feeds have too."""
    text = "\n".join(lines)[:MAX_TEXT_CHARACTERS]
    tidied = (plain_line(escape(line, quote=False)) for line in text.split("\n"))
    return "\n".join(line for line in tidied if line)


def _body(tree: Element) -> Element:
    return cast(Element, tree.find("body"))


def _descriptions(meta: facts.Meta) -> list[str]:
    return [facts.first(meta, name) for name in ("og:description", "description", "twitter:description")]
