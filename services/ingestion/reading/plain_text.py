"""Markup -> the words that a reader sees, paragraphs as lines. Never fails, in time linear in the length.

(The standard library's HTMLParser needs minutes for 100 KB of hostile markup.) In the order applied:
1. comments, declarations, and what is in scripts, styles and the like go, up to the end where it is not closed;
2. a tag goes; one that parts paragraphs (p, div, br, li, ...) becomes a line break, and then only such do;
3. a < that begins no tag stays: "3 < 4" is text;
4. character references are resolved, once;
5. what still reads as markup was escaped twice: the same again, once;
6. control characters, lone surrogates, noncharacters and soft hyphens go; joiners and direction marks stay, scripts
   need them;
7. blanks are tidied: one between words, no empty lines.
"""

import html
import re
from itertools import chain

_OPENING = re.compile(r"<(?=[A-Za-z/!?])")
_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:-]*)")
_TAG_END = re.compile(r"""(?:[^>=]|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>""")
_PARTING = """address article aside blockquote br caption center dd details div dl dt figcaption figure footer form h1
    h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody td tfoot th thead tr ul"""
_UNSEEN = "head iframe math noembed noframes object script style svg template title"
_INLINE = "a abbr b em font i img small span strong sub sup u"
_BREAKS = frozenset(_PARTING.split())
_HIDDEN = frozenset(_UNSEEN.split())
_KNOWN = _BREAKS | _HIDDEN | frozenset(_INLINE.split())
_STILL_MARKUP = re.compile(
    r"</?(?:p|br|div|a|b|i|em|strong|span|img|ul|ol|li|h[1-6]|script|style|table|td|tr)\b[^<>]*>"
    r"|&(?:#[0-9]{2,7}|#[xX][0-9A-Fa-f]{2,6}|[A-Za-z]{2,8});"
)
_NO_CHARACTER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9A-Fa-f]{7,});?")
_UNWANTED = dict.fromkeys(
    chain(
        (*range(0x09), *range(0x0E, 0x1C), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0xFEFF),
        range(0xD800, 0xE000),
        range(0xFDD0, 0xFDF0),
        *((plane + 0xFFFE, plane + 0xFFFF) for plane in range(0, 0x110000, 0x10000)),
    )
)


def plain_text(markup: str) -> str:
    """The text of an HTML fragment; text without markup comes out as it is, tidied."""
    text = _resolved(_without_tags(markup.replace("\0", "")))
    if _STILL_MARKUP.search(text):
        text = _resolved(_without_tags(text.replace("\0", "")))
    lines = (" ".join(line.split()) for line in text.translate(_UNWANTED).splitlines())
    return "\n".join(line for line in lines if line)


def plain_line(markup: str) -> str:
    """The same as one line."""
    return plain_text(markup).replace("\n", " ")


def _resolved(text: str) -> str:
    return html.unescape(_NO_CHARACTER.sub("", text))


def _without_tags(markup: str) -> str:
    """Cut every tag. A search that finds no end is the last of its kind, so the whole takes linear time."""
    kept: list[str] = []
    position, breaks, quotes_close = 0, False, True
    while opening := _OPENING.search(markup, position):
        start = opening.start()
        kept.append(markup[position:start])
        if markup.startswith(("<!--", "<![CDATA["), start):
            position = _after(markup, "-->" if markup[start + 2] == "-" else "]]>", start + 4)
            if markup[start + 2] == "[":
                kept.append(markup[start + 9 : position].removesuffix("]]>"))
            continue
        end = _TAG_END.match(markup, start) if quotes_close else None
        quotes_close = end is not None
        position = end.end() if end else _after(markup, ">", start)
        name = _NAME.match(markup, start)
        word = name.group(1).lower() if name else ""
        if position == len(markup) and markup[-1] != ">" and word not in _KNOWN:
            kept.append(markup[start:])  # no tag, a < between words
        elif word in _BREAKS:
            kept.append("\0")
            breaks = True
        elif word in _HIDDEN and markup[start + 1] != "/" and markup[position - 2] != "/":
            closing = re.compile(rf"</{word}\b", re.IGNORECASE).search(markup, position)
            position = _after(markup, ">", closing.end()) if closing else len(markup)
    kept.append(markup[position:])
    text = "".join(kept)
    return text.replace("\r", " ").replace("\n", " ").replace("\0", "\n") if breaks else text


def _after(markup: str, what: str, start: int) -> int:
    found = markup.find(what, start)
    return len(markup) if found < 0 else found + len(what)
