"""XML that outlets get wrong letter by letter -> well-formed XML, without a word lost. Linear in the length.

Outside CDATA and comments, control characters and references to them go, names of HTML entities become characters, an
& or < that begins nothing is escaped, so are declarations (<!ENTITY), elements of HTML that hold nothing (<br>) are
closed, values of attributes are quoted, and prefixes that no one declared get the meaning that they have everywhere.
What follows the root element goes. What is wrong with the order of tags stays wrong.
"""

import re
from html.entities import html5, name2codepoint

from services.ingestion.reading.vocabulary import KNOWN_PREFIXES

_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_VERBATIM = re.compile(r"<!\[CDATA\[|<!--")
_REFERENCE = re.compile(r"&(?:#([0-9]{1,7}|[xX][0-9A-Fa-f]{1,6});|([A-Za-z][A-Za-z0-9]{1,31});)?")
_UNCLOSED = re.compile(r"(<(?:br|hr|img|input|wbr)(?:\s[^<>]*)?)(?<!/)>", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z_][^<>]*>")
_VALUE = re.compile(r"""(\s[\w:.-]++\s*+=\s*+)("[^"]*+"|'[^']*+'|[^\s"'<>]++)""")
_NO_TAG = re.compile(r"<(?![A-Za-z_/?])")
_USED = re.compile(r"<([A-Za-z_][\w.-]*):|\s([A-Za-z_][\w.-]*):[\w.-]+\s*=\s*[\"']")
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_ROOT_NAME = re.compile(r"<[A-Za-z_][\w.:-]*")
_XML_NAMES = frozenset(["amp", "lt", "gt", "quot", "apos"])
_MAX_PREFIXES = 50


def mended(text: str) -> str:
    """Mend a document.

    Args:
        text: from its root element on.
    """
    text = _without_tail(_NO_CHARACTER.sub("", text))
    pieces: list[str] = []
    position = 0
    while found := _VERBATIM.search(text, position):
        pieces.append(_mended_markup(text[position : found.start()]))
        is_data = found[0] != "<!--"
        end = text.find("]]>" if is_data else "-->", found.end())
        position = len(text) if end < 0 else end + 3
        if is_data:
            pieces.append(text[found.start() : position])
    pieces.append(_mended_markup(text[position:]))
    return _with_prefixes("".join(pieces))


def _without_tail(text: str) -> str:
    root = _ROOT_NAME.match(text)
    last = text.rfind(f"</{root[0][1:]}") if root else -1
    end = text.find(">", last) if last >= 0 else -1
    return text[: end + 1] if end >= 0 else text


def _mended_markup(text: str) -> str:
    if "&" in text:
        text = _REFERENCE.sub(_reference, text)
    return _TAG.sub(_tag, _NO_TAG.sub("&lt;", text)) if "<" in text else text


def _tag(found: re.Match[str]) -> str:
    tag = _VALUE.sub(_quoted, found[0]) if "=" in found[0] else found[0]
    return _UNCLOSED.sub(r"\1/>", tag)


def _quoted(found: re.Match[str]) -> str:
    name, value = found.groups()
    return found[0] if value[0] in "\"'" else f'{name}"{value}"'


def _reference(found: re.Match[str]) -> str:
    number, name = found.groups()
    if number:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        legal = code in (0x9, 0xA, 0xD) or (0x20 <= code <= 0xD7FF) or (0xE000 <= code <= 0xFFFD)
        return found[0] if legal or 0x10000 <= code <= 0x10FFFF else ""
    if name in _XML_NAMES:
        return found[0]
    if name in name2codepoint:
        return chr(name2codepoint[name])
    if name and (characters := html5.get(f"{name};")):
        return characters.replace("&", "&amp;").replace("<", "&lt;")
    return f"&amp;{found[0][1:]}"


def _with_prefixes(text: str) -> str:
    missing = {a or b for a, b in _USED.findall(text)} - set(_DECLARED.findall(text)) - {"xml", "xmlns"}
    root = _ROOT_NAME.match(text)
    if not missing or root is None or len(missing) > _MAX_PREFIXES:
        return text
    declared = "".join(f' xmlns:{prefix}="{KNOWN_PREFIXES.get(prefix, f"urn:{prefix}")}"' for prefix in sorted(missing))
    return f"{text[: root.end()]}{declared}{text[root.end() :]}"
