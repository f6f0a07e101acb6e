"""plain_text: markup -> the words that a reader sees."""

import html
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingestion.reading.plain_text import plain_line, plain_text
from tests.strategies import news_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One <b>two</b>.</p>\n<p>Three<br/>four</p>", "One two.\nThree\nfour"),
        ("<div>a\n  b</div>", "a b"),
        ("one\n\n  two   three\n", "one\ntwo three"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("T<b>T</b>P", "TTP"),
        ("Kabul&nbsp;&amp;&#160;Kandahar&rsquo;s", "Kabul & Kandahar’s"),
        ("the minister&amp;#8217;s &amp;quot;day&amp;quot;", 'the minister’s "day"'),
        ("&lt;p&gt;once more escaped&lt;/p&gt;", "once more escaped"),
        ("3 < 4 and 5 > 2", "3 < 4 and 5 > 2"),
        ("fewer than <five of them", "fewer than <five of them"),
        ('cut off in a tag <a href="https://news.example/', "cut off in a tag"),
        ("<a title=\"a > b\" href='c>d'>text</a>", "text"),
        ("<p class=it's>don't</p>", "don't"),
        ("a<!-- <p>hidden</p> -->b<!-- never closed <p>c</p>", "ab"),
        ("a<![CDATA[<i>b</i>]]>c", "abc"),
        ("<script>alert('<p>x</p>')</script>ok<style>p{}</style><SCRIPT>", "ok"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;ok", "ok"),
        ("<svg onload=alert(1)><title>x</title></svg><img src=x onerror=alert(1)>ok", "ok"),
        ("می‌شود\u200f ۱۴۰۵", "می‌شود\u200f ۱۴۰۵"),
        ("na\u00adtional\ufeff", "national"),
        ("a\x00b\x01c\ud800d\ufffee\x7ff\x9fg", "abcdefg"),
        ("line\u2028two\x85three", "line\ntwo\nthree"),
        ("&#99999999999999999999999;&#x110000;&#xd800;&#0;x", "\ufffd\ufffd\ufffdx"),
        ("&#" + "9" * 10_000 + ";x", "x"),
        ("", ""),
    ],
)
def test_the_words_of_markup(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_a_title_is_one_line() -> None:
    assert plain_line("<p>Talks</p>\n<p>resume</p>") == "Talks resume"


@given(news_text.filter(lambda text: "<" not in text and "&" not in text))
def test_escaped_text_keeps_its_words(text: str) -> None:
    assert plain_text(f"<p>{html.escape(text)}</p>").split() == plain_text(text).split()


@given(news_text | st.text("<>&;/!-[]\"' =abpr#1x\0", max_size=60))
def test_what_comes_out_is_tidy_whatever_goes_in(markup: str) -> None:
    plain = plain_text(markup)

    assert not [c for c in plain if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"]
    assert plain == "\n".join(" ".join(line.split()) for line in plain.splitlines() if line.strip())
    plain.encode()


@pytest.mark.parametrize(
    "piece",
    ["<!--", "<![CDATA[", "<a ", '<a b="', "<a b='\"", "</", "<!", "<?", "<script>", "<script></script", "<svg><svg/>",
     "&#9", "&a", "<p>", "= ", "<a ="],
)  # fmt: skip
def test_hostile_markup_takes_no_longer_than_its_length(piece: str) -> None:
    began = time.process_time()
    plain_text(piece * (200_000 // len(piece)))
    assert time.process_time() - began < 1, "half a second at most for a linear scan, minutes for a quadratic one"
