"""Who asks, and what they may see.

    Authorization: Bearer tcs_...                  everywhere
    Authorization: Basic (any name, the token)     feeds: feed readers know no other way
    ?token=tcs_...                                 feeds, and only tokens that are good for nothing else, for addresses
                                                   end up in logs and in other people's subscription lists

A valid token is let in however often others fail at the same address: behind a proxy all have one. What is slowed down
are the failures.
"""

import asyncio
import base64
import binascii
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from starlette.requests import Request

from services.alerting.api.limits import Rates, peer_of
from services.alerting.api.refusal import Refusal, too_many
from services.alerting.api.tokens import MOST_TOKENS, PREFIX, Reach, Scope, Token, Tokens, fingerprint
from services.backbone.telemetry import logger

MAX_TOKEN_CHARACTERS: Final = 200
"""An id has up to a hundred, so no token of ours is longer."""
FAILURES_PER_MINUTE: Final = 60
MOST_PEERS: Final = 10_000
LONGEST_STREAM: Final = timedelta(days=7)
"""After it, whoever listens begins anew where they were."""

_GRANTED_BY: Final[dict[Scope, frozenset[Scope]]] = {
    "read": frozenset({"read"}),
    "respond": frozenset({"respond"}),
    "feed": frozenset({"read", "feed"}),
}

log = logger()


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a valid token let in."""

    token: Token = field(repr=False)

    @property
    def id(self) -> str:
        """The token's name, which is no secret."""
        return self.token.id

    @property
    def reach(self) -> Reach:
        """What they may see."""
        return self.token.reach


class Access:
    """Lets callers in, by the tokens in force."""

    def __init__(
        self,
        tokens: Callable[[], Tokens],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let in by these tokens, whichever they are when somebody asks."""
        self._tokens = tokens
        self._clock = clock
        self._monotonic = monotonic
        self._nobody = secrets.token_hex(32)
        """Compared with where no token has the id, so that it takes as long."""
        self._rates, self._failures = Rates(MOST_TOKENS), Rates(MOST_PEERS)
        self._streams: dict[str, dict[asyncio.Event, Token]] = {}

    def authorize(self, request: Request, scope: Scope) -> Caller:
        """Who asks.

        Args:
            request: with their token.
            scope: what they ask for.

        Raises:
            Refusal: 401 without a valid token, 403 where it is none for this, 429 where they ask too often.
        """
        presented, is_in_address = _presented(request, scope)
        token = None if presented is None else self._valid(presented)
        if token is None or (is_in_address and set(token.scopes) != {"feed"}):
            raise self._refused(request, scope, presented is not None)
        if not _GRANTED_BY[scope] & set(token.scopes):
            challenge = f'Bearer realm="tocsin", error="insufficient_scope", scope="{scope}"'
            error, fix = f"this token is not for {scope}", f"ask with one that has the scope {scope}"
            raise Refusal(HTTPStatus.FORBIDDEN, error, fix, {"WWW-Authenticate": challenge})
        if wait := self._rates.take(token.id, token.requests_per_minute, self._monotonic()):
            raise too_many(wait, f"more than {token.requests_per_minute} requests a minute by this token")
        return Caller(token)

    @asynccontextmanager
    async def streaming(self, caller: Caller) -> AsyncIterator[asyncio.Event]:
        """Count a stream for the block; its event is set when the stream must end.

        Raises:
            Refusal: 429 where the token has as many as it may.
        """
        of_token = self._streams.setdefault(caller.id, {})
        if len(of_token) >= caller.token.streams:
            raise too_many(60, f"{caller.token.streams} streams are open by this token, and no more are allowed")
        ended = asyncio.Event()
        of_token[ended] = caller.token
        if self._is_over(caller.token, self._tokens()):
            ended.set()
        lasts = LONGEST_STREAM
        if caller.token.expires is not None:
            lasts = min(lasts, caller.token.expires - self._clock())
        timer = asyncio.get_running_loop().call_later(max(0.0, lasts.total_seconds()), ended.set)
        try:
            yield ended
        finally:
            timer.cancel()
            del of_token[ended]
            if not of_token:
                self._streams.pop(caller.id, None)

    def changed(self, _: Tokens, after: Tokens) -> None:
        """Other tokens are in force: end the streams of those that are not what they were."""
        for of_token in self._streams.values():
            for ended, token in of_token.items():
                if self._is_over(token, after):
                    ended.set()

    def _is_over(self, token: Token, now: Tokens) -> bool:
        """Whether a stream must end that this token opened."""
        current = now.by_id(token.id)
        if current is None or not current.is_valid(self._clock()) or not _GRANTED_BY["read"] & set(current.scopes):
            return True
        return (current.sha256, current.reach, current.expires) != (token.sha256, token.reach, token.expires)

    def _valid(self, presented: str) -> Token | None:
        id_ = presented.removeprefix(f"{PREFIX}_").partition("_")[0]
        token = self._tokens().by_id(id_)
        wanted = token.sha256 if token is not None else self._nobody
        is_it = hmac.compare_digest(fingerprint(presented), wanted)
        return token if token is not None and is_it and token.is_valid(self._clock()) else None

    def _refused(self, request: Request, scope: Scope, presented: bool) -> Refusal:
        """401; and 429 to those who try and try."""
        if presented:
            peer = peer_of(request.client.host if request.client is not None else None)
            if wait := self._failures.take(peer, FAILURES_PER_MINUTE, self._monotonic()):
                return too_many(wait, "too many requests without a valid token")
            log.warning("access.refused", peer=peer, scope=scope)
        challenge = 'Bearer realm="tocsin"' + (', error="invalid_token"' if presented else "")
        if scope == "feed":
            challenge += ', Basic realm="tocsin", charset="UTF-8"'
        error = "this token is not valid, or not here" if presented else "no token"
        fix = "send the header Authorization: Bearer TOKEN; make one: tocsin token add NAME"
        return Refusal(HTTPStatus.UNAUTHORIZED, error, fix, {"WWW-Authenticate": challenge})


def _presented(request: Request, scope: Scope) -> tuple[str | None, bool]:
    """The token that a request carries, and whether it stands in its address; "" where what it carries is none."""
    headers = request.headers.getlist("authorization")
    in_address = request.query_params.getlist("token") if scope == "feed" and not headers else []
    found = headers or in_address
    if not found:
        return None, False
    if len(found) > 1:
        return "", False
    token = _of_header(headers[0], scope) if headers else in_address[0]
    return (token if len(token) <= MAX_TOKEN_CHARACTERS else ""), bool(in_address)


def _of_header(header: str, scope: Scope) -> str:
    scheme, _, given = header.partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic" and scope == "feed":
        try:
            return base64.b64decode(given.strip(), validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""
