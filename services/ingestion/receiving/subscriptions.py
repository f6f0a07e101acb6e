"""The subscriptions of this process: asks hubs when it is time, and keeps what they answer with each source's state."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from schemas.state import WebSubLease
from services.backbone.addresses import Networks
from services.backbone.telemetry import logger
from services.ingestion.receiving.callback_keys import CallbackKeys
from services.ingestion.receiving.hub import HubRefused, Mode, ask
from services.ingestion.receiving.receiver import Receiver
from services.ingestion.receiving.websub import (
    ASKED_LEASE,
    Offer,
    confirmed,
    delivered,
    denied,
    due,
    is_live,
    missed,
)
from services.ingestion.sources import Source

HUBS_AT_A_TIME = 4

log = logger()


class Subscriptions:
    """What was asked of hubs, and when to ask again."""

    def __init__(self, receiver: Receiver, client: httpx.AsyncClient, callback: str, keys: CallbackKeys) -> None:
        self._receiver = receiver
        self._client = client
        self._callback = callback.rstrip("/")
        self._keys = keys
        self._asking = asyncio.Semaphore(HUBS_AT_A_TIME)
        self._tasks: set[asyncio.Task[None]] = set()

    def polled(self, source: Source, offer: Offer | None, found_new: bool) -> None:
        """A source of this process was polled. What follows of it is done in the background."""
        known, now = self._receiver.lease(source.id), datetime.now(UTC)
        lease = missed(known, now) if known is not None and found_new else known
        asked = due(lease, offer, now)
        if asked is not None:
            self._begin(self._subscribe(source, asked))
            if known is not None and known.topic != asked.topic and is_live(known, now):
                self._begin(self._ask("unsubscribe", source.id, known, source.allow_networks))
        elif lease is not known:
            self._begin(self._receiver.keep_lease(source.id, lease))

    def removed(self, source_id: str, lease: WebSubLease) -> None:
        """A source is no longer read: its hub is asked once to stop. What it sends all the same is answered 410."""
        if is_live(lease, datetime.now(UTC)):
            self._begin(self._ask("unsubscribe", source_id, lease, ()))

    def confirmed(self, source_id: str, topic: str, granted: timedelta | None) -> None:
        """The hub verified that we want this topic."""
        if self._changes(source_id, topic, lambda lease, now: confirmed(lease, granted, now)):
            seconds = granted.total_seconds() if granted is not None else None
            log.info("websub.confirmed", source=source_id, topic=topic, lease_seconds=seconds)

    def denied(self, source_id: str, topic: str, reason: str) -> None:
        """The hub will not send this topic."""
        self._changes(source_id, topic, denied)
        log.warning("websub.denied", source=source_id, topic=topic, reason=reason, then="polled as before")

    def delivered(self, source_id: str, topic: str) -> None:
        """The hub sent content of this topic."""
        self._changes(source_id, topic, delivered)

    async def close(self) -> None:
        """Give up what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _changes(self, source_id: str, topic: str, change: Callable[[WebSubLease, datetime], WebSubLease]) -> bool:
        known = self._receiver.lease(source_id)
        if known is None or known.topic != topic:
            return False
        lease = change(known, datetime.now(UTC))
        if lease is not known:
            self._begin(self._receiver.keep_lease(source_id, lease))
        return True

    async def _subscribe(self, source: Source, lease: WebSubLease) -> None:
        """The lease is kept before the hub is asked: it may verify before it answers."""
        await self._receiver.keep_lease(source.id, lease)
        await self._ask("subscribe", source.id, lease, source.allow_networks)

    async def _ask(self, mode: Mode, source_id: str, lease: WebSubLease, allowed: Networks) -> None:
        key = self._keys.key(source_id, lease.topic)
        form = {
            "hub.mode": mode,
            "hub.topic": lease.topic,
            "hub.callback": f"{self._callback}/websub/{source_id}/{key}",
        }
        if mode == "subscribe":
            form["hub.lease_seconds"] = str(int(ASKED_LEASE.total_seconds()))
            form["hub.secret"] = self._keys.hub_secret(source_id, key)
        try:
            async with self._asking:
                await ask(self._client, lease.hub, form, allowed)
        except HubRefused as error:
            log.warning("websub.not_asked", mode=mode, source=source_id, hub=lease.hub, message=str(error))
        else:
            log.debug("websub.asked", mode=mode, source=source_id, hub=lease.hub)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("websub.broke", error=type(error).__name__, message=str(error))
