"""The few requests of Kafka's protocol that are sent by hand, to tell apart what a client library throws together.

request   int32 length, then: int16 api key, int16 version, int32 correlation id, nullable string client id (-1), body
answer    int32 length, then: int32 correlation id, body

Source: Apache Kafka, protocol guide: ApiVersions (18) v0, SaslHandshake (17) v1, Metadata (3) v1 to v8.
"""

import asyncio
import ssl
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

ApiVersions = Mapping[int, tuple[int, int]]
"""Of each request that a broker knows, by number: its oldest and its newest version."""

MOST_BYTES: Final = 1024 * 1024
_CORRELATION: Final = 7
_CLOSE_SECONDS: Final = 1.0


class Closed(Exception):
    """The other side ended the connection instead of answering."""


class Unintelligible(Exception):
    """What came back is no answer of Kafka's.

    Attributes:
        head: how it begins.
    """

    def __init__(self, head: bytes) -> None:
        super().__init__(repr(head))
        self.head = head


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a broker says to a client that wants to sign in."""

    error: int
    mechanisms: tuple[str, ...]


class Talk:
    """One connection, one request after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, host: str, port: int, context: ssl.SSLContext | None) -> Self:
        """Connect, with TLS where there is a context.

        Raises:
            OSError: ssl.SSLError and ssl.SSLCertVerificationError are of it.
        """
        return cls(*await asyncio.open_connection(host, port, ssl=context))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()

    async def api_versions(self) -> ApiVersions:
        """What the broker can do; it answers that before a sign-in.

        Raises:
            Closed, Unintelligible, OSError
        """
        body = await self._ask(18, 0, b"")
        try:
            error, count = struct.unpack_from(">hi", body)
            known = [struct.unpack_from(">hhh", body, 6 + 6 * index) for index in range(count)]
        except struct.error:
            raise Unintelligible(body[:16]) from None
        if error:
            raise Unintelligible(body[:16])
        return {key: (oldest, newest) for key, oldest, newest in known}

    async def sasl_mechanisms(self, mechanism: str) -> SignIn:
        """What it says to a client that means to sign in by this mechanism; nobody signs in by asking."""
        name = mechanism.encode()
        try:
            body = await self._ask(17, 1, struct.pack(">h", len(name)) + name)
            error, count = struct.unpack_from(">hi", body)
            at, mechanisms = 6, list[str]()
            for _ in range(count):
                (length,) = struct.unpack_from(">h", body, at)
                mechanisms.append(body[at + 2 : at + 2 + length].decode("ascii", "replace"))
                at += 2 + length
        except (Closed, Unintelligible, OSError, struct.error):
            return SignIn(0, ())  # it does not know the request: it asks for no sign-in
        return SignIn(error, tuple(mechanisms))

    async def metadata(self, versions: ApiVersions) -> None:
        """Ask for no topic, which a broker answers to those whom it serves.

        Raises:
            Closed, Unintelligible, OSError
        """
        version = min(max(1, versions[3][0]), 8)
        flags = (version >= 4) + 2 * (version >= 8)
        await self._ask(3, version, struct.pack(">i", 0) + b"\x00" * flags)

    async def _ask(self, key: int, version: int, body: bytes) -> bytes:
        request = struct.pack(">hhih", key, version, _CORRELATION, -1) + body
        self._writer.write(struct.pack(">i", len(request)) + request)
        try:
            await self._writer.drain()
            head = await self._reader.readexactly(8)
            length, correlation = struct.unpack(">ii", head)
            if correlation != _CORRELATION or not 4 <= length <= MOST_BYTES:
                raise Unintelligible(head)
            return await self._reader.readexactly(length - 4)
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise Unintelligible(error.partial[:16]) from None
            raise Closed("the connection was closed") from None
        except ConnectionError as error:
            raise Closed(str(error)) from None
