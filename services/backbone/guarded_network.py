"""Connections to judged addresses only.

A name is looked up once, each of its addresses is judged, and the connection is made to the address itself, so that a
second answer of its name server changes nothing.
"""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import ip_address

import httpcore

from services.backbone.addresses import Address, Networks, check_address, literal, to_try

CONNECT_SECONDS = 5.0
MAX_TRIED = 4
"""Addresses of one name that a connection is tried to."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""Gives a name's addresses; raises OSError where it has none."""
_SocketOptions = Iterable[tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]]


class SystemResolver:
    """The system's resolver, in threads of its own: a name server that is silent holds up no other work, nor the end of
    the process."""

    def __init__(self, at_a_time: int = 64) -> None:
        self._free = asyncio.Semaphore(at_a_time)

    async def __call__(self, host: str) -> list[str]:
        """Look up a name.

        Raises:
            OSError: it has no address.
        """
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[str]] = loop.create_future()

        def take(found: list[str] | OSError) -> None:
            self._free.release()
            if answer.done():  # nobody waits any more
                return
            if isinstance(found, OSError):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        def ask() -> None:
            found = _system_addresses(host)
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(take, found)

        threading.Thread(target=ask, name="resolve", daemon=True).start()
        return await answer


def _system_addresses(host: str) -> list[str] | OSError:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        return error
    except ValueError:  # UnicodeError, mostly
        return OSError("it is malformed")
    return [str(address[0]) for _, _, _, _, address in found]


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """The network as it is open under one permission."""

    def __init__(self, allowed: Networks, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._tcp = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, the name is httpcore's
        local_address: str | None = None,
        socket_options: _SocketOptions | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that answers; each gets its share of the time that is left.

        Raises:
            AddressForbidden: the host has no address that may be reached.
            httpcore.ConnectError, httpcore.ConnectTimeout: it has one, and no connection could be made.
        """
        deadline = time.monotonic() + (CONNECT_SECONDS if timeout is None else timeout)
        addresses = await self._addresses(host, deadline)
        for left in range(len(addresses), 0, -1):
            share = max(deadline - time.monotonic(), 0) / left
            try:
                return await self._tcp.connect_tcp(str(addresses[-left]), port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if left == 1:
                    raise
        raise httpcore.ConnectError(f"no address for the name {host}")

    async def _addresses(self, host: str, deadline: float) -> Sequence[Address]:
        address = literal(host)
        if address is not None:
            check_address(address, self._allowed)
            return [address]
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                found = await self._resolve(host.removesuffix("."))
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"no answer about the name {host}") from None
        except OSError as error:
            raise httpcore.ConnectError(f"no address for the name {host}: {error.strerror or error}") from None
        return to_try(map(ip_address, found), self._allowed, host)[:MAX_TRIED]
