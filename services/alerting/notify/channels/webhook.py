"""A webhook: POST of the alert's JSON, signed after the Standard Webhooks specification 1.0.

    webhook-id         the alert's id: the same at every attempt, so a receiver can drop repeats
    webhook-timestamp  seconds since 1970, of this attempt
    webhook-signature  v1,<Base64 of HMAC-SHA256 of "id.timestamp.body">

What the answer means: 2xx taken; 410 never again; all else later, a redirect too, for it is not followed.
"""

import asyncio
import base64
import binascii
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, Self

import httpx
from pydantic import AfterValidator, StringConstraints, model_validator
from standardwebhooks import Webhook as Signer

from schemas import Alert
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import ChannelConfig, Send, Unusable

TIMEOUT_SECONDS = 15.0
"""For the whole exchange; httpx's own deadlines begin anew with every byte."""
MAX_ANSWER_BYTES = 16 * 1024
SHOWN_CHARACTERS = 200
SECRET_PREFIX = "whsec_"  # noqa: S105 - the specification's word, no secret
SECRET_BYTES = range(24, 65)

_MAKE_A_SECRET = "make one: echo whsec_$(openssl rand -base64 32)"  # noqa: S105 - says how to make one


def _address(url: str) -> str:
    try:
        parsed = httpx.URL(url)
        sound = parsed.scheme in ("http", "https") and parsed.host and (parsed.port or 1) < 65_536 and " " not in url
    except (httpx.InvalidURL, ValueError):  # idna raises its own ValueErrors
        sound = False
    if not sound:
        raise ValueError("not an address that can be posted to; write it like https://desk.example/hooks/tocsin")
    return url


class WebhookConfig(ChannelConfig):
    """A webhook in `tocsin.yaml`."""

    type: Literal["webhook"]
    """Which kind of channel."""
    url: Annotated[str, AfterValidator(_address)]
    """Where to post."""
    secret_env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """Environment variable that holds the signing secret, `whsec_` and 24 to 64 bytes in Base64."""
    secret_file: Path | None = None
    """File that holds it; relative to the configuration folder."""

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.secret_env is None) == (self.secret_file is None):
            raise ValueError("a webhook is signed with one secret; name it by secret_env or by secret_file")
        return self

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "Webhook":
        """The webhook with its secret.

        Raises:
            Unusable: the secret is not there, or is none.
        """
        if self.secret_env is not None:
            key, secret = "secret_env", environment.get(self.secret_env, "")
            place = f"environment variable {self.secret_env}"
        else:
            key, (secret, place) = "secret_file", self._from_file(folder)
        if not secret:
            raise Unusable(key, f"{place} is not set", f"put the signing secret there; {_MAKE_A_SECRET}")
        if not _is_secret(secret):
            raise Unusable(key, f"{place} holds no signing secret", _MAKE_A_SECRET)
        return Webhook(self, secret)

    def _from_file(self, folder: Path) -> tuple[str, str]:
        assert self.secret_file is not None  # noqa: S101 - it was validated
        try:
            return (folder / self.secret_file).read_text(encoding="utf-8").strip(), f"file {self.secret_file}"
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not text"
            what = f"file {self.secret_file} cannot be read: {reason}"
            raise Unusable("secret_file", what, f"put the signing secret there; {_MAKE_A_SECRET}") from None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One endpoint and its secret."""

    config: WebhookConfig
    secret: str = field(repr=False)

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """Hold connections open between alerts."""
        headers = {"content-type": "application/json", "user-agent": f"tocsin/{version('tocsin')}"}
        async with httpx.AsyncClient(
            headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        ) as client:
            yield partial(self._send, client, Signer(self.secret))

    async def _send(self, client: httpx.AsyncClient, signer: Signer, alert: Alert) -> Answer:
        body, now = alert.write(), datetime.now(UTC)
        headers = {
            "webhook-id": alert.event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signer.sign(alert.event_id, now, body.decode()),
        }
        answer = None
        try:
            async with (
                asyncio.timeout(TIMEOUT_SECONDS),
                client.stream("POST", self.config.url, content=body, headers=headers) as response,
            ):
                answer = answer_of(response, b"", now)
                answer = answer_of(response, await _start_of(response), now)
        except (TimeoutError, httpx.TimeoutException):
            return answer or Answer(Verdict.LATER, f"no answer within {TIMEOUT_SECONDS:g} s")
        except (httpx.HTTPError, OSError) as error:
            return answer or Answer(Verdict.LATER, f"{type(error).__name__}: {error}"[:SHOWN_CHARACTERS])
        return answer


def answer_of(response: httpx.Response, start: bytes, now: datetime) -> Answer:
    """What a response means: its status decides, even where its body never ends or breaks off."""
    detail = f"HTTP {response.status_code}"
    if response.is_success:
        return Answer(Verdict.TAKEN, detail)
    if response.is_redirect:
        return Answer(Verdict.LATER, f"{detail}: redirects are not followed; correct the url")
    said = "".join(char if char.isprintable() else " " for char in start.decode("utf-8", "replace")).strip()
    detail = f"{detail}: {said}"[:SHOWN_CHARACTERS] if said else detail
    if response.status_code == httpx.codes.GONE:
        return Answer(Verdict.NEVER, detail)
    asks = response.status_code in (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
    return Answer(Verdict.LATER, detail, retry_after(response.headers.get("retry-after", ""), now) if asks else None)


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for; None where it cannot be read.

    Source: RFC 9110, section 10.2.3 (delay in seconds, or a date in one of three forms).
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())


async def _start_of(response: httpx.Response) -> bytes:
    """The answer up to a bound, as it came over the wire: a compressed one is not unpacked."""
    start = b""
    async for chunk in response.aiter_raw(MAX_ANSWER_BYTES):
        start += chunk
        if len(start) >= MAX_ANSWER_BYTES:
            break
    return start[:MAX_ANSWER_BYTES]


def _is_secret(text: str) -> bool:
    """Source: Standard Webhooks 1.0, "Symmetric signing secrets"."""
    try:
        secret = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return False
    return text.startswith(SECRET_PREFIX) and len(secret) in SECRET_BYTES
