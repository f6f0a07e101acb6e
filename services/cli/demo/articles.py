"""The sample articles, and the feeds that carry them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from xml.sax.saxutils import escape

import yaml

SITE = "https://news.example"
"""Where the sample articles say that they stand; a domain that nobody can own (RFC 2606)."""

FEEDS = {"world": "The World Desk", "region": "The Region Desk"}


@dataclass(frozen=True, slots=True)
class Sample:
    """One article of a sample feed."""

    feed: str
    id: str
    title: str
    text: str
    edited: str | None = None
    """The text of its later revision."""

    @property
    def url(self) -> str:
        return f"{SITE}/{self.id}"

    def revised(self) -> "Sample":
        """The article after its edit; the same where it has none."""
        return replace(self, text=self.edited or self.text)


def samples() -> tuple[Sample, ...]:
    """Sixteen articles in English, Urdu, Pashto, Russian and Chinese."""
    entries = yaml.safe_load(Path(__file__).with_name("articles.yaml").read_text(encoding="utf-8"))["articles"]
    return tuple(Sample(**entry) for entry in entries)


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as it is served."""

    title: str
    articles: tuple[Sample, ...]

    def body(self) -> bytes:
        """RSS 2.0 (https://www.rssboard.org/rss-specification)."""
        published = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        items = "".join(
            f"<item><guid isPermaLink='false'>{article.id}</guid><link>{article.url}</link>"
            f"<title>{escape(article.title)}</title><description>{escape(article.text)}</description>"
            f"<pubDate>{format_datetime(published - timedelta(minutes=index))}</pubDate></item>"
            for index, article in enumerate(self.articles)
        )
        return (
            "<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>"
            f"<title>{self.title}</title><link>{SITE}/</link><description>{self.title}</description>{items}"
            "</channel></rss>"
        ).encode()


def entity_tag(body: bytes) -> str:
    """A strong entity tag (RFC 9110, section 8.8.3)."""
    return f'"{sha256(body).hexdigest()[:16]}"'
