"""The only way to the network of a chat service's plugin: what it asks of `requests` goes by our guarded transport.

apprise's plugins call `requests.post` and the like, from a thread, and say no more than whether it went well.
`Requests` stands in for that module: a request is made ready by `requests` itself, so it is byte for byte what the
plugin meant, and is then carried by the event loop. So the address is judged and pinned, no redirect is followed and no
proxy, netrc or cookie counts, the attempt ends at its deadline whatever the other side does, an answer is read up to a
bound, and what was answered is known. A plugin that was asked to wait and tries again at once is not let through.
"""

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from importlib import import_module
from typing import Any, Final

import httpx

from services.backbone.addresses import AddressForbidden
from services.backbone.guarded_network import CONNECT_SECONDS

MAX_ANSWER_BYTES: Final = 64 * 1024
BODY_SECONDS: Final = 2.0
"""For the body of an answer: the status has decided by then."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of a plugin, and what became of it."""

    status: int | None
    """None: there was no answer."""
    retry_after: str = ""
    """The header; empty where there is none."""
    body: bytes = b""
    """The beginning of the answer, or what went wrong."""


class Attempt:
    """The requests that a plugin makes to send one message."""

    def __init__(self, transport: httpx.AsyncBaseTransport, seconds: float) -> None:
        """
        Args:
            transport: carries them; of the running event loop.
            seconds: for all of them together.
        """
        self._transport = transport
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        self._loop = asyncio.get_running_loop()
        self._under_way: concurrent.futures.Future[httpx.Response] | None = None
        self._is_over = threading.Event()
        self.exchanges: list[Exchange] = []

    def give_up(self) -> None:
        """End what is under way, and let nothing else begin."""
        self._is_over.set()
        if self._under_way is not None:
            self._under_way.cancel()

    def request(self, method: str, url: str, **asked: Any) -> Any:
        """What `requests.request` would give; called by plugins, in their thread.

        Raises:
            requests.RequestException: there is no answer.
        """
        requests = import_module("requests")
        if asked.get("files") or any(each.status == HTTPStatus.TOO_MANY_REQUESTS for each in self.exchanges):
            raise requests.ConnectionError("not sent")
        kept = {name: asked[name] for name in ("headers", "params", "data", "json", "auth") if asked.get(name)}
        try:
            response = self._carried(_ready(requests.Request(method.upper(), url, **kept).prepare()))
        except (httpx.HTTPError, httpx.InvalidURL, AddressForbidden, OSError, ValueError) as error:
            what = f"no answer within {self._seconds:g} s" if isinstance(error, TimeoutError) else _told(error)
            self.exchanges.append(Exchange(None, body=what.encode()))
            raise requests.ConnectionError("no answer") from None
        self.exchanges.append(Exchange(response.status_code, response.headers.get("retry-after", ""), response.content))
        return _as_requests(requests, response, url)

    def _carried(self, request: httpx.Request) -> httpx.Response:
        left = self._deadline - time.monotonic()
        carried = self._carry(request, left)
        try:
            under_way = self._under_way = asyncio.run_coroutine_threadsafe(carried, self._loop)
        except RuntimeError:  # the loop is closed
            carried.close()
            raise ConnectionError("the channel is closed") from None
        if self._is_over.is_set():
            under_way.cancel()
        try:
            return under_way.result(max(left, 0) + BODY_SECONDS + 1)
        except (concurrent.futures.CancelledError, concurrent.futures.TimeoutError):
            under_way.cancel()
            raise TimeoutError from None

    async def _carry(self, request: httpx.Request, seconds: float) -> httpx.Response:
        body = b""
        async with asyncio.timeout(seconds):
            response = await self._transport.handle_async_request(request)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) >= MAX_ANSWER_BYTES:
                        break
        except (TimeoutError, httpx.HTTPError):
            pass  # the status has decided
        finally:
            await response.aclose()
        plain = [(name, value) for name, value in response.headers.multi_items() if name in _KEPT]
        return httpx.Response(response.status_code, headers=plain, content=body[:MAX_ANSWER_BYTES])


_KEPT: Final = frozenset({"retry-after", "content-type", "x-ratelimit-remaining", "x-ratelimit-reset"})
CURRENT: Final[ContextVar[Attempt | None]] = ContextVar("attempt", default=None)
"""The attempt that the running thread makes."""


class Requests:
    """Stands in a plugin for the module `requests`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module("requests"), name)

    def request(self, method: str, url: str, **asked: Any) -> Any:
        """What `requests.request` would give.

        Raises:
            requests.RequestException: there is no answer.
        """
        attempt = CURRENT.get()
        if attempt is None:  # a plugin that says good-bye while it is taken apart
            raise import_module("requests").ConnectionError("no attempt is being made")
        return attempt.request(method, url, **asked)

    def get(self, url: str, **asked: Any) -> Any:
        """A GET."""
        return self.request("GET", url, **asked)

    def post(self, url: str, **asked: Any) -> Any:
        """A POST."""
        return self.request("POST", url, **asked)

    def put(self, url: str, **asked: Any) -> Any:
        """A PUT."""
        return self.request("PUT", url, **asked)

    def delete(self, url: str, **asked: Any) -> Any:
        """A DELETE."""
        return self.request("DELETE", url, **asked)


def _ready(prepared: Any) -> httpx.Request:
    body = prepared.body or b""
    headers = [(name, value) for name, value in prepared.headers.items() if name.lower() != "accept-encoding"]
    return httpx.Request(
        prepared.method,
        prepared.url,
        headers=[*headers, ("accept-encoding", "identity")],
        content=body.encode() if isinstance(body, str) else body,
        extensions={"timeout": {"connect": CONNECT_SECONDS}},
    )


def _as_requests(requests: Any, response: httpx.Response, url: str) -> Any:
    given = requests.Response()
    given.status_code, given.reason, given.url, given.encoding = response.status_code, "", url, "utf-8"
    given.headers.update(response.headers)
    given._content = response.content
    return given


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, AddressForbidden) else f"{type(error).__name__}: {error}"


def last_failure(exchanges: Sequence[Exchange]) -> Exchange | None:
    """The last request that was not answered well; the last of all where each was, None where there was none."""
    failed = [each for each in exchanges if each.status is None or each.status >= 300]
    return (failed or list(exchanges))[-1] if exchanges else None
