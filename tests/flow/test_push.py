"""What others send stands on `articles` before they are told so, whoever is killed: real Kafka, a real process."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from schemas import Article
from services.backbone.keyed_state import restore
from services.backbone.record import decode
from services.backbone.settings import Settings
from services.backbone.topics import ARTICLES, INGESTION_STATE
from services.broker import free_port
from services.cli.run import Stage
from tests.ingestion.receiving.hub import Hub, open_hub
from tests.vocabulary import LOOPBACK, Desk, Site, read_records

TOKEN, SECRET = "a-token-of-this-test", "a-secret-of-this-test-0123456789abcdef"


@pytest.fixture
def address() -> str:
    """Where this desk receives."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
def desk(settings: Settings, address: str) -> Desk:
    environment = {
        "TOCSIN_PUSH_PORT": address.rpartition(":")[2],
        "WIRE_TOKEN": TOKEN,
        "TOCSIN_WEBSUB_CALLBACK": address,
        "TOCSIN_WEBSUB_SECRET": SECRET,
    }
    return Desk(settings, environment)


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    async with open_hub() as hub:
        yield hub


def articles(desk: Desk) -> list[Article]:
    return [decode(ARTICLES, record) for record in asyncio.run(read_records(desk.settings.kafka, ARTICLES.name))]


def test_what_was_confirmed_stands_on_the_topic_however_often_the_process_is_killed(desk: Desk, address: str) -> None:
    source = {"id": "wire", "name": "Wire", "kind": "push", "token": {"env": "WIRE_TOKEN"}}
    desk.writes("sources/wire.yaml", {"sources": [source]})
    sender = Sender(f"{address}/articles", batches=60)

    with desk.running(Stage.INGESTION):
        sending = threading.Thread(target=sender.send)
        sending.start()
        for kill in range(1, 4):
            desk.eventually(lambda kill=kill: len(sender.confirmed) >= 15 * kill, "batches are confirmed")  # type: ignore[misc]
            desk.kills(Stage.INGESTION)
            desk.starts(Stage.INGESTION)
        sending.join(60)
        again = sender.post(0)

    assert again is not None
    assert again.json()["items"] == sender.confirmed[0], "the same article has the same ids in another life"
    read = articles(desk)
    confirmed = [f"{item['id']}.{item['revision']}" for items in sender.confirmed for item in items]
    assert len(set(confirmed)) == 60 * 10, "no article shares an id with another"
    assert {article.event_id for article in read} == set(confirmed), "nothing is lost, and nothing has a second id"
    assert sender.unanswered > 0, "the process was killed while it was asked"
    assert not desk.said(Stage.INGESTION, TOKEN)


class Sender:
    """A system that sends each batch again until it is confirmed."""

    def __init__(self, url: str, batches: int) -> None:
        self._url = url
        self._batches = batches
        self.confirmed: list[list[dict[str, Any]]] = []
        self.unanswered = 0

    def send(self) -> None:
        """Send all batches, one after the other."""
        while len(self.confirmed) < self._batches:
            answer = self.post(len(self.confirmed))
            if answer is not None and answer.status_code == 202:
                self.confirmed.append(answer.json()["items"])
                time.sleep(0.05)  # so that there is something left to send at each kill
            else:
                self.unanswered += 1
                time.sleep(0.1)

    def post(self, batch: int) -> httpx.Response | None:
        """Send one batch; None where nobody answers."""
        items = [
            {"id": f"w-{batch}-{number}", "title": f"Bulletin {number}", "text": "From Kabul."} for number in range(10)
        ]
        try:
            return httpx.post(self._url, json=items, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False)
        except httpx.TransportError:
            return None


def feed(hub: Hub, url: str, *titles: str) -> bytes:
    items = "".join(f"<item><guid>{title}</guid><title>{title}</title></item>" for title in titles)
    links = f'<a:link rel="hub" href="{hub.url}"/><a:link rel="self" href="{url}"/>'
    return f'<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom"><channel>{links}{items}</channel></rss>'.encode()


async def test_a_hub_brings_what_is_new_long_before_the_next_poll(desk: Desk, site: Site, hub: Hub) -> None:
    url = f"{site.url}/feed"
    site.pages["/feed"] = feed(hub, url, "First")
    source = {"id": "news", "name": "News", "url": url, "interval": "1h", "allow_networks": [LOOPBACK]}
    desk.writes("sources/news.yaml", {"sources": [source]})

    with desk.running(Stage.INGESTION):
        await asyncio.to_thread(desk.eventually, lambda: bool(hub.subscribers), "the hub is subscribed to")
        statuses = await hub.distribute(feed(hub, url, "Second", "First"))
        forged = await hub.distribute(feed(hub, url, "Forged"), secret="guessed")
        assert (statuses, forged) == ([202], [202])
        titles = [article.title for article in await asyncio.to_thread(articles, desk)]
        lease = (await restore(desk.settings.kafka, INGESTION_STATE))["news"].websub

    assert sorted(titles) == ["First", "Second"]
    assert site.requests["/feed"] == 1
    assert lease is not None
    assert lease.expires_at is not None
    assert lease.delivered_at is not None, "a restart knows that the hub is to be relied on"
