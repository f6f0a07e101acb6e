"""WebSub over real HTTP, against a hub of our own: from a feed's offer to its content, and what others may try."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.backbone.addresses import LOOPBACK
from services.ingestion.fetching.fetch import new_client
from services.ingestion.receiving import callback as callback_module
from services.ingestion.receiving.callback_keys import CallbackKeys
from services.ingestion.receiving.websub import Offer, due, is_live, pace
from services.ingestion.sources import Source
from tests.ingestion.receiving.hub import Hub, open_hub
from tests.ingestion.receiving.newsroom import Newsroom, Served, served
from tests.ingestion.running import until

SECRET = "a-secret-of-this-test-0123456789abcdef"
FEED = "https://news.example/feed"
NEWS = Source(id="news", name="News", url=FEED)
RSS = b"<rss><channel/></rss>"


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with open_hub() as hub:
        yield hub


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom(known={"news": NEWS})


@pytest.fixture
async def websub(newsroom: Newsroom) -> AsyncIterator[Served]:
    async with (
        new_client(allowed=LOOPBACK) as client,
        served(newsroom, client, websub_secret=SECRET) as websub,
    ):
        yield websub


async def subscribed(websub: Served, newsroom: Newsroom, hub: Hub) -> str:
    """Let a poll find the hub, and wait until it is subscribed to; the callback's address."""
    websub.receiving.polled(NEWS, Offer(hub.url, FEED), missed=True)
    await until(lambda: hub.subscribers and is_live(newsroom.leases["news"], datetime.now(UTC)))
    [callback] = hub.subscribers
    return callback


async def test_a_hub_that_a_feed_offers_is_asked_and_sends_what_is_new(
    websub: Served, newsroom: Newsroom, hub: Hub
) -> None:
    callback = await subscribed(websub, newsroom, hub)
    assert callback.startswith(f"{websub.url}/websub/news/")
    lease = newsroom.leases["news"]
    assert lease is not None
    assert lease.expires_at is not None
    assert timedelta(days=9) < lease.expires_at - datetime.now(UTC) <= timedelta(days=10)
    assert pace(lease, timedelta(minutes=10), datetime.now(UTC)) == timedelta(minutes=10)

    assert await hub.distribute(RSS) == [202]
    assert newsroom.contents == [("news", RSS, FEED, "application/rss+xml")]
    lease = newsroom.leases["news"]
    assert pace(lease, timedelta(minutes=10), datetime.now(UTC)) == timedelta(minutes=40)

    websub.receiving.polled(NEWS, None, missed=True)
    await until(lambda: (one := newsroom.leases["news"]) is not None and one.missed_at is not None)
    assert pace(newsroom.leases["news"], timedelta(minutes=10), datetime.now(UTC)) == timedelta(minutes=10)
    assert len(hub.asked) == 1


async def test_a_hub_that_verifies_before_it_answers_is_understood(
    websub: Served, newsroom: Newsroom, hub: Hub
) -> None:
    hub.verifies_first = True
    await subscribed(websub, newsroom, hub)


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
async def test_content_may_be_signed_by_each_method(websub: Served, newsroom: Newsroom, hub: Hub, method: str) -> None:
    await subscribed(websub, newsroom, hub)
    assert await hub.distribute(RSS, signed=method) == [202]
    assert len(newsroom.contents) == 1


async def test_content_that_the_hub_did_not_sign_is_acknowledged_and_ignored(
    websub: Served, newsroom: Newsroom, hub: Hub
) -> None:
    await subscribed(websub, newsroom, hub)
    assert await hub.distribute(RSS, signed=None) == [202]
    assert await hub.distribute(RSS, secret="guessed") == [202]
    assert newsroom.contents == []
    lease = newsroom.leases["news"]
    assert lease is not None
    assert lease.delivered_at is None, "a forger does not slow our polling down"


async def test_a_replay_is_acknowledged_and_ignored(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    await subscribed(websub, newsroom, hub)
    for body in (RSS, RSS.replace(b"/>", b"> </channel>"), RSS):
        assert await hub.distribute(body) == [202]
    assert len(newsroom.contents) == 2


async def test_content_that_is_no_feed_is_acknowledged_so_that_it_does_not_come_again(
    websub: Served, newsroom: Newsroom, hub: Hub
) -> None:
    await subscribed(websub, newsroom, hub)
    assert await hub.distribute(b"<html>") == [202]


async def test_while_the_broker_is_away_content_is_not_acknowledged_and_comes_again(
    websub: Served, newsroom: Newsroom, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback_module, "CONTENT_SECONDS", 0.2)
    await subscribed(websub, newsroom, hub)
    newsroom.broker.clear()
    assert await hub.distribute(RSS) == [503]
    newsroom.broker.set()
    assert await hub.distribute(RSS) == [202]
    assert len(newsroom.contents) == 1


async def test_too_much_content_is_refused(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    await subscribed(websub, newsroom, hub)
    assert await hub.distribute(b"<rss>" + b" " * 8 * 1024 * 1024) == [413]


async def test_intent_is_confirmed_only_for_what_we_asked(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    callback = await subscribed(websub, newsroom, hub)
    asked = [
        await hub.ask_intent(callback, "subscribe", FEED, challenge="yes", lease_seconds="60"),
        await hub.ask_intent(callback, "subscribe", "https://rival.example/feed", challenge="no"),
        await hub.ask_intent(callback, "unsubscribe", FEED, challenge="no"),
        await hub.ask_intent(callback, "publish", FEED, challenge="no"),
        await hub.ask_intent(callback, "subscribe", FEED),
        await hub.ask_intent(callback, "subscribe", FEED, challenge="no" * 1_000),
        await hub.ask_intent(callback[:-4] + "AAAA", "subscribe", FEED, challenge="no"),
        await hub.ask_intent(callback.replace("/news/", "/other/"), "subscribe", FEED, challenge="no"),
    ]
    assert [answer.status_code for answer in asked] == [200, *[404] * 7]
    assert asked[0].text == "yes"
    assert asked[0].headers["content-type"].startswith("text/plain")
    assert not any("no" in answer.text for answer in asked)


async def test_a_challenge_comes_back_as_text_and_never_as_a_page(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    callback = await subscribed(websub, newsroom, hub)
    answer = await hub.ask_intent(callback, "subscribe", FEED, challenge="<script>alert(1)</script>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_hub_that_denies_is_not_relied_on(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    callback = await subscribed(websub, newsroom, hub)
    await hub.distribute(RSS)
    answer = await hub.ask_intent(callback, "denied", FEED, reason="no\r\nmore")
    assert answer.status_code == 200
    lease = newsroom.leases["news"]
    assert not is_live(lease, datetime.now(UTC))
    assert pace(lease, timedelta(minutes=10), datetime.now(UTC)) == timedelta(minutes=10)


async def test_a_hub_that_is_down_leaves_polling_as_it_is(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    hub.status = 500
    websub.receiving.polled(NEWS, Offer(hub.url, FEED), missed=True)
    await until(lambda: hub.asked)
    websub.receiving.polled(NEWS, Offer(hub.url, FEED), missed=True)
    await asyncio.sleep(0.1)
    assert len(hub.asked) == 1, "it is asked again later, not at the next poll"
    lease = newsroom.leases["news"]
    assert lease is not None
    assert (lease.attempts, lease.expires_at) == (1, None)
    assert pace(lease, timedelta(minutes=10), datetime.now(UTC)) == timedelta(minutes=10)


async def test_an_expired_lease_is_asked_for_again(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    await subscribed(websub, newsroom, hub)
    lease = newsroom.leases["news"]
    assert lease is not None
    past = timedelta(days=7)
    newsroom.leases["news"] = lease.model_copy(
        update={name: value - past for name, value in lease if isinstance(value, datetime)}
    )
    websub.receiving.polled(NEWS, None, missed=False)
    await until(
        lambda: len(hub.verifications) == 2 and (one := newsroom.leases["news"]) is not None and not one.attempts
    )
    renewed = newsroom.leases["news"]
    assert renewed is not None
    assert renewed.expires_at is not None
    assert renewed.expires_at > datetime.now(UTC) + timedelta(days=9)
    assert len(hub.subscribers) == 1, "the same callback: renewed, not subscribed twice"


async def test_a_source_that_is_removed_is_unsubscribed(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    await subscribed(websub, newsroom, hub)
    lease, newsroom.known = newsroom.leases.pop("news"), {}
    websub.receiving.removed("news", lease)
    await until(lambda: not hub.subscribers)
    assert hub.asked[-1]["hub.mode"] == "unsubscribe"
    assert "hub.secret" not in hub.asked[-1]


async def test_a_hub_that_sends_after_all_is_told_that_we_are_gone(
    websub: Served, newsroom: Newsroom, hub: Hub
) -> None:
    await subscribed(websub, newsroom, hub)
    newsroom.known = {}
    assert await hub.distribute(RSS) == [410]
    newsroom.known = {"news": NEWS}
    lease = newsroom.leases["news"]
    assert lease is not None
    newsroom.leases["news"] = lease.model_copy(update={"topic": "https://news.example/moved"})
    assert await hub.distribute(RSS) == [410]
    assert newsroom.contents == []


async def test_a_feed_that_moves_leaves_its_old_topic(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    old = await subscribed(websub, newsroom, hub)
    lease = newsroom.leases["news"]
    assert lease is not None
    earlier = lease.asked_at - timedelta(hours=1)
    newsroom.leases["news"] = lease.model_copy(update={"asked_at": earlier, "confirmed_at": earlier})
    websub.receiving.polled(NEWS, Offer(hub.url, "https://news.example/moved"), missed=False)
    await until(lambda: [one.topic for one in hub.subscribers.values()] == ["https://news.example/moved"])
    await until(lambda: is_live(newsroom.leases["news"], datetime.now(UTC)))
    assert (await hub.ask_intent(old, "denied", FEED)).status_code == 200
    assert is_live(newsroom.leases["news"], datetime.now(UTC)), "word of the old topic is no word of the new one"


async def test_any_process_with_the_secret_answers_for_a_source_that_another_polls(
    websub: Served, newsroom: Newsroom, hub: Hub
) -> None:
    """Behind one public address hubs reach whichever process they reach."""
    await subscribed(websub, newsroom, hub)
    newsroom.leases.clear()
    [one] = hub.subscribers.values()
    answer = await hub.ask_intent(one.callback, "subscribe", FEED, challenge="yes")
    assert answer.text == "yes"
    other = await hub.ask_intent(one.callback, "subscribe", "https://rival.example/feed", challenge="no")
    assert other.status_code == 404
    assert await hub.distribute(RSS) == [202]
    assert newsroom.contents == [("news", RSS, FEED, "application/rss+xml")]


async def test_what_a_stranger_posts_is_not_even_read(websub: Served, newsroom: Newsroom) -> None:
    key = CallbackKeys("not-the-secret-of-this-test-01234567").key("news", FEED)
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answer = await stranger.post(f"{websub.url}/websub/news/{key}", content=RSS)
    assert answer.status_code == 404


async def test_a_redirect_of_the_hub_is_followed_with_its_method(websub: Served, newsroom: Newsroom, hub: Hub) -> None:
    async with open_hub() as old:
        old.redirects_to = hub.url
        websub.receiving.polled(NEWS, Offer(old.url, FEED), missed=False)
        await until(lambda: hub.subscribers)
    assert old.asked == hub.asked


async def test_a_hub_at_an_address_that_is_not_public_is_asked_only_by_permission(newsroom: Newsroom, hub: Hub) -> None:
    async with new_client() as client, served(newsroom, client, websub_secret=SECRET) as websub:
        websub.receiving.polled(NEWS, Offer(hub.url, FEED), missed=False)
        await until(lambda: newsroom.leases.get("news"))
        await asyncio.sleep(0.2)
        assert hub.asked == []
        newsroom.leases.clear()
        permitted = NEWS.model_copy(update={"allow_networks": LOOPBACK})
        websub.receiving.polled(permitted, Offer(hub.url, FEED), missed=False)
        await until(lambda: hub.subscribers)


async def test_without_the_setting_no_hub_is_asked(newsroom: Newsroom, hub: Hub) -> None:
    async with new_client() as client:
        newsroom.known = {"news": NEWS, **Newsroom().known}
        async with served(newsroom, client) as push:
            push.receiving.polled(NEWS, Offer(hub.url, FEED), missed=True)
            await asyncio.sleep(0.2)
    assert hub.asked == []
    assert newsroom.leases == {}


def test_a_lease_survives_a_restart() -> None:
    """What is kept with the source's state is all that there is: it says when to ask again."""
    lease = due(None, Offer("https://hub.example/", FEED), datetime.now(UTC))
    assert lease is not None
    assert type(lease).model_validate_json(lease.model_dump_json()) == lease
