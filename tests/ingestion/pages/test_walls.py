"""What stands before an article is told, and is not taken for it."""

import pytest

from services.ingestion.pages.extract import extract_page
from services.ingestion.pages.page import Page

BEGINNING = "Officials met on Tuesday in Herat and talked about the road to the border, a spokesman told reporters."
WHOLE = "".join(
    f"<p>In part {n} the spokesman named a village by the road and what it had asked for.</p>" for n in range(30)
)
BARRED = """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Road talks",
    "isAccessibleForFree": "False",
    "hasPart": {"isAccessibleForFree": false, "cssSelector": ".premium-part"}}</script>"""


def read(body: str, head: str = "<title>Road talks</title>") -> Page:
    page = f"<html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>"
    return extract_page(page.encode(), "https://news.example/road", None)


@pytest.mark.parametrize(
    "appeal",
    [
        "Subscribe now to continue reading this story.",
        "This article is for subscribers. Already a subscriber? Log in.",
        "Полный доступ открыт только подписчикам. Оформите подписку.",
        "برای ادامه مطلب مشترک شوید.",
        "مکمل خبر پڑھنے کے لیے سبسکرائب کریں۔",
        "पूरी खबर पढ़ने के लिए सब्सक्राइब करें।",
        "পুরো খবর পড়তে সাবস্ক্রাইব করুন।",
        "登录后阅读全文",
        "اشترك الآن لقراءة المقال كاملا.",
    ],
)
def test_a_free_beginning_is_told_from_the_article(appeal: str) -> None:
    page = read(f"<article><h1>Road talks</h1><p>{BEGINNING}</p><p>{appeal}</p></article>")
    assert (page.wall, page.text) == ("paywall", BEGINNING)


def test_a_page_that_says_so_in_json_ld_is_behind_a_paywall_unless_it_was_sent_whole() -> None:
    assert read(f"<article><p>{BEGINNING}</p></article>", BARRED).wall == "paywall"
    sent = f'<article><p>{BEGINNING}</p><div class="premium-part">{WHOLE[:800]}</div></article>'
    assert read(sent, BARRED).wall is None
    assert read(f"<article>{WHOLE}</article>", BARRED).wall is None


def test_an_article_that_speaks_of_subscriptions_and_cookies_is_an_article() -> None:
    talk = (
        "<p>The outlet asks readers to subscribe to continue reading; this site uses cookies, it says. Accept all?</p>"
    )
    page = read(f"<article><h1>Road talks</h1>{WHOLE}{talk}</article>")
    assert page.wall is None
    assert "uses cookies" in page.text
    assert (
        read(f"<p>{BEGINNING}</p><p>The country is already a member of the bank. This story is for all.</p>").wall
        is None
    )


@pytest.mark.parametrize(
    "asked",
    [
        "<h1>Before you continue</h1><p>We and our partners store cookies on it.</p><button>Accept all</button>",
        "<p>Мы используем файлы cookie для работы сайта.</p><p>Политика: cookie policy.</p><a href=/>Принять все</a>",
        "<div class=consent><p>This site uses cookies: cookie policy.</p><p>Manage your privacy choices.</p></div>",
    ],
)
def test_a_question_for_consent_is_no_text(asked: str) -> None:
    page = read(f"<div role=dialog>{asked}</div>")
    assert (page.wall, page.text) == ("consent", "")
    beside = read(f"<div role=dialog>{asked}</div><article><h1>Road talks</h1><p>{BEGINNING}</p>{WHOLE}</article>")
    assert beside.wall is None
    assert beside.text.startswith(BEGINNING)
    assert "cookie" not in beside.text
