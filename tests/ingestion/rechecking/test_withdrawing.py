"""What is gone is published as withdrawn once, by whichever process found it, on real Kafka."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

import pytest

from schemas import Article, ArticleSummary
from services.backbone.live import Live
from services.backbone.process import Process
from services.backbone.progress import Progress
from services.backbone.settings import Settings
from services.ingestion.app import Ingestion
from services.ingestion.shares import ShareLost
from services.ingestion.sources import load_sources
from services.ingestion.visit import Means
from tests.ingestion.rechecking.alerts import alert
from tests.ingestion.visiting import articles, source, titled, visits_of, whole
from tests.ingestion.web import Web, answer


def summary(article: Article) -> ArticleSummary:
    """As an alert of long ago says it."""
    about = alert(datetime.now(UTC), article.url, article_id=article.id).article
    assert about is not None
    return about


async def test_of_a_source_of_this_share_it_is_remembered(settings: Settings, means: Means, web: Web) -> None:
    web.answers["/feed"] = answer(titled("talks"))
    visits, book = visits_of(means, whole())
    await visits.poll(source(web))
    [talks] = await articles(settings)
    assert not visits.is_withdrawn(source(web), talks.id)
    for _ in range(2):
        await visits.withdraw(source(web), summary(talks))
    [_, gone] = await articles(settings)
    assert (gone.id, gone.replaces, gone.url, gone.title) == (talks.id, talks.revision, talks.url, "Talks")

    restarted, _ = visits_of(means, whole(), one=book.states["one"])
    await restarted.withdraw(source(web), summary(talks))
    assert restarted.is_withdrawn(source(web), talks.id)
    await restarted.poll(source(web))
    assert len(await articles(settings)) == 2, "the feed has not noticed; that is no return"


async def test_an_article_that_its_source_forgot_is_withdrawn_too(settings: Settings, means: Means, web: Web) -> None:
    web.answers["/feed"] = answer(titled("tea"))
    visits, _ = visits_of(means, whole())
    await visits.poll(source(web))
    [tea] = await articles(settings)
    forgotten = summary(tea).model_copy(update={"id": "art-" + "0" * 32})
    for _ in range(2):
        await visits.withdraw(source(web), forgotten)
    [_, gone] = await articles(settings)
    assert (gone.id, gone.replaces) == (forgotten.id, forgotten.revision)


async def test_nothing_is_written_once_the_share_is_lost(settings: Settings, means: Means, web: Web) -> None:
    share = whole()
    visits, _ = visits_of(means, share)
    share.end()
    about = alert(datetime.now(UTC), f"{web.url}/talks").article
    assert about is not None
    with pytest.raises(ShareLost):
        await visits.withdraw(source(web), about)
    assert await articles(settings) == []


async def test_of_a_source_that_another_process_holds_it_is_published_by_who_found_it(
    settings: Settings, means: Means, web: Web
) -> None:
    about = alert(datetime.now(UTC), f"{web.url}/talks").article
    assert about is not None
    async with AsyncExitStack() as stack:
        process = Process("ingestion", settings, stack, Progress("ingestion"))
        sources = Live("sources", partial(load_sources, settings.config))
        ingestion = Ingestion(process, sources, means.poller.client, means.poller, means.pages, means.publisher)
        await ingestion.withdraw(source(web), about)
    [gone] = await articles(settings)
    assert (gone.id, gone.replaces, gone.source.id) == (about.id, about.revision, "one")
    assert "withdrawn" in gone.marks
