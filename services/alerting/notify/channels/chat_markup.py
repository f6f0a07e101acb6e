"""Markdown -> what one chat service reads as the same, with nothing foreign left that it would act upon. Pure.

    read      CommonMark, as texts.py makes it, into lines of runs: words, bold or not, linked or not
    fitted    the lines in a dialect, cut to what the service takes: on a character, marked by …, links kept

What a service acts upon and a text could hold: markup, HTML, `@everyone`, `<!channel>`, `<at>..</at>`, and an address,
which it would fetch to show a preview. Where a dialect has an escape it is used; where it has none a look-alike stands
in (∗ for *), or a word joiner (U+2060, without width) comes between. Links are made of runs that are linked only.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from itertools import groupby
from typing import Final
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from services.alerting.notify.neutral import shortened

MOST_CHARACTERS: Final = 100_000
"""Of Markdown that is read; no service takes as much."""
SHORTEST_RUN: Final = 24
"""Code points; before runs get shorter than this, lines are left out."""
JOINER: Final = "\u2060"


@dataclass(frozen=True, slots=True)
class Run:
    """Words in a row that look alike."""

    text: str
    strong: bool = False
    href: str | None = None


Line = tuple[Run, ...]
Measure = Callable[[str], int]
"""How much of a service's limit a text takes."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a service writes it."""

    text: Callable[[str], str]
    """Foreign words, made harmless."""
    strong: tuple[str, str]
    link: Callable[[str, str], str]
    """From words in the dialect and an address."""
    line_break: str = "\n"
    empty_line: str | None = ""
    """None: there are none."""


def read(markdown: str) -> tuple[Line, ...]:
    """Lines of runs; an empty one between paragraphs."""
    lines: list[Line] = []
    for token in _PARSER.parse(markdown[:MOST_CHARACTERS]):
        match token.type:
            case "inline":
                begins = "• " if token.meta.get("item") else ""
                own = list(_lines(token.children or (), strong=bool(token.meta.get("heading"))))
                lines += [(Run(begins), *line) if begins and not number else line for number, line in enumerate(own)]
            case "fence" | "code_block":
                lines += [(Run(line),) for line in token.content.splitlines()]
            case "paragraph_open" | "heading_open" | "bullet_list_open" | "ordered_list_open" if (
                lines and lines[-1] and token.level == 0
            ):
                lines.append(())
    return tuple(lines)


def fitted(lines: Sequence[Line], dialect: Dialect, most: int, measure: Measure = len) -> str:
    """The lines as the service reads them.

    Args:
        lines: what is said.
        dialect: of the service.
        most: what the service takes, as it is measured.
        measure: how it measures.
    """
    lines = [tuple(_with_short_links(line, most // 2)) for line in lines]

    def fits(shown: Iterable[Line]) -> bool:
        return measure(_written(shown, dialect)) <= most

    if fits(lines):
        return _written(lines, dialect)
    if fits(_capped(lines, SHORTEST_RUN)):
        longest = max(len(run.text) for line in lines for run in line)
        most_of_a_run = _largest(SHORTEST_RUN, longest, lambda cap: fits(_capped(lines, cap)))
        return _written(_capped(lines, most_of_a_run), dialect)
    return _written(_fewer(list(_capped(lines, SHORTEST_RUN)), fits), dialect)


def _fewer(lines: list[Line], fits: Callable[[Iterable[Line]], bool]) -> list[Line]:
    """As many of the first lines as fit, and the last two that have a link."""
    linked = [number for number, line in enumerate(lines) if any(run.href for run in line)][-2:]
    for kept in (linked, linked[-1:], []):
        tail: list[Line] = [(Run("…"),), *(lines[number] for number in kept)]
        if fits(tail):
            before = kept[0] if kept else len(lines)
            head = _largest(0, before + 1, partial(_fits_with, lines, tail, fits))
            return [*lines[:head], *tail]
    return []


def _fits_with(lines: list[Line], tail: list[Line], fits: Callable[[Iterable[Line]], bool], head: int) -> bool:
    return fits([*lines[:head], *tail])


def _largest(low: int, high: int, fits: Callable[[int], bool]) -> int:
    """The largest number from `low`, which fits, up to `high`, excluded, that fits."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _written(lines: Iterable[Line], dialect: Dialect) -> str:
    written, was_empty = "", True
    for line in lines:
        shown = "".join(_in_dialect(line, dialect)) if line else dialect.empty_line
        if shown is not None:
            written += (dialect.line_break.strip(" ") if was_empty or not shown else dialect.line_break) + shown
            was_empty = not shown
    return written.strip().removeprefix(dialect.line_break.strip(" "))


def _in_dialect(line: Line, dialect: Dialect) -> Iterator[str]:
    for number, run in enumerate(line):
        text = dialect.text(run.text)
        if not number and _BEGINS_A_BLOCK.match(run.text):
            text = JOINER + text
        if run.strong and run.text.strip():
            body = text.strip()
            before, after = text[: text.index(body)], text[text.index(body) + len(body) :]
            text = before + body.join(dialect.strong) + after
        yield dialect.link(text, _quoted(run.href)) if run.href else text


def _capped(lines: Iterable[Line], most: int) -> Iterator[Line]:
    for line in lines:
        yield tuple(replace(run, text=shortened(run.text, most)) if len(run.text) > most else run for run in line)


def _with_short_links(line: Line, most: int) -> Iterator[Run]:
    for run in line:
        yield replace(run, href=None) if run.href and len(run.href) > most else run


# --- CommonMark ---


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
    parser.core.ruler.push("kinds of lines", _mark_lines)
    return parser


def _mark_lines(state: object) -> None:
    """Say of each line of words what it stands in."""
    inside: list[str] = []
    fresh = False
    for token in getattr(state, "tokens", ()):
        if token.nesting == 1:
            inside.append(token.type)
            fresh = fresh or token.type == "list_item_open"
        elif token.nesting == -1:
            inside.pop()
        elif token.type == "inline":
            token.meta = {"item": fresh, "heading": bool(inside) and inside[-1] == "heading_open"}
            fresh = False


_PARSER: Final = _parser()


def _lines(tokens: Iterable[Token], *, strong: bool) -> Iterator[Line]:
    """One inline token's runs, by line."""
    runs = _runs(tokens, strong)
    for is_break, line in groupby(runs, key=lambda run: run is None):
        if not is_break:
            yield tuple(run for run in line if run is not None)


def _runs(tokens: Iterable[Token], strong: bool) -> Iterator[Run | None]:
    """None: the line ends."""
    depth, href = int(strong), None
    for token in tokens:
        match token.type:
            case "softbreak" | "hardbreak":
                yield None
            case "strong_open":
                depth += 1
            case "strong_close":
                depth -= 1
            case "link_open":
                address = str(token.attrs.get("href", ""))
                href = address if _PAGE.match(address) else None
            case "link_close":
                href = None
            case "text" | "text_special" | "code_inline" | "image" if token.content:
                yield Run(token.content, depth > 0, href)


_PAGE: Final = re.compile(r"https?://", re.IGNORECASE)


# --- dialects ---

_CALL: Final = re.compile(rf"@(?!{JOINER})|(?<=:)(?=//)|(?<=\bwww)(?=\.)")
_TAG: Final = re.compile(rf"<(?!{JOINER})|&(?=[#\w])|\](?=\()")
_BEGINS_A_BLOCK: Final = re.compile(r"[#>+=/!-]|[0-9]+[.)]|\s")
_MARKDOWN: Final = re.compile(r"[\\`*_\[\]~|]")
_LOOK_ALIKE: Final = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ", "|": "∣", "\\": "∖"})
_NOT_IN_ADDRESSES: Final = re.compile(r"[^\w\-.~/:?#@!$&+,;=%]")
_NO_TAGS: Final = str.maketrans({"<": "‹", ">": "›"})


def _calls_nobody(text: str) -> str:
    """No mention, and no address that is fetched."""
    return _CALL.sub(lambda found: found[0] + JOINER, text)


def _opens_nothing(text: str) -> str:
    """No tag, no entity, no link."""
    return _TAG.sub(lambda found: found[0] + JOINER, text)


def _backslashed(text: str) -> str:
    return _opens_nothing(_MARKDOWN.sub(lambda found: "\\" + found[0], _calls_nobody(text)))


def _alike(text: str) -> str:
    return _opens_nothing(_calls_nobody(text).translate(_LOOK_ALIKE))


def _in_html(text: str) -> str:
    return escape(_calls_nobody(text), quote=False)


def _quoted(href: str) -> str:
    """The address without a character that ends it in any dialect. Letters stay: a host may be in any script."""
    return _NOT_IN_ADDRESSES.sub(lambda found: quote(found[0], safe="", errors="replace"), href)


def _markdown_link(text: str, href: str) -> str:
    return f"[{text}]({href})"


def _html_link(text: str, href: str) -> str:
    return f'<a href="{escape(href)}">{text}</a>'


MARKDOWN: Final = Dialect(_backslashed, ("**", "**"), _markdown_link, "  \n")
"""Where a backslash escapes: Discord, Mattermost, ntfy, Gotify, Webex."""
PLAIN_MARKDOWN: Final = Dialect(lambda text: _alike(text).translate(_NO_TAGS), ("**", "**"), _markdown_link)
"""Where it does not, or not everywhere: Rocket.Chat, Zulip."""
CARD: Final = replace(PLAIN_MARKDOWN, line_break="\n\n", empty_line=None)
"""Adaptive Cards, where one line break is a blank."""
SLACK: Final = Dialect(
    lambda text: _in_html(text).translate(_LOOK_ALIKE),
    ("*", "*"),
    lambda text, href: f"<{href.replace('&', '&amp;')}|{text}>",
)
GOOGLE: Final = Dialect(PLAIN_MARKDOWN.text, ("*", "*"), lambda text, href: f"<{href}|{text}>")
SIGNAL: Final = Dialect(PLAIN_MARKDOWN.text, ("**", "**"), lambda text, href: f"{text} {href}")
TELEGRAM: Final = Dialect(_in_html, ("<b>", "</b>"), _html_link, empty_line=JOINER)
"""HTML of a few elements, Pushover's too. apprise takes out lines that are empty."""
MATRIX: Final = Dialect(_in_html, ("<strong>", "</strong>"), _html_link, "<br>")
