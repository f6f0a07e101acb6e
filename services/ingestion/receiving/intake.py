"""Publishes what was pushed: an answer means that the broker has it, a repeat is published once, and what waits for an
absent broker is bounded.

What this process published of a source lately it knows by article id and revision. That memory is bounded and dies
with the process: then a repeat is published again, under the same ids, and readers drop it; and a revision does not say
what it replaces.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas import Article
from services.backbone.errors import RecordError, TocsinError
from services.backbone.telemetry import logger
from services.ingestion.receiving.receiver import Receiver
from services.ingestion.sources import Source

PATIENCE_SECONDS = 10.0
"""How long a sender waits for the broker's acknowledgement; what it sent is tried on beyond that."""
MAX_WAITING_BYTES = 32 * 1024 * 1024
MAX_WAITING_BATCHES = 256
MAX_REMEMBERED = 100_000

_Refused = Mapping[str, str]
"""Event id to why the broker does not take it."""

log = logger()


class NotTaken(TocsinError):
    """The broker has not acknowledged it; the sender is to send it again."""


@dataclass(frozen=True, slots=True)
class _Published:
    revision: str
    outcome: "asyncio.Future[_Refused | None]"
    """None: nothing is known to be published."""


class Intake:
    """Between the endpoints and the broker."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._published: OrderedDict[tuple[str, str], _Published] = OrderedDict()
        self._waiting: dict[asyncio.Task[None], int] = {}

    @property
    def is_full(self) -> bool:
        """Whether as much waits for the broker as may."""
        return len(self._waiting) >= MAX_WAITING_BATCHES or sum(self._waiting.values()) >= MAX_WAITING_BYTES

    async def take(self, source: Source, articles: Sequence[Article], size: int) -> list[str | None]:
        """Publish what was not published yet, and wait until the broker has all of it.

        Args:
            source: who sends.
            articles: in the order in which they are to be published.
            size: bytes that they hold, about.

        Returns:
            For each of them None, or why the broker does not take it.

        Raises:
            NotTaken: the broker did not acknowledge in time, or refused for a reason that may pass.
        """
        outcome: asyncio.Future[_Refused | None] = asyncio.get_running_loop().create_future()
        fresh: list[Article] = []
        outcomes: list[asyncio.Future[_Refused | None]] = []
        for article in articles:
            key = (source.id, article.id)
            known = self._published.get(key)
            if known is None or known.revision != article.revision:
                before = known.revision if known is not None else None
                known = self._published[key] = _Published(article.revision, outcome)
                fresh.append(article if before is None else article.model_copy(update={"replaces": before}))
            self._published.move_to_end(key)
            outcomes.append(known.outcome)
        while len(self._published) > MAX_REMEMBERED:
            self._published.popitem(last=False)
        if fresh:
            task = asyncio.create_task(self._publish(source, fresh, outcome))
            self._waiting[task] = size
            task.add_done_callback(self._waiting.pop)
        if outcomes:
            await asyncio.wait(outcomes, timeout=PATIENCE_SECONDS)
        return [_told(one, article) for one, article in zip(outcomes, articles, strict=True)]

    async def close(self) -> None:
        """Give up what still waits for the broker."""
        waiting = list(self._waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _publish(
        self, source: Source, articles: list[Article], outcome: "asyncio.Future[_Refused | None]"
    ) -> None:
        refused: _Refused | None = None
        try:
            refused = await self._published_or_refused(source, articles)
        except Exception as error:
            log.warning(
                "push.failed",
                source=source.id,
                error=type(error).__name__,
                message=str(error),
                exc_info=not isinstance(error, TocsinError),
            )
        finally:
            for article in articles:
                known = self._published.get((source.id, article.id))
                if known is not None and known.outcome is outcome and (refused is None or article.event_id in refused):
                    del self._published[source.id, article.id]
            outcome.set_result(refused)

    async def _published_or_refused(self, source: Source, articles: list[Article]) -> _Refused:
        """Those that are too large, by event id; where there is one, each article is tried by itself."""
        try:
            await self._receiver.publish(source, articles)
        except RecordError as error:
            if len(articles) == 1:
                return {articles[0].event_id: str(error)}
        else:
            return {}
        refused: dict[str, str] = {}
        for article in articles:
            refused |= await self._published_or_refused(source, [article])
        return refused


def _told(outcome: "asyncio.Future[_Refused | None]", article: Article) -> str | None:
    if not outcome.done():
        raise NotTaken("the broker has not acknowledged it yet; send it again")
    refused = outcome.result()
    if refused is None:
        raise NotTaken("the broker did not take it; send it again")
    return refused.get(article.event_id)
