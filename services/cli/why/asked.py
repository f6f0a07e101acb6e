"""Which article is meant: an id, an address, an alert, or words of a title."""

from collections.abc import Collection
from contextlib import aclosing
from datetime import datetime
from typing import Final, NamedTuple

from aiokafka.structs import ConsumerRecord
from pydantic import BaseModel, ValidationError

from schemas import Alert
from services.alerting.notify.neutral import neutral
from services.backbone.errors import TocsinError
from services.backbone.topics import ALERTS, ARTICLES, ARTICLES_TAGGED
from services.cli.stored import Stored
from services.cli.why.reading import ids_of
from services.ingestion.sources import Source
from services.matching.fold import fold_phrases

MOST_TOLD: Final = 5


class NoSuchArticle(TocsinError):
    """Nothing stored is what was asked for."""


class SeveralArticles(TocsinError):
    """What was asked for fits several articles."""


class Asked(NamedTuple):
    """What was asked for."""

    ids: tuple[str, ...]
    """Ids that the article can have; the first that is stored is it."""
    url: str = ""
    """As given; empty where none was."""


async def which_article(
    stored: Stored, article: str, watch: str, sources: Collection[Source], since: datetime | None
) -> Asked:
    """The article that is meant.

    Args:
        stored: what is on the broker.
        article: its id, its address, the id of an alert, or words of its title.
        watch: the watch that is asked about, whose alerts are looked through.
        sources: all of the configuration.
        since: only what was written from then on.

    Raises:
        NoSuchArticle: nothing is known by that.
        SeveralArticles: it is not clear which is meant.
    """
    article = article.strip()
    if article.startswith("art-"):
        return Asked((article,))
    if article.startswith("alr-"):
        return Asked((await _of_alert(stored, article.split(".")[0], watch),))
    if "://" in article:
        if not (ids := ids_of(article, sources)):
            raise NoSuchArticle(f"{article} is no address of a page; write one that begins with https://")
        return Asked(ids, article)
    return Asked((await _by_title(stored, article, since),))


async def _of_alert(stored: Stored, alert_id: str, watch: str) -> str:
    mark = f'"{alert_id}"'.encode()
    events = stored.events(ALERTS, keys=[watch], wanted=lambda record: mark in record.value)
    async with aclosing(events):
        async for _, alert in events:
            if alert.id == alert_id:
                return _article_of(alert)
    raise NoSuchArticle(f"watch {watch} has no alert {alert_id}; tocsin alerts tail --from beginning shows what rang")


def _article_of(alert: Alert) -> str:
    """The id of the one article that an alert is of."""
    if alert.article is None:
        raise NoSuchArticle(f"alert {alert.id} is of no article: nothing had come since the digest before it")
    if alert.items:
        listed = "; ".join(f"{item.alert_id} {neutral(item.title)!r}" for item in alert.items[:MOST_TOLD])
        raise SeveralArticles(f"alert {alert.id} stands for {alert.stands_for}: {listed}; ask for one of them")
    return alert.article.id


class _Titled(BaseModel):
    id: str
    title: str
    seen_at: datetime
    url: str = ""


class _Tagged(BaseModel):
    article: _Titled


async def _by_title(stored: Stored, words: str, since: datetime | None) -> str:
    """The id of the one article with these words in its title."""
    [wanted] = fold_phrases([words])
    found: dict[str, _Titled] = {}
    exactly: set[str] = set()
    for topic, model in ((ARTICLES_TAGGED, _Tagged), (ARTICLES, _Titled)):
        stretch = await stored.stretch(topic.name, since)
        async with aclosing(stored.records(stretch)) as records:
            async for record in records:
                article = _titled(record, model)
                title = fold_phrases([article.title])[0] if article is not None else ""
                if article is not None and f" {wanted}" in f" {title}":
                    found[article.id] = article
                    exactly |= {article.id} if title == wanted else set()
        if found:
            break
    if not wanted or not found:
        fix = "give its address to see whether it was ever fetched"
        raise NoSuchArticle(f"no stored article has {words!r} in its title; {fix}")
    if len(exactly) == 1:
        return next(iter(exactly))
    if len(found) > 1:
        newest = sorted(found.values(), key=lambda one: one.seen_at)[-MOST_TOLD:]
        listed = "\n".join(f"  {one.id}  {one.seen_at:%Y-%m-%d %H:%M}  {neutral(one.title)}" for one in newest)
        raise SeveralArticles(f"{len(found)} articles have {words!r} in their titles; say which:\n{listed}")
    return next(iter(found))


def _titled(record: ConsumerRecord, model: type[_Tagged] | type[_Titled]) -> _Titled | None:
    """The title of a record, and little else of it."""
    try:
        read = model.model_validate_json(record.value or b"")
    except ValidationError:
        return None
    return read.article if isinstance(read, _Tagged) else read
