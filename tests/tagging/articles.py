"""Articles for the tests of tagging."""

from datetime import UTC, datetime

from schemas import Article, Source


def article(title: str, text: str) -> Article:
    return Article(
        id="art-1", revision="1", url="", source=Source(id="desk", name="Desk"), title=title, text=text,
        seen_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
