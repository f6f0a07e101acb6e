"""A page's bytes -> its characters.

In the order believed (WHATWG HTML, "determining the character encoding", with two liberties that real pages call for):
1. a byte order mark;
2. bytes that are UTF-8, but for a few, and not plain ASCII: they are it, whatever the page says of itself;
3. the charset of the HTTP header, then that of the page's own meta or XML declaration;
4. what the bytes look like.
Labels mean what browsers mean by them. UTF-7 is never decoded: it hides markup from whoever checks the bytes.
"""

import codecs
import re
from typing import Final

from charset_normalizer import from_bytes

_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LABEL: Final = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_DECLARED: Final = re.compile(
    rb"<meta\b[^>]{0,500}?\bcharset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})"
    rb"|<\?xml\b[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9_.:-]{1,40})",
    re.IGNORECASE,
)
FEW: Final = 0.05
"""Of the characters that are not ASCII. Pages are cut, and put together from parts; other encodings fail at each."""
_DECLARED_WITHIN: Final = 16_384
_SAMPLE: Final = 16_384
_WIDER: Final = {
    **dict.fromkeys(("ascii", "iso8859-1", "iso8859-1:1987"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "hz"), "gb18030"),
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "johab": "cp949",
}
"""What the label says, and the larger set that browsers take it for."""
_ALIASES: Final = {"x-sjis": "cp932", "windows-874": "cp874", "iso-8859-8-i": "iso8859-8", "unicode": "utf-16"}
_SEEN_WORDS: Final = """cp1251 koi8_r koi8_u cp1256 iso8859_6 cp1252 gb18030 big5 cp932 euc_jp cp949 cp1250 cp1253
    cp1254 cp1255 cp1257 cp1258 cp874 iso8859_2 iso8859_5 iso8859_7 cp866"""
_SEEN: Final = _SEEN_WORDS.split()
"""What pages that declare nothing are in."""
_CHARACTERS: Final = re.compile(
    r"utf[-_](?:8|16)|(?:cp|iso|koi|gb|big5|euc|shift|hz|mac|tis|ptcp|kz1048|ascii|johab)", re.IGNORECASE
)
"""Codecs of characters that are no danger: not UTF-7, and none of what Python calls codecs besides."""


def decode_page(body: bytes, content_type: str | None) -> str:
    """Every page comes out; what cannot be decoded becomes U+FFFD."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    header = _LABEL.search(content_type or "")
    declared = header and _codec(header[1])
    if not (declared and declared.startswith("utf-16")):
        text = body.decode("utf-8", "replace")
        if not text.isascii() and text.count("\ufffd") <= FEW * (len(text) - len(text.encode("ascii", "ignore"))):
            return text
    if not declared:
        stated = _DECLARED.search(body, 0, _DECLARED_WITHIN)
        declared = stated and _codec((stated[1] or stated[2]).decode("ascii"))
        if declared and declared.startswith("utf-16"):
            declared = "utf-8"  # that label itself was read as ASCII
    return body.decode(declared or _looks_like(body), "replace")


def _codec(label: str) -> str | None:
    try:
        name = codecs.lookup(_ALIASES.get(label.lower(), label)).name
    except (LookupError, ValueError):
        return None
    return _WIDER.get(name, name) if _CHARACTERS.match(name) else None


def _looks_like(body: bytes) -> str:
    """The encoding of bytes that no one declares, judged by those that are not ASCII."""
    unusual = re.compile(rb"[^\x00-\x7f]").search(body)
    start = max(0, unusual.start() - _SAMPLE // 4) if unusual else 0
    found = from_bytes(body[start : start + _SAMPLE], cp_isolation=_SEEN).best()
    return found.encoding if found else "cp1252"
