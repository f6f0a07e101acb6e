"""What a page's bytes say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.pages.decode import decode_page

RUSSIAN = "<p>Начальники пограничных служб двух стран встретились во вторник и договорились о мосте.</p>"
ARABIC = "<p>التقى وزير الخارجية بالتجار وقال إن طرق العبور ستبقى مفتوحة حتى نهاية العام.</p>"


@pytest.mark.parametrize(
    ("text", "encoding", "content_type", "declared"),
    [
        (RUSSIAN, "cp1251", "text/html; charset=windows-1251", ""),
        (RUSSIAN, "koi8-r", "text/html", '<meta charset="koi8-r">'),
        (RUSSIAN, "cp1251", None, '<meta http-equiv=Content-Type content="text/html; charset=windows-1251">'),
        (RUSSIAN, "koi8-r", "text/html; charset=KOI8-R", '<meta charset="utf-8">'),
        (RUSSIAN, "utf-8", "text/html; charset=windows-1251", '<meta charset="windows-1251">'),
        (RUSSIAN, "utf-16", None, ""),
        (RUSSIAN, "utf-16-le", "text/html; charset=utf-16le", ""),
        (ARABIC, "utf-8-sig", "text/html; charset=iso-8859-1", ""),
        (ARABIC, "cp1256", None, '<?xml version="1.0" encoding="windows-1256"?>'),
        (RUSSIAN, "cp1251", None, ""),
        (ARABIC, "cp1256", "text/html; charset=nonsense", ""),
        ("<p>café “quoted”</p>", "cp1252", "text/html; charset=iso-8859-1", ""),
        ("<p>新华社记者报道两国边防部门会晤</p>", "gb18030", "text/html; charset=gb2312", ""),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_is_in(
    text: str, encoding: str, content_type: str | None, declared: str
) -> None:
    page = declared + text
    assert decode_page(page.encode(encoding), content_type) == page


def test_utf_7_is_never_decoded() -> None:
    body = b"<p>+ADw-script+AD4-</p>"
    assert decode_page(body, "text/html; charset=utf-7") == body.decode("ascii")
    assert decode_page(b'<meta charset="utf-7">' + body, None).endswith(body.decode("ascii"))


@given(st.text(), st.sampled_from(["", "utf-8", "windows-1251", "big5", "utf-7", "hex"]))
def test_what_is_utf_8_comes_back_whatever_is_declared(text: str, label: str) -> None:
    page = f"ہ{text}"
    assert decode_page(page.encode("utf-8", "replace"), f"text/html; charset={label}") == page.encode(
        "utf-8", "replace"
    ).decode("utf-8")


@given(st.binary(), st.sampled_from(["", "utf-16", "shift_jis", "iso-2022-jp", "gb2312"]))
def test_any_bytes_come_out(body: bytes, label: str) -> None:
    assert isinstance(decode_page(body, f"text/html; charset={label}"), str)


def test_a_page_that_was_cut_within_a_character_is_still_utf_8() -> None:
    assert decode_page(RUSSIAN.encode()[:-5] + b"\xd0", None).startswith(RUSSIAN[:60])
