"""HTTP to addresses that strangers choose: every connection goes to an address that was judged, and to no other.

It is judged where connections begin (guarded_network.py), so that each hop of a redirect is judged too; `Host` and SNI
stay the name's. What a request may reach beyond public addresses stands in its extension `allowed`; connections made
under one permission serve no request that has another. No proxy is used: it would see names, not addresses.

A connection serves one request at a time, over HTTP/2 as well: a host is asked one thing after the other anyhow, so an
answer that fails or is left unread ends its connection and nobody else's.
"""

import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import cast

import h2.exceptions
import h2.settings
import httpcore
import httpx

from services.backbone.addresses import AddressForbidden, Networks, check_address, check_port, literal
from services.backbone.guarded_network import GuardedNetwork, Resolve, SystemResolver

KEEPALIVE_SECONDS = 4.0
"""Shorter than the 5 s after which Apache closes, so that we seldom ask on a connection that is just being closed."""
MOST_IDLE = 2
"""httpcore looks through its idle connections for each request, and for each of them."""
WINDOW_BYTES = 1 << 24
_SETTINGS = {
    h2.settings.SettingCodes.ENABLE_PUSH: 0,
    h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 1,
    h2.settings.SettingCodes.MAX_HEADER_LIST_SIZE: 64 * 1024,
}


class GuardedTransport(httpx.AsyncBaseTransport):
    """The transport of an `httpx.AsyncClient`. It raises AddressForbidden besides the errors of httpx."""

    def __init__(
        self,
        connections: int,
        allowed: Networks = (),
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        idle: int = MOST_IDLE,
    ) -> None:
        """Make it ready; nothing is connected yet.

        Args:
            connections: how many may be open at a time under one permission.
            allowed: networks that every request may reach besides what is public.
            resolve: looks names up; the system's resolver where None.
            tls: whom to trust; the public authorities where None.
            idle: how many connections are kept open between requests.
        """
        self._connections = connections
        self._idle = idle
        self._allowed = allowed
        self._resolve = resolve or SystemResolver()
        self._tls = tls or httpx.create_ssl_context(trust_env=False)
        self._tls.set_alpn_protocols(["h2", "http/1.1"])
        self._transports: dict[frozenset[object], httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Judge what can be judged before a connection, then send.

        Raises:
            AddressForbidden: scheme, credentials, host or port are none that we follow.
        """
        allowed: Networks = (*self._allowed, *request.extensions.get("allowed", ()))
        _check_url(request.url, allowed)
        return await self._transport(allowed).handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in self._transports.values():
            await transport.aclose()

    def _transport(self, allowed: Networks) -> httpx.AsyncHTTPTransport:
        permission = frozenset(allowed)
        transport = self._transports.get(permission)
        if transport is None:
            transport = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False)
            transport._pool = _Pool(self._connections, self._idle, GuardedNetwork(allowed, self._resolve), self._tls)
            self._transports[permission] = transport
        return transport


def _check_url(url: httpx.URL, allowed: Networks) -> None:
    if url.scheme not in ("http", "https"):
        raise AddressForbidden(f"{url.scheme or 'no scheme'}:", "only http and https are followed")
    if url.userinfo:
        raise AddressForbidden(url.host, "its URL has a user name, or something like one, before the host")
    check_port(url.port or (443 if url.scheme == "https" else 80))
    address = literal(url.host)
    if address is not None:
        check_address(address, allowed)


class _Pool(httpcore.AsyncConnectionPool):
    def __init__(self, connections: int, idle: int, network: GuardedNetwork, tls: ssl.SSLContext) -> None:
        super().__init__(max_connections=connections, max_keepalive_connections=idle)
        self._network = network
        self._tls = tls

    def create_connection(self, origin: httpcore.Origin) -> httpcore.AsyncConnectionInterface:
        return _Connection(origin, self._network, self._tls)


class _Connection(httpcore.AsyncConnectionInterface):
    """A connection that is made with its first request and serves one request at a time."""

    def __init__(self, origin: httpcore.Origin, network: GuardedNetwork, tls: ssl.SSLContext) -> None:
        self._origin = origin
        self._network = network
        self._tls = tls
        self._stream: httpcore.AsyncNetworkStream | None = None
        self._http: httpcore.AsyncConnectionInterface | None = None
        self._asked = False
        self._closed = False

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        if self._asked or self._closed or (self._http is not None and not self._http.is_idle()):
            raise httpcore.ConnectionNotAvailable
        self._asked = True
        try:
            with _as_protocol_errors():
                if self._http is None:
                    self._http = await self._connect(request.extensions.get("timeout", {}).get("connect"))
                response = await self._http.handle_async_request(request)
        except BaseException:
            await self.aclose()  # httpcore would go on with an HTTP/2 connection on which a request failed
            raise
        finally:
            self._asked = False
        if isinstance(self._http, _Http2):
            response.stream = _UntilTheEnd(cast(httpx.AsyncByteStream, response.stream), self.aclose)
        return response

    async def _connect(self, seconds: float | None) -> httpcore.AsyncConnectionInterface:
        host = self._origin.host.decode("ascii")
        self._stream = await self._network.connect_tcp(host, self._origin.port, seconds)
        if self._origin.scheme == b"https":
            self._stream = await self._stream.start_tls(self._tls, host.removesuffix("."), seconds)
            if self._stream.get_extra_info("ssl_object").selected_alpn_protocol() == "h2":
                return _Http2(self._origin, self._stream, KEEPALIVE_SECONDS)
        return httpcore.AsyncHTTP11Connection(self._origin, self._stream, KEEPALIVE_SECONDS)

    async def aclose(self) -> None:
        self._closed = True
        try:
            if self._http is not None:
                await self._http.aclose()
        except h2.exceptions.H2Error:
            pass  # it has no good-bye to say in its state
        finally:
            if self._stream is not None:
                await self._stream.aclose()

    def can_handle_request(self, origin: httpcore.Origin) -> bool:
        return origin == self._origin

    def is_available(self) -> bool:
        return self.is_idle() and (self._http is None or self._http.is_available())

    def is_idle(self) -> bool:
        """It may be used, or closed to make room; too where its first request was cancelled before."""
        return not (self._asked or self._closed) and (self._http is None or self._http.is_idle())

    def is_closed(self) -> bool:
        return self._closed or (self._http is not None and self._http.is_closed())

    def has_expired(self) -> bool:
        """Idle for too long, or the server sent something unasked, which mostly is that it closed."""
        if not self.is_idle() or self._http is None or self._stream is None:
            return False
        return self._http.has_expired() or bool(self._stream.get_extra_info("is_readable"))

    def info(self) -> str:
        return f"{self._origin}, {self._http.info() if self._http else 'CONNECTING'}"


class _Http2(httpcore.AsyncHTTP2Connection):
    async def _send_connection_init(self, request: httpcore.Request) -> None:
        """As httpcore does it, but sent together with the request, and for one stream.

        It takes its tickets for the other 99 one by one, which costs more than the request.
        """
        settings = h2.settings.Settings(client=True, initial_values=_SETTINGS)
        del settings[h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL]
        self._h2_state.local_settings = settings
        self._h2_state.initiate_connection()
        self._h2_state.increment_flow_control_window(WINDOW_BYTES)


class _UntilTheEnd:
    """The body of an answer over HTTP/2; its connection ends with it if it is not read to its end.

    httpcore would leave the stream as it is, and what it still sends would fill the window of the whole connection.
    """

    def __init__(self, stream: httpx.AsyncByteStream, end: Callable[[], Awaitable[None]]) -> None:
        self._stream = stream
        self._end = end
        self._ended = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_protocol_errors():
            async for piece in self._stream:
                yield piece
        self._ended = True

    async def aclose(self) -> None:
        try:
            with _as_protocol_errors():
                await self._stream.aclose()
        finally:
            if not self._ended:
                await self._end()


@contextlib.contextmanager
def _as_protocol_errors() -> Iterator[None]:
    """What httpcore lets through: h2's own errors, and what a status that is no number leads to."""
    try:
        yield
    except (h2.exceptions.H2Error, ValueError) as error:
        raise httpcore.RemoteProtocolError(str(error) or type(error).__name__) from error
