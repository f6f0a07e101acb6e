"""teaser: whether a feed gives the whole article, and whether a page is that of an entry."""

import pytest

from services.ingestion.identity.teaser import TEASER_BYTES, is_about, is_teaser
from services.ingestion.pages.page import Page

WHOLE = "Officials met in Kabul and spoke of the crossing for the whole day. " * 20
ENDINGS = [
    "…", "...", "[...]", "[…]", " Read more", "Read more »", "Continue reading Talks in Kabul", "Read the full story.",
    "The post Talks in Kabul appeared first on Example News.", "Читать далее", "Подробнее...", "مزید پڑھیں",
    "ادامه مطلب", "اقرأ المزيد", "आगे पढ़ें", "阅读全文", "نور ولولئ",
]  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_text_that_goes_on_elsewhere_is_a_teaser(ending: str) -> None:
    assert is_teaser(f"{WHOLE}{ending}")


def test_a_short_text_is_a_teaser_and_a_long_one_is_not() -> None:
    assert is_teaser("")
    assert is_teaser("a" * (TEASER_BYTES - 1))
    assert not is_teaser("a" * TEASER_BYTES)
    assert not is_teaser("م" * TEASER_BYTES)
    assert not is_teaser(f"He said “read more” books. {WHOLE}")


def page(text: str, title: str = "") -> Page:
    return Page(text, title, None, (), None, None, None, ())


@pytest.mark.parametrize(
    ("title", "text", "words"),
    [
        (
            "Talks in Kabul",
            "Both sides met on Tuesday",
            "On Tuesday both sides met for talks in Kabul.",
        ),
        ("کابل میں مذاکرات", "دونوں فریق منگل کو ملے", "منگل کو دونوں فریق کابل میں مذاکرات کے لیے ملے۔"),
        ("喀布尔举行会谈", "", "双方周二在喀布尔举行会谈。"),
        ("Talks", "", "Anything may stand here when the feed says next to nothing."),
    ],
)
def test_a_page_with_the_words_of_the_entry_is_its_page(title: str, text: str, words: str) -> None:
    assert is_about(page(words), title, text)


@pytest.mark.parametrize(
    ("title", "text", "words"),
    [
        ("Talks in Kabul", "Both sides met on Tuesday", "Sorry, this story is gone. Cricket: the second test begins."),
        ("کابل میں مذاکرات", "دونوں فریق منگل کو ملے", "صفحہ موجود نہیں ہے۔ کرکٹ: دوسرا ٹیسٹ شروع"),
        ("喀布尔举行会谈", "", "网页不存在"),
    ],
)
def test_a_page_of_something_else_is_not(title: str, text: str, words: str) -> None:
    assert not is_about(page(words), title, text)
