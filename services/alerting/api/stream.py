"""`GET /alerts/stream`: alerts as they come, as server-sent events (WHATWG HTML, section 9.2).

    retry: 2000                     how soon a browser connects anew
    id: 17-42-9                     by itself: tells nobody anything, and moves the position from which to resume

    id: 18-42-9
    event: alert
    data: {"id": "alr-...", ...}    the record as on the topic, on one line

    :                               every 15 s in which nothing else was written; with an id where the position moved

A listener is a position and nothing else. What it lacks is read from the store until the tail holds all of it, then
from the tail: both are looked through by the position, so where they meet nothing is missing and nothing comes twice.
It may connect to any instance with the id that it saw last; one that has not read so far yet waits with it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.alerting.api.access import Access
from services.alerting.api.positions import MOST_CHARACTERS, Position
from services.alerting.api.problems import problems
from services.alerting.api.queries import Overtaken
from services.alerting.api.refusal import Refusal
from services.alerting.api.resuming import Resuming
from services.alerting.api.rfc3339 import Moment
from services.alerting.api.selection import Filters, Selection
from services.alerting.api.store import Store
from services.alerting.api.tail import Tail, framed, with_id
from services.backbone.telemetry import ALERTS_STREAMED, STREAMS, logger

HEARTBEAT_SECONDS: Final = 15.0
PIECE_BYTES: Final = 64 * 1024
"""About as much is written at a time, and as much may wait for a slow listener here; as much again in its transport."""
PAGE_RECORDS: Final = 100
_RETRY: Final = b"retry: 2000\n"
_BEAT: Final = b":\n\n"

log = logger()


class StreamAsked(Filters):
    """The parameters of the stream."""

    position: Annotated[str, Field(max_length=MOST_CHARACTERS)] | None = None
    """Begin behind this position: an id of this stream, or `position` of `GET /alerts`."""
    since: Moment | None = None
    """Begin with what was written at this time or later. Where neither is given: with what comes from now on."""


class Listener:
    """One who listens: what is wanted, and where they stand."""

    def __init__(self, store: Store, tail: Tail, selection: Selection, position: Position) -> None:
        """Listen from a position on."""
        self._store = store
        self._tail = tail
        self._selection = selection
        self._position = position
        self._number = -1
        """Of the tail's next entry that was not looked at; below the tail's first one: not in the tail."""

    async def pieces(self) -> AsyncIterator[bytes]:
        """What to write, until the tail ends."""
        loop = asyncio.get_running_loop()
        told = self._position
        yield _RETRY + with_id(told)
        beat_at = loop.time() + HEARTBEAT_SECONDS
        while not self._tail.is_closed:
            piece = await self._next()
            if not piece and loop.time() >= beat_at:
                piece = _BEAT if self._position == told else with_id(self._position, _BEAT)
            if piece:
                yield piece
                told, beat_at = self._position, loop.time() + HEARTBEAT_SECONDS
            elif self._is_in_tail and self._number == self._tail.end:
                await self._tail.moved(self._number, max(0.0, beat_at - loop.time()))

    @property
    def _is_in_tail(self) -> bool:
        return self._number >= self._tail.first

    async def _next(self) -> bytes:
        """The next that is selected, about as much as is written at a time; empty where nothing is, as yet."""
        if not self._is_in_tail:
            if not self._tail.covers(self._position):
                return await self._from_store()
            self._number = self._tail.first
        return self._from_tail()

    async def _from_store(self) -> bytes:
        page = await self._store.oldest(
            self._selection, PAGE_RECORDS, self._position, most_bytes=PIECE_BYTES, patience=None
        )
        frames = []
        for record in page.records:
            self._position = self._position.after(record.partition, record.offset)
            frames.append(with_id(self._position, framed(record.body)))
        self._position = page.position
        ALERTS_STREAMED.inc(len(frames))
        return b"".join(frames)

    def _from_tail(self) -> bytes:
        frames, size = list[bytes](), 0
        while self._number < self._tail.end and size < PIECE_BYTES:
            entry = self._tail[self._number]
            self._number += 1
            is_new = self._position.lacks(entry.partition, entry.offset)
            self._position = self._position | entry.position
            if is_new and self._selection.takes(entry.labels):
                is_shared = self._position == entry.position  # else they came from an instance that is further
                frames.append(entry.frame if is_shared else with_id(self._position, entry.event))
                size += len(entry.event)
        if self._number == self._tail.end:
            self._position = self._position | self._tail.head
        ALERTS_STREAMED.inc(len(frames))
        return b"".join(frames)


class EventStream(Response):
    """Writes pieces until they end, the listener goes, or their token ends."""

    media_type = "text/event-stream"
    charset = "utf-8"

    def __init__(self, pieces: AsyncIterator[bytes], ended: asyncio.Event, stack: AsyncExitStack) -> None:
        """Answer with these.

        Args:
            pieces: whole events; what they raise ends the answer.
            ended: set when nothing more may be written.
            stack: closed at the end.
        """
        self.status_code, self.background = HTTPStatus.OK, None
        self.init_headers({"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._pieces = pieces
        self._ended = ended
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        async with self._stack:
            self._stack.enter_context(STREAMS.track_inprogress())
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            work = [
                asyncio.ensure_future(each) for each in (self._write(send), _disconnected(receive), self._ended.wait())
            ]
            try:
                await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in work:
                    task.cancel()
            if not work[1].done():
                await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, send: Send) -> None:
        try:
            async for piece in self._pieces:
                for begin in range(0, len(piece), PIECE_BYTES):
                    part = piece if len(piece) <= PIECE_BYTES else piece[begin : begin + PIECE_BYTES]
                    await send({"type": "http.response.body", "body": part, "more_body": True})
        except Overtaken:
            log.info("stream.overtaken")  # whoever comes again is told what to do
        except Refusal as error:
            log.warning("stream.cut", error=str(error))


_RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Events of type `alert`, whose data is an alert as JSON and whose id is a position.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    **problems(400, 410),
}


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def stream_router(access: Access, store: Store, tail: Tail, resuming: Resuming) -> APIRouter:
    """The route of the stream."""
    router = APIRouter(tags=["alerts"])

    @router.get("/alerts/stream", response_class=Response, responses=_RESPONSES)
    async def stream(
        request: Request,
        asked: Annotated[StreamAsked, Query()],
        last_event_id: Annotated[str | None, Header(max_length=MOST_CHARACTERS)] = None,
    ) -> Response:
        """Alerts as they come, from now on or from where you were: as server-sent events of type `alert`.

        The id of an event is the position behind it; send it as `Last-Event-ID` to go on there, on any instance.
        """
        caller = access.authorize(request, "read")
        if given := last_event_id or asked.position:
            position = await resuming.position(given)
        elif asked.since is not None:
            position = await store.position_at(asked.since)
        else:
            position = tail.head
        stack = AsyncExitStack()
        ended = await stack.enter_async_context(access.streaming(caller))
        listener = Listener(store, tail, Selection.of(caller.reach, asked), position)
        return EventStream(listener.pieces(), ended, stack)

    return router
