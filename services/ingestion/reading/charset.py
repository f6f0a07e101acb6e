"""Bytes -> the characters they stand for, and by which encoding they were read.

In the order tried (RFC 7303, and what outlets get wrong):
1. a byte order mark, or `<` as UTF-16 and UTF-32 have it;
2. the charset of the HTTP answer;
3. the encoding of the XML declaration;
4. UTF-8, then as UTF-8 with a few bytes wrong;
5. what the bytes look like (chardet), else Windows-1252.

A label that does not fit the bytes is passed over; so is one of eight bits where the bytes are good UTF-8. Some labels
mean more than they say: gb2312 is read as GB 18030, iso-8859-1 as Windows-1252. UTF-7 and the like are never decoded.
"""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

_MARKS = (
    (codecs.BOM_UTF32_BE, "utf-32be"),
    (codecs.BOM_UTF32_LE, "utf-32le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF8, "utf-8"),
)
_BEGINNINGS = (
    (b"\x00\x00\x00<", "utf-32be"),
    (b"<\x00\x00\x00", "utf-32le"),
    (b"\x00<\x00", "utf-16be"),
    (b"<\x00", "utf-16le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';,]+)""", re.IGNORECASE)
_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{1,40})""")
_WIDER = {
    "iso8859-1": ("cp1252", "iso8859-1"),
    "ascii": ("ascii", "cp1252"),
    "gb2312": ("gb18030",),
    "gbk": ("gb18030",),
    "big5": ("big5", "big5hkscs", "cp950"),
    "euc_kr": ("cp949",),
    "shift_jis": ("shift_jis", "cp932"),
    "tis-620": ("cp874",),
    "iso8859-9": ("cp1254", "iso8859-9"),
}
"""By which codecs a label is read."""
_NARROWER = {"cp949": "euc-kr", "cp932": "shift_jis", "cp874": "tis-620", "gb18030": "gb2312", "cp950": "big5"}
"""What detection calls by the wider name."""
_NEVER = frozenset(
    [
        "utf-7",
        "unicode-escape",
        "unicode_escape",
        "raw-unicode-escape",
        "raw_unicode_escape",
        "idna",
        "punycode",
        "undefined",
    ]
)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_DETECTED_BYTES = 50_000
_SURE_SEQUENCES = 4
_GOOD_FOR_ONE_BAD = 10


def decoded(body: bytes, content_type: str | None) -> tuple[str, str]:
    """The text of a document, and the name of its encoding.

    Args:
        body: as served.
        content_type: of the HTTP answer.
    """
    mark, encoding = next(((mark, name) for mark, name in _MARKS if body.startswith(mark)), (b"", None))
    body = body[len(mark) :]
    encoding = encoding or next((name for start, name in _BEGINNINGS if body.startswith(start)), None)
    if encoding is not None and (text := _by(body, encoding)) is not None:
        return text, encoding
    if encoding is not None and encoding != "utf-8":
        return body.decode(encoding, "replace"), encoding
    if body.isascii() and b"\x1b" not in body:
        return body.decode("ascii"), _label_of_ascii(body, content_type)
    for label in _labels(body, content_type):
        if (text := _by(body, label)) is not None:
            if _codecs(label) != ("utf-8",) and _is_sure_utf8(body):
                return body.decode(), "utf-8"
            return text, _reported(label)
    return _guessed(body)


def storable(text: str) -> str:
    """Without NUL and lone surrogates, which neither UTF-8 nor most stores take."""
    return (text if text.isascii() else text.encode("utf-8", "ignore").decode()).replace("\0", "")


def charset_of(content_type: str | None) -> str | None:
    """The charset that a content type names."""
    found = _CHARSET.search(content_type or "")
    return found[1].lower() if found else None


def _labels(body: bytes, content_type: str | None) -> Iterator[str]:
    if label := charset_of(content_type):
        yield label
    if declared := _declared(body):
        yield declared
    yield "utf-8"


def _declared(body: bytes) -> str | None:
    found = _DECLARATION.match(body)
    return found[1].decode("ascii").lower() if found else None


def _label_of_ascii(body: bytes, content_type: str | None) -> str:
    """All encodings agree on these bytes. Text without a charset is us-ascii to MIME, XML without one is UTF-8."""
    label = charset_of(content_type)
    if label is None and (content_type or "").lower().startswith("text/"):
        return "us-ascii"
    return next((_reported(label) for label in (label, _declared(body)) if label and _codecs(label)), "utf-8")


def _reported(label: str) -> str:
    return "gb18030" if label == "gb2312" else label


def _by(body: bytes, label: str) -> str | None:
    for codec in _codecs(label):
        try:
            return body.decode(codec)
        except (UnicodeError, ValueError):
            continue
    return None


@lru_cache(200)
def _codecs(label: str) -> tuple[str, ...]:
    """By which codecs to read what has this label, the best first; none for what is no character encoding."""
    try:
        codec = codecs.lookup(label)
    except (LookupError, ValueError):
        return ()
    if codec.name.replace("_", "-") in _NEVER or not getattr(codec, "_is_text_encoding", True):
        return ()
    return _WIDER.get(codec.name, (codec.name,))


def _guessed(body: bytes) -> tuple[str, str]:
    good = len(_MULTIBYTE.findall(body))
    bad = sum(byte > 0x7F for byte in _MULTIBYTE.sub(b"", body)) if good else len(body)
    if good >= bad * _GOOD_FOR_ONE_BAD:
        return body.decode("utf-8", "replace"), "utf-8"
    import chardet  # few feeds need it

    beyond_ascii = re.search(rb"[\x80-\xff]", body)
    start = max(0, beyond_ascii.start() - 1_000) if beyond_ascii else 0
    label = (chardet.detect(body[start : start + _DETECTED_BYTES])["encoding"] or "").lower()
    narrow = _NARROWER.get(label, label)
    for name in (narrow, label):
        if name and (text := _strictly(body, name)) is not None:
            return text, name
    if label and (text := _by(body, label)) is not None:
        return text, label
    return body.decode("cp1252", "replace"), "windows-1252"


def _strictly(body: bytes, label: str) -> str | None:
    try:
        return body.decode(label) if _codecs(label) else None
    except (UnicodeError, ValueError):
        return None


def _is_sure_utf8(body: bytes) -> bool:
    """Text in another encoding is good UTF-8 by chance only while it is a letter or two."""
    if len(list(islice(_MULTIBYTE.finditer(body), _SURE_SEQUENCES))) < _SURE_SEQUENCES:
        return False
    return _strictly(body, "utf-8") is not None
