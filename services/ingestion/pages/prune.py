"""Take away what is not the article: what no reader sees, menus, and blocks that lead elsewhere.

A name that stands only there is not in the news of this page. In the order applied:
1. scripts, styles and the like;
2. hidden elements, but for those that hold a headline or an article: scripts show them;
3. elements whose role or tag says menu, search, dialogue or the page's end, and blocks whose class or id says related,
   popular, comments, sharing, advertisement, consent;
4. headings, paragraphs and lists that are hardly more than links, and lines like "Read also: <a>...</a>".
Of 3 and 4, a block stays whatever it is called if it holds the headline or much of the page's text: names mislead.
"""

import re
from itertools import islice
from string import ascii_lowercase, ascii_uppercase
from typing import Final

from lxml import etree

from services.ingestion.pages.tree import Element, is_costly

MUCH: Final = 0.4
"""This share of the page's text is the article, or holds it."""
MOST_LINKS: Final = 50
"""A line has fewer."""

_NO_TEXT: Final = ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "canvas", "select")
_APART: Final = ("nav", "aside", "footer", "dialog", "menu")
_STYLE: Final = f"translate(@style, '{ascii_uppercase} ', '{ascii_lowercase}')"
_UNSEEN: Final = etree.XPath(
    f".//*[@hidden or @aria-hidden='true' or contains({_STYLE}, 'display:none')"
    f" or contains({_STYLE}, 'visibility:hidden')][not(.//h1 or descendant-or-self::article)]"
)
_ROLES: Final = etree.XPath(
    ".//*[contains(' navigation complementary contentinfo search dialog alertdialog menu menubar tablist ',"
    " concat(' ', @role, ' ')) and @role != '']"
)
_NAMED: Final = ("article", "details", "div", "li", "ol", "p", "section", "span", "table", "td", "ul")
_ELSEWHERE: Final = re.compile(
    r"(?:^|[\s_-])(?:related(?:-?(?:posts?|articles?|stories|news|links?|content))?|recommend(?:ed|ations?)?|similar"
    r"|read-?(?:more|also|next)|also-?read|see-?also|up-?next|more-?(?:on|from|stories|news|articles|posts)"
    r"|most-?(?:read|popular|viewed)|popular|trending|comments?|comment-?list|disqus|share|sharing|social|breadcrumbs?"
    r"|tags|tag-?list|author-?bio|about-?author|promos?|newsletters?|sign-?up|advert(?:isement)?s?|sponsored|outbrain"
    r"|taboola|copyright|disclaimer|toolbar|cookies?|consent|gdpr|navbar|sitemap)(?:$|[\s_-])"
)
_BLOCKS_WORDS: Final = (
    """address article aside blockquote div dl fieldset figure form h1 h2 h3 h4 h5 h6 hr ol p pre section table ul"""
)
_BLOCKS: Final = frozenset(_BLOCKS_WORDS.split())
_LINES: Final = ("h2", "h3", "h4", "h5", "h6", "p", "div")
_ALL_LINK: Final = 0.95
_MOSTLY_LINK: Final = 0.75
_LEAD_CHARACTERS: Final = 250


def drop_code(body: Element) -> None:
    """Leave what a browser could show."""
    etree.strip_elements(body, *_NO_TEXT, with_tail=False)


def prune(body: Element) -> None:
    """Leave what may be the article; the code must be gone."""
    for element in _UNSEEN(body):
        if element is not body and element.getparent() is not None:
            element.drop_tree()
    much = MUCH * len(body.text_content())
    for element in [*_ROLES(body), *body.iter(*_APART)]:
        _drop(element, much)
    for element in list(body.iter(*_NAMED)):
        named = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        if named != " " and _ELSEWHERE.search(named):
            _drop(element, much)
    if is_costly(body):
        return
    for element in list(body.iter(*_LINES)):
        if not any(child.tag in _BLOCKS for child in element) and _leads_elsewhere(element):
            element.drop_tree()
    for element in list(body.iter("ul", "ol")):
        items = element.findall("li")
        if items and all(_is_link(item) for item in items):
            _drop(element, much)


def _drop(element: Element, much: float) -> None:
    if element.tag in ("body", "main") or element.getparent() is None:
        return
    if element.find(".//h1") is None and len(element.text_content()) <= much:
        element.drop_tree()


def _is_link(element: Element) -> bool:
    words, linked, *_ = _measured(element)
    return words > 0 and linked >= _ALL_LINK * words


def _leads_elsewhere(element: Element) -> bool:
    """A line that is links, or a few words and then one."""
    words, linked, last, several = _measured(element)
    if not words or not linked:
        return False
    if linked >= _ALL_LINK * words or (several and linked > _MOSTLY_LINK * words):
        return True
    text = _even(element.text_content())
    if words > _LEAD_CHARACTERS or not text.endswith(last):
        return False
    return linked > _MOSTLY_LINK * words or (linked > words / 2 and text[: -len(last)].rstrip().endswith(":"))


def _measured(element: Element) -> tuple[int, int, str, bool]:
    """Characters of its text, those in links, the last link's text, whether there are several."""
    found = list(islice(element.iter("a"), MOST_LINKS + 1))
    if not found or len(found) > MOST_LINKS:
        return 0, 0, "", False
    links = [_even(link.text_content()) for link in found]
    return len(_even(element.text_content())), sum(map(len, links)), links[-1], len(links) > 1


def _even(text: str) -> str:
    return " ".join(text.split())
