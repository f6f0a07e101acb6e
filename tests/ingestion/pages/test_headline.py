"""Which title is the headline."""

import pytest

from services.ingestion.pages.extract import extract_page

TEXT = "<p>" + "Officials met on Tuesday in Herat and talked about the road to the border for hours. " * 4 + "</p>"
URL = "https://news.hillside-courier.example/world/road-talks"


def title_of(head: str, body: str, url: str = URL) -> str:
    page = f"<html><head><meta charset=utf-8>{head}</head><body>{body}<div>{TEXT}</div></body></html>"
    return extract_page(page.encode(), url, None).title


def title(text: str) -> str:
    return f"<title>{text}</title>"


def og(text: str, kind: str = "title") -> str:
    return f'<meta property="og:{kind}" content="{text}">'


def data(headline: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{headline}"}}</script>'


@pytest.mark.parametrize(
    ("head", "body", "headline"),
    [
        (title("Road talks in Herat - Hillside Courier"), "", "Road talks in Herat"),
        (title("Hillside Courier: news &raquo; Road talks in Herat"), "", "Road talks in Herat"),
        (title("Road talks in Herat end | Asia | A Weekly"), "", "Road talks in Herat end"),
        (og("Road talks in Herat – HC – 24.11.2026") + og("Hillside Courier", "site_name"), "", "Road talks in Herat"),
        (title("Road talks in Herat - Asia pages"), "<h1>Road talks in Herat</h1>", "Road talks in Herat"),
        (title("Talks - and tea - in Herat"), "", "Talks - and tea - in Herat"),
        (
            title("Live"),
            "<h1>Hillside Courier</h1><h1>Road talks in Herat</h1><h1>Other news</h1>",
            "Road talks in Herat",
        ),
        (
            og("You won’t believe it") + title("Road talks in Herat"),
            "<h1>Road talks in Herat</h1>",
            "Road talks in Herat",
        ),
        (og("Road talks, &quot;tea&quot; &amp; maps"), "<h1>Asia</h1>", 'Road talks, "tea" & maps'),
        (
            og("Opinion: the road") + data("Opinion: the road"),
            "<h1>Opinion the&nbsp;<br>road</h1>",
            "Opinion: the road",
        ),
        (og("The road") + data("The road to Herat"), "<h1>Analysis <i>The road to Herat</i></h1>", "The road to Herat"),
        (title("Herat - good news for traders"), "<h2>Herat</h2>", "Herat - good news for traders"),
        ("", "<h1>3 &lt; 4, officials say of lanes</h1>", "3 < 4, officials say of lanes"),
    ],
    ids=[
        *("outlet behind", "outlet in front", "sections and an unknown outlet", "initials and a date"),
        *("a tail that the h1 has not", "dashes that belong there", "several h1", "a line for social media"),
        *(
            "a section's h1",
            "one headline set differently",
            "a kicker in the h1",
            "words of the host and of a box",
            "a less-than sign",
        ),
    ],
)
def test_the_headline_is_found_without_the_outlets_name(head: str, body: str, headline: str) -> None:
    assert title_of(head, body) == headline


def test_a_page_without_any_title_has_none() -> None:
    assert title_of("", "") == ""


def test_the_article_of_this_address_gives_the_headline_not_its_neighbours() -> None:
    articles = """<script type="application/ld+json">[
        {"@type": "NewsArticle", "headline": "Another story", "url": "https://news.hillside-courier.example/world/other"},
        {"@type": "NewsArticle", "headline": "Road talks in Herat", "mainEntityOfPage": {"@id": "%s"}}]</script>"""
    assert title_of(articles % URL, "") == "Road talks in Herat"
