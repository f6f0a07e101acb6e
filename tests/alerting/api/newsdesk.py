"""Real processes of `tocsin run api` on a real Kafka, and those who ask them."""

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from aiokafka import AIOKafkaProducer

from schemas import Alert
from services.alerting.api.tokens import new_token
from services.backbone.record import OutgoingRecord, encode
from services.backbone.settings import Settings
from services.backbone.topics import ALERTS
from services.broker import free_port
from services.cli.run import Stage
from tests.vocabulary import Desk


class Heard(NamedTuple):
    """An event of a stream."""

    id: str
    alert: Mapping[str, Any]


@dataclass
class Instance:
    """One process of the API."""

    desk: Desk
    url: str

    @classmethod
    def of(cls, settings: Settings, name: str, data: Path) -> "Instance":
        """An instance that is not started yet; its store is its own."""
        port = free_port()
        environment = {"TOCSIN_API_PORT": str(port), "TOCSIN_DATA": str(data)}
        desk = Desk(settings.model_copy(update={"instance": name}), environment)
        return cls(desk, f"http://127.0.0.1:{port}")

    def starts(self) -> None:
        """Start, and wait until it serves."""
        self.desk.starts(Stage.API)
        self.desk.eventually(self._serves, "the API serves", 30)

    @contextmanager
    def running(self) -> Iterator["Instance"]:
        """Run for the block."""
        with self.desk.running():
            self.starts()
            yield self

    def get(self, path: str, token: str, **query: Any) -> httpx.Response:
        """Ask once."""
        return httpx.get(self.url + path, params=query, headers=_bearer(token), trust_env=False, timeout=10)

    @asynccontextmanager
    async def stream(self, token: str, after: str | None = None, **query: Any) -> AsyncIterator[AsyncIterator[Heard]]:
        """Listen for the block; `after` is the id that was seen last."""
        headers = _bearer(token) | ({} if after is None else {"Last-Event-ID": after})
        timeout = httpx.Timeout(10, read=30)
        async with (
            httpx.AsyncClient(trust_env=False, timeout=timeout) as client,
            client.stream("GET", f"{self.url}/alerts/stream", params=query, headers=headers) as answer,
        ):
            assert answer.status_code == 200, await answer.aread()
            async with aclosing(_events(answer)) as events:
                yield events

    def _serves(self) -> bool:
        try:
            return httpx.get(f"{self.url}/openapi.json", trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


async def _events(answer: httpx.Response) -> AsyncGenerator[Heard, None]:
    """As a client of the specification reads them: an id without data moves the id alone."""
    last, data = "", ""
    async for line in answer.aiter_lines():
        if not line and data:
            yield Heard(last, json.loads(data))
            data = ""
        name, _, value = line.partition(": ")
        if name == "id":
            last = value
        elif name == "data":
            data = value


async def hear(events: AsyncIterator[Heard], most: int) -> list[Heard]:
    """The next events, so many, or those that come before the stream ends."""
    heard = list[Heard]()
    with suppress(httpx.RemoteProtocolError, httpx.ReadError):  # the instance was killed
        while len(heard) < most:
            try:
                heard.append(await anext(events))
            except StopAsyncIteration:
                break
    return heard


def listed(instance: Instance, token: str, **query: Any) -> dict[str, Any]:
    """A page of the list."""
    answer = instance.get("/alerts", token, **query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def lets_in(settings: Settings, **tokens: dict[str, Any]) -> dict[str, str]:
    """Write these tokens, and no others; what to send."""
    made = {name: new_token(name) for name in tokens}
    written = [
        {"id": name, "sha256": made[name][1], "scopes": ["read"], "requests_per_minute": 100_000, "streams": 1_000}
        | more
        for name, more in tokens.items()
    ]
    Desk(settings).writes("access/test.yaml", {"tokens": written})
    return {name: secret for name, (secret, _) in made.items()}


async def rings(settings: Settings, alerts: Sequence[Alert], *, at_once: int = 100, aborts: bool = False) -> None:
    """Write alerts as `decide` does, in transactions.

    Args:
        settings: where.
        alerts: what.
        at_once: alerts of one transaction.
        aborts: write each transaction first once for nothing.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.kafka.bootstrap_servers, transactional_id=f"rings-{time.monotonic_ns()}", acks="all"
    )
    await producer.start()
    try:
        for begin in range(0, len(alerts), at_once):
            batch = alerts[begin : begin + at_once]
            if aborts:
                await producer.begin_transaction()
                await _send(producer, (aborted(alert) for alert in batch))
                await producer.abort_transaction()
            async with producer.transaction():
                await _send(producer, batch)
    finally:
        await producer.stop()


def aborted(alert: Alert) -> Alert:
    """The same alert, under an id that nobody may see."""
    return alert.model_copy(update={"id": alert.id.replace("alr-", "alr-aborted-")})


async def _send(producer: AIOKafkaProducer, alerts: Iterable[Alert]) -> None:
    for alert in alerts:
        record = encode(ALERTS.name, alert, "decide")
        await producer.send(record.topic, record.value, key=record.key, headers=record.headers)


def unreadable() -> OutgoingRecord:
    """What no release ever wrote to the topic."""
    return replace(OutgoingRecord(ALERTS.name, b"ttp", b"{", []), partition=0)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
