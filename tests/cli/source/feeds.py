"""What the site of these tests serves."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.ingestion.web import Web, answer

LOOPBACK = "127.0.0.0/8"
LONG = "<p>Officials signed the agreement in Kabul on Tuesday, and said little of what stands in it.</p>" * 9


def rss(title: str = "Example News - RSS Feed", text: str = LONG, language: str = "en-GB", days: int = 0) -> bytes:
    """A feed of three entries, the newest so many days old."""
    newest = datetime.now(UTC) - timedelta(days=days, hours=2)
    items = "".join(
        f"<item><title>Talks, day {n}</title><link>/{n}</link><description><![CDATA[{text}]]></description>"
        f"<pubDate>{format_datetime(newest - timedelta(days=n))}</pubDate></item>"
        for n in range(3)
    )
    head = f"<title>{title}</title><link>/</link><language>{language}</language>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


def serve_rss(site: Web, path: str, body: bytes | None = None) -> str:
    """Serve it there; its address."""
    site.answers[path] = answer(body if body is not None else rss(), content_type="application/rss+xml")
    return f"{site.url}{path}"


def serve_page(site: Web, path: str, head: str = "", body: str = "<h1>News</h1>") -> str:
    """Serve a page with this in its head; its address."""
    page = f"<!DOCTYPE html><html lang='ps'><head>{head}</head><body>{body}</body></html>"
    site.answers[path] = answer(page.encode(), content_type="text/html; charset=utf-8")
    return f"{site.url}{path}"
