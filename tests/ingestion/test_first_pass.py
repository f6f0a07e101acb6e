"""first_pass: what stood there already when a source was first read carries the mark, and nothing else does."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from schemas import Article
from schemas.state import SourceState
from services.backbone.settings import Settings
from services.ingestion import full_text
from services.ingestion.first_pass import LONGEST, FirstPass, began
from services.ingestion.identity.known import first_reading, in_first_reading
from services.ingestion.read import Document
from services.ingestion.reading.entry import MAX_ENTRIES
from services.ingestion.sources import Source
from services.ingestion.visit import Means
from tests.ingestion.reading.feeds import rss
from tests.ingestion.visiting import articles, source, titled, visits_of, whole
from tests.ingestion.web import Web, answer

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
ARTICLE = Article.model_validate(Article.model_json_schema()["examples"][0])


def of(ring_last: timedelta = timedelta(0)) -> Source:
    return Source(id="one", name="One", url="https://news.example/feed", ring_last=ring_last)


def is_old(published: datetime | None, first: FirstPass, *, waited: bool = False) -> bool:
    article = ARTICLE.model_copy(update={"published_at": published})
    return "first-pass" in first.marked(article, waited=waited).marks


@pytest.mark.parametrize(
    ("published", "ring_last", "old"),
    [
        (NOW - 5 * HOUR, 0 * HOUR, True),
        (NOW, 0 * HOUR, True),
        (NOW + 5 * HOUR, 0 * HOUR, True),
        (None, 24 * HOUR, True),
        (NOW - 7 * HOUR, 6 * HOUR, True),
        (NOW - 6 * HOUR, 6 * HOUR, True),
        (NOW - 5 * HOUR, 6 * HOUR, False),
        (NOW + 5 * HOUR, 6 * HOUR, False),
    ],
    ids=[
        "by default all is old",
        "of this very moment too",
        "so is what an outlet with a wrong clock dates ahead",
        "what has no date is old, whatever is to ring",
        "older than ring_last is old",
        "to the second",
        "within ring_last it rings",
        "a date ahead is within it",
    ],
)
def test_at_the_first_reading_only_what_ring_last_reaches_rings(
    published: datetime | None, ring_last: timedelta, old: bool
) -> None:
    assert is_old(published, FirstPass(of(ring_last), NOW, NOW)) is old


def test_what_was_published_since_the_first_reading_began_is_news_though_it_is_not_over() -> None:
    later = FirstPass(of(), NOW, NOW + HOUR)
    assert not is_old(NOW + HOUR / 2, later)
    assert is_old(NOW - HOUR / 2, later)
    assert is_old(None, later)


def test_once_it_is_over_only_what_waited_since_then_is_old() -> None:
    over = FirstPass(of(), None, NOW)
    assert is_old(NOW - HOUR, over, waited=True)
    assert not is_old(NOW - HOUR, over)


def test_a_source_without_any_success_makes_a_first_pass_and_one_of_an_older_release_does_not() -> None:
    failing = SourceState(source_id="one", polled_at=NOW, failures=3)
    older = SourceState(source_id="one", polled_at=NOW, revisions={"art-0": "0"})
    assert began(None, NOW) == NOW, "a state that was lost is none"
    assert began(failing, NOW) == NOW
    assert began(older, NOW) is None


def test_a_feed_that_is_never_whole_is_not_silent_for_ever() -> None:
    state = SourceState(source_id="one", polled_at=NOW, last_success_at=NOW, known=in_first_reading("a.b.c.d.e.f", NOW))
    assert began(state, NOW + LONGEST / 2) == NOW
    assert began(state, NOW + LONGEST) is None
    assert first_reading(in_first_reading(state.known, None)) is None


async def old_and_new(settings: Settings) -> tuple[list[str], list[str]]:
    """Titles of what carries the mark, and of what does not."""
    read = await articles(settings)
    old, new = ([a.title for a in read if ("first-pass" in a.marks) is is_first] for is_first in (True, False))
    return sorted(old), sorted(new)


async def test_what_stands_in_a_feed_at_its_first_poll_is_old_and_what_comes_is_new(
    settings: Settings, means: Means, web: Web
) -> None:
    visits, book = visits_of(means, whole())
    await visits.poll(source(web))  # not found: no success
    web.answers["/feed"] = answer(titled("a", "b"))
    await visits.poll(source(web))
    web.answers["/feed"] = answer(titled("c", "a", "b"))
    await visits.poll(source(web))
    assert await old_and_new(settings) == (["a", "b"], ["c"])

    lost, _ = visits_of(means, whole())
    web.answers["/feed"] = answer(titled("d", "c"))
    await lost.poll(source(web))
    assert await old_and_new(settings) == (["a", "b", "c", "d"], ["c"]), "it is not known what was published"
    assert book.state("one") is not None


async def test_what_was_published_within_ring_last_rings_at_once(settings: Settings, means: Means, web: Web) -> None:
    dated = {"late": 1, "early": 30}
    items = "".join(
        f"<item><title>{title}</title><link>https://news.example/{title}</link>"
        f"<pubDate>{format_datetime(datetime.now(UTC) - hours * HOUR)}</pubDate></item>"
        for title, hours in dated.items()
    )
    web.answers["/feed"] = answer(rss(items + "<item><title>undated</title></item>"))
    visits, _ = visits_of(means, whole())
    await visits.poll(source(web, ring_last="6h"))
    assert await old_and_new(settings) == (["early", "undated"], ["late"])


async def test_what_a_hub_sends_is_new_even_before_the_first_reading_is_over(
    settings: Settings, means: Means, web: Web
) -> None:
    visits, _ = visits_of(means, whole())
    await visits.content(source(web), Document(titled("sent"), f"{web.url}/feed", None))
    web.answers["/feed"] = answer(titled("sent", "old"))
    await visits.poll(source(web))
    assert await old_and_new(settings) == (["old"], ["sent"])


async def test_a_sitemap_that_could_not_be_had_at_first_is_of_the_first_reading_all_the_same(
    settings: Settings, means: Means, web: Web
) -> None:
    def sitemap(*names: str) -> bytes:
        news = "<n:news><n:title>{0}</n:title></n:news>"
        urls = "".join(f"<url><loc>https://news.example/{n}</loc>{news.format(n)}</url>" for n in names)
        spaces = "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
        return f"<urlset {spaces}>{urls}</urlset>".encode()

    places = "".join(f"<sitemap><loc>{web.url}/{name}</loc></sitemap>" for name in ("one", "two"))
    web.answers["/feed"] = answer(f"<sitemapindex>{places}</sitemapindex>".encode())
    web.answers["/one"] = answer(sitemap("a"))
    index = source(web, kind="sitemap")
    visits, book = visits_of(means, whole())
    await visits.poll(index)
    assert await old_and_new(settings) == (["a"], [])

    web.answers["/two"] = answer(sitemap("b"))
    restarted, _ = visits_of(means, whole(), one=book.states["one"])  # killed after its state was written
    await restarted.poll(index)
    web.answers["/two"] = answer(sitemap("c", "b"))
    await restarted.poll(index)
    assert await old_and_new(settings) == (["a", "b"], ["c"])


async def test_a_folder_that_takes_several_readings_is_old_to_its_end(
    settings: Settings, means: Means, tmp_path: Path
) -> None:
    number = MAX_ENTRIES + 5
    file = tmp_path / "drop.jsonl"
    file.write_text("".join(f'{{"id": "{n}", "title": "t{n}", "text": "A text."}}\n' for n in range(number)))
    drop = Source(id="one", name="One", kind="folder", path=file)
    visits, book = visits_of(means, whole())
    polls = 1
    while (await visits.poll(drop)).wait == timedelta(0):
        visits, book = visits_of(means, whole(), one=book.states["one"])  # killed each time
        polls += 1
    with file.open("a") as more:
        more.write('{"id": "new", "title": "new", "text": "A text."}\n')
    await visits.poll(drop)
    old, new = await old_and_new(settings)
    assert (len(old), new, polls) == (number, ["new"], 2)


async def test_an_article_whose_page_is_read_later_stood_there_from_the_first(
    settings: Settings, means: Means, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_text, "MAX_PAGES", 1)
    sentence = "The border crossing at Torkham was opened again after talks between officials of both sides. "
    for name in ("a", "b", "c"):
        page = f"<title>{name}</title><body><article><h1>Page {name} opened</h1><p>{sentence * 12}</p></article></body>"
        web.answers[f"/{name}"] = answer(page.encode(), content_type="text/html; charset=utf-8")

    def sitemap(*names: str) -> bytes:
        return f"<urlset>{''.join(f'<url><loc>{web.url}/{name}</loc></url>' for name in names)}</urlset>".encode()

    plain = source(web, kind="sitemap", full_text=True)
    visits, _ = visits_of(means, whole())
    web.answers["/feed"] = answer(sitemap("a", "b"))
    await visits.poll(plain)
    web.answers["/feed"] = answer(sitemap("a", "b", "c"))
    await visits.poll(plain)
    await visits.poll(plain)
    assert await old_and_new(settings) == (["Page a opened", "Page b opened"], ["Page c opened"])


async def test_a_page_that_is_never_had_keeps_nothing_else_quiet(settings: Settings, means: Means, web: Web) -> None:
    feed = f"<urlset><url><loc>{web.url}/closed</loc></url></urlset>"
    web.answers["/feed"] = answer(feed.encode())
    visits, book = visits_of(means, whole())
    await visits.poll(source(web, kind="sitemap", full_text=True))
    state = book.state("one")
    assert state is not None
    assert began(state, datetime.now(UTC)) is None
    assert await articles(settings) == []
