"""A webhook: POST of the message's JSON, signed after the Standard Webhooks specification 1.0.

    webhook-id         the message's id: the same at every attempt, so a receiver can drop repeats
    webhook-timestamp  seconds since 1970, of this attempt
    webhook-signature  v1,<Base64 of HMAC-SHA256 of "id.timestamp.body">, once for each secret, a blank between them
    traceparent        W3C Trace Context, while traces are on

The connection goes to an address that was judged when it was made, never through a proxy, and never where a redirect
points. What the answer means stands in webhook_answer.py.
"""

import asyncio
import base64
import binascii
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final, Literal

import httpx
from pydantic import AfterValidator, BeforeValidator, Field
from standardwebhooks import Webhook as Signer

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.authorities import read_authorities
from services.alerting.notify.channels.channel import ChannelConfig, SecretUnset, Send, Unusable
from services.alerting.notify.channels.said import said
from services.alerting.notify.channels.webhook_answer import answer_of
from services.alerting.notify.message import Message
from services.backbone import tracing
from services.backbone.addresses import AddressForbidden, Network, check_address, check_port, literal, read_network
from services.backbone.guarded_http import GuardedTransport
from services.backbone.guarded_network import CONNECT_SECONDS, Resolve
from services.backbone.secret import Secret, SecretMissing

TIMEOUT_SECONDS = 15.0
"""For the whole exchange; httpx's own deadlines begin anew with every byte."""
BODY_SECONDS = 2.0
"""For the body of an answer: the status has decided by then."""
MAX_ANSWER_BYTES: Final = 16 * 1024
MOST_SECRETS: Final = 5
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the specification's word, no secret
SECRET_BYTES: Final = range(24, 65)

_MAKE_A_SECRET: Final = "make one: echo whsec_$(openssl rand -base64 32)"  # noqa: S105 - says how to make one


def _address(url: str) -> str:
    try:
        parsed = httpx.URL(url)
        sound = parsed.scheme in ("http", "https") and parsed.host and (parsed.port or 1) < 65_536 and " " not in url
    except (httpx.InvalidURL, ValueError):  # idna raises its own ValueErrors
        sound = False
    if not sound:
        raise ValueError("not an address that can be posted to; write it like https://desk.example/hooks/tocsin")
    if parsed.userinfo:
        raise ValueError("an address with a user name in it; remove it: the signature says who posts")
    return url


def _several(written: object) -> object:
    several = written if isinstance(written, list | tuple) else (written,)
    if any(isinstance(one, str) for one in several):
        raise ValueError("a secret does not stand in the configuration; write {env: NAME} or {file: PATH}")
    return several


def _signed(secrets: tuple[Secret, ...]) -> tuple[Secret, ...]:
    if not 0 < len(secrets) <= MOST_SECRETS:
        raise ValueError(
            f"a webhook is signed, with 1 to {MOST_SECRETS} secrets; write secret: {{env: NAME}} or {{file: PATH}}"
        )
    return secrets


class WebhookConfig(ChannelConfig):
    """A webhook in `tocsin.yaml`."""

    type: Literal["webhook"]
    """Which kind of channel."""
    url: Annotated[str, AfterValidator(_address)]
    """Where to post."""
    secret: Annotated[
        tuple[Secret, ...], BeforeValidator(_several), AfterValidator(_signed), Field(validate_default=True)
    ] = ()
    """The signing secret, `whsec_` and 24 to 64 bytes in Base64: {env: NAME} or {file: PATH}. A list of both while it
    is changed: then both sign, and the receiver may go from one to the other when it likes."""
    allow_networks: Annotated[tuple[Annotated[Network, BeforeValidator(read_network)], ...], Field(max_length=50)] = ()
    """Networks that are not public and may be posted to all the same: [10.20.0.0/16]."""
    ca_file: Path | None = None
    """PEM file of the authorities to trust in place of the public ones; relative to the configuration folder."""

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "Webhook":
        """The webhook with its secrets.

        Raises:
            Unusable: a secret is not there or is none, or the address may not be posted to.
        """
        _check_reachable(httpx.URL(self.url), self.allow_networks)
        secrets = tuple(_read_secret(secret, folder, environment) for secret in self.secret)
        return Webhook(self, secrets, read_authorities(folder / self.ca_file) if self.ca_file else None)


@dataclass(frozen=True, slots=True)
class Webhook:
    """One endpoint and its secrets."""

    config: WebhookConfig
    secrets: tuple[str, ...] = field(repr=False)
    authorities: str | None = field(default=None, repr=False)
    """Whom to trust, as PEM; the public authorities where None."""
    resolve: Resolve | None = None
    """Looks names up; the system's resolver where None."""

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """Hold connections open between messages."""
        config = self.config
        tls = None if self.authorities is None else ssl.create_default_context(cadata=self.authorities)
        transport = GuardedTransport(
            config.concurrency, config.allow_networks, self.resolve, tls, idle=config.concurrency
        )
        async with httpx.AsyncClient(
            transport=transport,
            headers={
                "content-type": "application/json",
                "accept-encoding": "identity",
                "user-agent": f"tocsin/{version('tocsin')}",
            },
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        ) as client:
            yield partial(_send, client, config.url, [Signer(secret) for secret in self.secrets])


async def _send(client: httpx.AsyncClient, url: str, signers: Sequence[Signer], message: Message) -> Answer:
    body, now = message.body(), datetime.now(UTC)
    text = body.decode()
    headers = {
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signer.sign(message.id, now, text) for signer in signers),
    }
    with tracing.span("POST", "client", attributes={"http.request.method": "POST"}) as span:
        if span.traceparent:
            headers["traceparent"] = span.traceparent
        answer = await _answer(client, url, body, headers, now)
        if answer.verdict is not Verdict.TAKEN:
            span.failed(answer.verdict.value, answer.detail)
    return answer


async def _answer(
    client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> Answer:
    answer = None
    try:
        async with (
            asyncio.timeout(TIMEOUT_SECONDS),
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            status, asks = response.status_code, response.headers.get("retry-after", "")
            answer = answer_of(status, asks, b"", now)
            answer = answer_of(status, asks, await _start_of(response), now)
    except TimeoutError:
        return answer or Answer(Verdict.LATER, f"no answer within {TIMEOUT_SECONDS:g} s")
    except AddressForbidden as error:
        return Answer(Verdict.LATER, said(f"{error}; {_fix(error)}"))
    except (httpx.HTTPError, OSError) as error:
        return answer or Answer(Verdict.LATER, said(str(error), type(error).__name__))
    return answer


async def _start_of(response: httpx.Response) -> bytes:
    """The answer up to a bound, as it came over the wire: a compressed one is not unpacked."""
    start = b""
    with contextlib.suppress(TimeoutError, httpx.HTTPError):
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in response.aiter_raw():
                start += chunk[: MAX_ANSWER_BYTES - len(start)]
                if len(start) == MAX_ANSWER_BYTES:
                    break
    return start


def _check_reachable(url: httpx.URL, allowed: Sequence[Network]) -> None:
    """Say at once what would be refused at every attempt; where a name leads is judged when it is connected to.

    Raises:
        Unusable: the address may not be posted to.
    """
    try:
        check_port(url.port or (443 if url.scheme == "https" else 80))
        address = literal(url.host)
        if address is not None:
            check_address(address, tuple(allowed))
    except AddressForbidden as error:
        raise Unusable("url", str(error), _fix(error)) from None


def _fix(error: AddressForbidden) -> str:
    return "correct the url" if error.permit is None else f"permit it with allow_networks: [{error.permit}]"


def _read_secret(secret: Secret, folder: Path, environment: Mapping[str, str]) -> str:
    try:
        text = secret.read(folder, environment)
    except SecretMissing as error:
        raise SecretUnset("secret", error.what, f"put the signing secret there; {_MAKE_A_SECRET}") from None
    if not _is_secret(text):
        raise Unusable("secret", f"{secret.place} holds no signing secret", _MAKE_A_SECRET)
    return text


def _is_secret(text: str) -> bool:
    """Source: Standard Webhooks 1.0, "Signature scheme"."""
    try:
        secret = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(SECRET_PREFIX) and len(secret) in SECRET_BYTES
