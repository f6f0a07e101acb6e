"""A proxy between Kafka's clients and a broker, that reads their frames and can do what networks do.

It stands on the advertised port of a further listener, so that clients never learn another address. By Kafka's protocol
guide a frame is int32 size; then, of a request, int16 api key, int16 version, int32 correlation id, nullable string
client id; of a reply, int32 correlation id.
"""

import asyncio
import contextlib
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from types import TracebackType
from typing import Any, Self


class Api(IntEnum):
    """The requests that tests wait for."""

    PRODUCE = 0
    OFFSET_FETCH = 9
    JOIN_GROUP = 11
    HEARTBEAT = 12
    INIT_PRODUCER_ID = 22
    ADD_PARTITIONS_TO_TXN = 24
    ADD_OFFSETS_TO_TXN = 25
    END_TXN = 26
    TXN_OFFSET_COMMIT = 28


class When(Enum):
    """The moments of a request."""

    BEFORE = "before it is sent"
    AFTER = "after it was sent"
    REPLY = "when its reply comes"


class Fate(Enum):
    """What becomes of a frame."""

    PASS = "goes on"
    CUT = "is dropped with its connection"
    KEEP = "is kept, while its connection is dropped: it can be delivered later"


@dataclass
class Rule:
    """What happens to the first frame that it fits, some passed over: `seen` is set, `go` waited for, `do` done."""

    api: Api
    when: When
    client: str
    """A part of the client id."""
    fate: Fate = Fate.PASS
    skip: int = 0
    do: Callable[[], object] = lambda: None
    go: threading.Event | None = None
    seen: threading.Event = field(default_factory=threading.Event)
    kept: bytes = b""


class KafkaProxy:
    """Listens while the block lasts, in a thread of its own."""

    def __init__(self, port: int, broker_port: int) -> None:
        self.port = port
        self._broker_port = broker_port
        self._rules: list[Rule] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()
        self._frozen = ""

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._serve, "127.0.0.1", self.port))
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def once(self, rule: Rule) -> Rule:
        """Apply a rule to the next frame that it fits."""
        self._rules.append(rule)
        return rule

    def freeze(self, client: str) -> None:
        """From now on nothing goes through for these clients, either way; their connections stay. Empty: for nobody."""
        self._frozen = client

    def deliver(self, frame: bytes) -> None:
        """Send a frame that was kept, as if the network had held it up all the while; return when it was answered."""
        self._call(self._deliver(frame))

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _end(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    async def _deliver(self, frame: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._broker_port)
        writer.write(frame)
        await _frame(reader)
        writer.close()

    async def _serve(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection("127.0.0.1", self._broker_port)
        asked: dict[int, tuple[int, str]] = {}
        pumps = [
            asyncio.ensure_future(self._requests(from_client, to_broker, asked)),
            asyncio.ensure_future(self._replies(from_broker, to_client, asked)),
        ]
        self._tasks.update(pumps)
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self._tasks.difference_update(pumps)
            to_broker.close()
            to_client.close()

    async def _requests(
        self, client: asyncio.StreamReader, broker: asyncio.StreamWriter, asked: dict[int, tuple[int, str]]
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(client)
                api, _, correlation, length = struct.unpack_from(">hhih", frame, 4)
                name = frame[14 : 14 + length].decode() if length > 0 else ""
                asked[correlation] = api, name
                if not await self._passes(frame, api, name, When.BEFORE):
                    return
                broker.write(frame)
                await broker.drain()
                if not await self._passes(frame, api, name, When.AFTER):
                    return

    async def _replies(
        self, broker: asyncio.StreamReader, client: asyncio.StreamWriter, asked: dict[int, tuple[int, str]]
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(broker)
                api, name = asked.pop(struct.unpack_from(">i", frame, 4)[0])
                if not await self._passes(frame, api, name, When.REPLY):
                    return
                client.write(frame)
                await client.drain()

    async def _passes(self, frame: bytes, api: int, client: str, when: When) -> bool:
        while self._frozen and self._frozen in client:  # noqa: ASYNC110 - another thread ends it
            await asyncio.sleep(0.02)
        for rule in self._rules:
            if rule.api == api and rule.when is when and rule.client in client:
                rule.skip -= 1
                if rule.skip >= 0:
                    continue
                self._rules.remove(rule)
                rule.kept = frame
                rule.seen.set()
                while rule.go is not None and not rule.go.is_set():  # noqa: ASYNC110 - another thread sets it
                    await asyncio.sleep(0.02)
                rule.do()
                return rule.fate is Fate.PASS
        return True


async def _frame(stream: asyncio.StreamReader) -> bytes:
    size = await stream.readexactly(4)
    return size + await stream.readexactly(struct.unpack(">i", size)[0])
