"""What is stored of one article and one watch is gathered from a real broker, and the article is found by any name."""

import asyncio
from datetime import timedelta

import pytest

from schemas import Reason
from services.alerting.handling.steps import step
from services.alerting.routing.router import STAGE
from services.backbone.dead_letters import dead_letter
from services.backbone.errors import RecordTooLarge, UnreadableRecord
from services.backbone.keyed_state import partition_of
from services.backbone.librdkafka import ReadRecord
from services.backbone.record import encode
from services.backbone.settings import Settings
from services.backbone.topics import ACKNOWLEDGEMENTS, ALERTS, ARTICLES, ARTICLES_TAGGED, DEAD_LETTERS, MENTIONS
from services.cli.stored import opened
from services.cli.why.asked import NoSuchArticle, SeveralArticles, which_article
from services.cli.why.trail import Trail, gathered
from services.ingestion.sources import load_sources
from tests.cli.history import BEGAN, has_read, store
from tests.cli.past import TTP, Past, article, desk

HOUR = timedelta(hours=1)
STORY = (
    "Officials said on Tuesday that the TTP had claimed an attack on a police post near the border, in which three "
    "policemen were killed and five others were injured before the attackers fled towards the hills in the north."
)
OTHER = {"id": "other", "any": [{"actor": "ttp"}]}


def gather(settings: Settings, *ids: str, watch: str = "ttp") -> Trail:
    async def gathering() -> Trail:
        async with opened(settings.kafka) as stored:
            return await gathered(stored, settings, ids, watch)

    return asyncio.run(gathering())


def which(settings: Settings, words: str) -> tuple[str, ...]:
    async def asking() -> tuple[str, ...]:
        async with opened(settings.kafka) as stored:
            sources = load_sources(settings.config).sources
            return (await which_article(stored, words, "ttp", sources, None)).ids

    return asyncio.run(asking())


def test_everything_that_has_to_do_with_it_is_gathered_and_nothing_else(settings: Settings) -> None:
    past = Past(desk(settings.config, TTP, OTHER))
    first = article("The TTP claims an attack", STORY, at=BEGAN)
    copy = article("TTP claims attack on police", STORY, at=BEGAN + HOUR, source="other-news")
    edited = article(
        "The TTP claims an attack", f"{STORY} It was denied.", at=BEGAN + 2 * HOUR, replaces=first.revision
    )
    for of in (first, copy, edited, article("Elsewhere", "The TTP is named here too.", at=BEGAN + 3 * HOUR)):
        past.reads(of)
    rang = next(alert for alert in past.alerts if alert.watch.id == "ttp")
    other = next(alert for alert in past.alerts if alert.watch.id == "other")
    for alert in (rang, other):
        past.delivers(alert)
    for alert in (rang, other):
        acknowledged = step(alert.id, alert.watch.id, "acknowledge", "Sana", BEGAN, "cli")
        past.writes(encode(ACKNOWLEDGEMENTS.name, acknowledged, "api"), BEGAN)
    store(settings, [*past.records, *past.state()])
    has_read(settings, "match", ARTICLES_TAGGED.name)

    trail = gather(settings, first.id, "art-of-another-source")
    assert [each.revision for each in trail.articles.values()] == [first.revision, edited.revision]
    assert trail.article == edited
    assert trail.tagged is not None
    assert trail.tagged.article == edited
    assert [mention.article.revision for mention in trail.mentions] == [first.revision, edited.revision]
    assert {mention.watch.id for mention in trail.mentions} == {"ttp"}
    assert [alert.reason for alert in trail.alerts][:2] == [Reason.FIRST_MENTION, Reason.COPY]
    assert {alert.id for alert in trail.alerts} == {trail.alerts[0].id}, "the other story's alert is not among them"
    assert trail.written[trail.alerts[0].event_id] == BEGAN
    assert [one.message_id for one in trail.sent.notifications] == [rang.event_id]
    assert [one.notification_id for one in trail.sent.deliveries] == [trail.sent.notifications[0].event_id]
    assert [one.alert_id for one in trail.sent.steps] == [rang.id]
    assert trail.sent.written == {rang.event_id: BEGAN}
    found = trail.memory.story_of("ttp", first.id)
    assert found is not None
    assert found[1].alert_id == trail.alerts[0].id
    assert trail.memory.story_of("other", first.id) is None, "of the other watch nothing is read"
    assert trail.is_read(ARTICLES_TAGGED.name)
    assert not trail.is_read(ARTICLES.name)
    assert not trail.is_read(MENTIONS.name)

    passed_on = gather(settings, "art-of-another-source", first.id, copy.id)
    assert passed_on.id == first.id, "the first that is stored"
    assert {each.id for each in passed_on.articles.values()} == {first.id}

    joined = gather(settings, copy.id)
    assert [alert.sequence for alert in joined.alerts] == [alert.sequence for alert in trail.alerts]
    assert joined.alerts[0].article is not None
    assert joined.alerts[0].article.id == first.id, "the alert that it joined is there from its first record on"


def test_of_updates_only_the_way_of_those_that_the_article_made_is_gathered(settings: Settings) -> None:
    past = Past(desk(settings.config, TTP))
    first = article("The TTP claims an attack", STORY, at=BEGAN)
    toll = STORY.replace("three policemen", "seven policemen")
    more = article("Toll rises", toll, at=BEGAN + HOUR, source="other-news")
    past.reads(first)
    past.reads(more)
    ring, update = past.alerts
    past.delivers(ring)
    past.delivers(update)
    store(settings, [*past.records, *past.state()])

    def channels_got(of: str) -> list[str]:
        return [one.message_id for one in gather(settings, of).sent.notifications]

    assert channels_got(first.id) == [ring.event_id]
    assert channels_got(more.id) == [ring.event_id, update.event_id]


def test_a_ring_that_has_no_notification_was_routed_to_nobody_or_not_at_all(settings: Settings) -> None:
    past = Past(desk(settings.config, TTP))
    past.reads(article("The TTP claims an attack", STORY, at=BEGAN))
    store(settings, past.records)
    [ring] = past.alerts
    assert ring.article is not None

    trail = gather(settings, ring.article.id)
    assert trail.sent.not_read == {ring.event_id}
    where = partition_of("ttp", ALERTS.partitions)
    bad = ReadRecord(ALERTS.name, where, 0, b"ttp", ring.write(), None)
    store(
        settings,
        [(encode(DEAD_LETTERS.name, dead_letter(bad, RecordTooLarge("too long"), "notify", BEGAN), "notify"), BEGAN)],
    )
    assert gather(settings, ring.article.id).letters_of_alert(ring) == ["too long"]
    has_read(settings, STAGE, ALERTS.name)
    assert gather(settings, ring.article.id).sent.not_read == set()


def test_an_article_is_found_by_address_id_alert_and_words_of_its_title(settings: Settings) -> None:
    past = Past(desk(settings.config))
    of = article("The TTP claims an attack", STORY, at=BEGAN)
    past.reads(of)
    past.reads(article("Talks in Kabul, day 1", "Nobody is named.", at=BEGAN))
    past.reads(article("Talks in Kabul, day 2", "Nobody is named.", at=BEGAN + HOUR))
    past.reads(article("Talks in Kabul, day 1: the end", "Nobody is named.", at=BEGAN + HOUR))
    past.writes(encode(ARTICLES.name, article("Only read so far", at=BEGAN), "ingestion"), BEGAN)
    store(settings, past.records)

    assert of.id in which(settings, f"http://www.news.example/{of.url.rpartition('/')[2]}?utm_source=x")
    assert which(settings, of.id) == (of.id,)
    assert which(settings, past.alerts[0].id) == (of.id,)
    assert which(settings, "ttp  CLAIMS") == (of.id,)
    assert which(settings, "talks in kabul day 1") == (article("Talks in Kabul, day 1").id,), "the whole title tells"
    assert which(settings, "only read") == (article("Only read so far").id,)
    with pytest.raises(
        SeveralArticles, match=r"3 articles have 'talks in kabul' in their titles; say which:\n"
    ) as told:
        which(settings, "talks in kabul")
    assert "Talks in Kabul, day 2" in str(told.value)
    with pytest.raises(NoSuchArticle, match="no stored article has 'claims a defeat' in its title; give its address"):
        which(settings, "claims a defeat")
    with pytest.raises(NoSuchArticle, match="watch ttp has no alert alr-0"):
        which(settings, "alr-0")
    with pytest.raises(NoSuchArticle, match="is no address of a page"):
        which(settings, "ftp://news.example/a")


def test_an_alert_that_is_not_of_one_article_is_refused(settings: Settings) -> None:
    past = Past(desk(settings.config, {**TTP, "digest": "daily"}))
    past.reads(article("The TTP claims an attack", STORY, at=BEGAN))
    past.reads(article("Another day", "The TTP is named in another matter altogether.", at=BEGAN))
    past.until(BEGAN + 49 * HOUR)
    store(settings, past.records)

    collective, empty = [alert for alert in past.alerts if alert.held is None][:2]
    with pytest.raises(SeveralArticles, match=rf"stands for 2: {past.alerts[0].id} 'The TTP claims an attack'; alr-"):
        which(settings, collective.id)
    with pytest.raises(NoSuchArticle, match="is of no article: nothing had come since the digest before it"):
        which(settings, empty.id)


def test_dead_letters_of_it_are_gathered_with_where_they_came_from(settings: Settings) -> None:
    desk(settings.config)
    of = article("The TTP claims an attack", STORY, at=BEGAN)
    bad = ReadRecord(ARTICLES.name, 1, 7, of.id.encode(), of.write(), None)
    letter = dead_letter(bad, UnreadableRecord("not what it should be"), "tagging", BEGAN)
    other = dead_letter(
        ReadRecord(ARTICLES.name, 1, 8, b"art-other", b"x", None), UnreadableRecord("x"), "tagging", BEGAN
    )
    store(settings, [(encode(DEAD_LETTERS.name, each, "tagging"), BEGAN) for each in (letter, other)])

    trail = gather(settings, of.id)
    assert trail.letters_of(ARTICLES.name) == ["not what it should be"]
    assert trail.letters_of(MENTIONS.name) == []
    assert trail.article is None
