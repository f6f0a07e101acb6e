"""charset: bytes -> characters, whatever is said of them."""

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingestion.reading.charset import decoded, storable

RUSSIAN = "<rss><title>В Кабуле прошли переговоры о торговле, сообщило агентство</title></rss>"
PERSIAN = "<rss><title>مقامات روز سه شنبه در کابل درباره مذاکرات گفتگو کردند و از نتایج آن خبر دادند</title></rss>"


def declared(encoding: str, text: str = RUSSIAN) -> str:
    return f"<?xml version='1.0' encoding='{encoding}'?>{text}"


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        (codecs.BOM_UTF8 + declared("koi8-r").encode(), "text/xml; charset=windows-1251", "utf-8"),
        (codecs.BOM_UTF16_LE + declared("utf-8").encode("utf-16-le"), None, "utf-16le"),
        (codecs.BOM_UTF32_BE + RUSSIAN.encode("utf-32-be"), None, "utf-32be"),
        (declared("utf-16").encode("utf-16-be"), None, "utf-16be"),
        (RUSSIAN.encode("utf-32-le"), None, "utf-32le"),
        (declared("windows-1251").encode("koi8-r"), "application/rss+xml; charset=KOI8-R", "koi8-r"),
        (declared("windows-1251").encode("windows-1251"), "application/xml", "windows-1251"),
        (declared("no-such-thing").encode(), None, "utf-8"),
        (RUSSIAN.encode(), 'text/xml; charset="utf-7"', "utf-8"),
        (RUSSIAN.encode(), "text/xml; charset=iso-8859-1", "utf-8"),
        (declared("us-ascii").encode(), None, "utf-8"),
        (declared("utf-8").encode("koi8-r"), None, "koi8-r"),
        (RUSSIAN.encode("windows-1251"), None, "windows-1251"),
    ],
    ids=[
        "a byte order mark above all",
        "UTF-16",
        "UTF-32",
        "UTF-16 without a mark",
        "UTF-32 without a mark",
        "HTTP above the document",
        "the document",
        "a label that no one knows",
        "UTF-7 is never decoded",
        "UTF-8 served as Latin-1",
        "a label that does not fit",
        "a false declaration",
        "no declaration",
    ],
)
def test_the_characters_are_found(body: bytes, content_type: str | None, encoding: str) -> None:
    text, found = decoded(body, content_type)
    assert "В Кабуле прошли переговоры" in text
    assert found == encoding


@pytest.mark.parametrize("encoding", ["windows-1256", "utf-8", "utf-16"])
def test_persian_is_found_without_a_declaration(encoding: str) -> None:
    assert "درباره مذاکرات" in decoded(PERSIAN.replace("ی", "ي").encode(encoding), None)[0]


def test_a_few_bad_bytes_cost_a_few_characters() -> None:
    text, encoding = decoded(RUSSIAN.encode()[:-40] + b"\xd0" + RUSSIAN.encode()[-40:], "text/xml; charset=utf-8")
    assert encoding == "utf-8"
    assert text.count("\ufffd") == 1
    assert "переговоры о торговле" in text


def test_a_label_means_what_outlets_mean_by_it() -> None:
    assert decoded(declared("iso-8859-1", "<t>\x92</t>").encode("latin-1"), None)[0].endswith("<t>’</t>")
    assert decoded(declared("gb2312", "<t>镕</t>").encode("gb18030"), None) == (
        declared("gb2312", "<t>镕</t>"),
        "gb18030",
    )


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        (None, "utf-8"),
        ("application/xml", "utf-8"),
        ("text/xml", "us-ascii"),
        ("text/xml;charset=us-ascii", "us-ascii"),
    ],
)
def test_plain_ascii_has_the_name_that_mime_gives_it(content_type: str | None, encoding: str) -> None:
    assert decoded(b"<rss/>", content_type) == ("<rss/>", encoding)


@settings(deadline=None)
@given(st.binary(max_size=60), st.text(max_size=20))
def test_there_is_always_a_text(body: bytes, label: str) -> None:
    text, encoding = decoded(body, f"text/xml; charset={label}")
    assert codecs.lookup(encoding)
    storable(text).encode()
