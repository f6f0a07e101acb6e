"""Asks a hub, by one bounded POST, to send a feed's changes or to stop."""

import asyncio
from typing import Literal

import h2.exceptions
import httpx

from services.backbone.addresses import AddressForbidden, Networks
from services.backbone.errors import TocsinError

SECONDS = 20.0
MAX_REDIRECTS = 3
SHOWN_BYTES = 1_000
SHOWN_CHARACTERS = 200

Mode = Literal["subscribe", "unsubscribe"]


class HubRefused(TocsinError):
    """A hub did not take a request."""


async def ask(client: httpx.AsyncClient, hub: str, form: dict[str, str], allowed: Networks = ()) -> None:
    """Ask, and return once the hub has taken the request; whether it agrees it tells at the callback.

    Args:
        client: the guarded client of ingestion.
        hub: its address.
        form: `hub.mode` and the others (WebSub, section 5.1).
        allowed: networks that may be reached though they are not public.

    Raises:
        HubRefused: with what it said.
    """
    try:
        async with asyncio.timeout(SECONDS):
            await _post(client, hub, form, allowed)
    except TimeoutError:
        raise HubRefused(f"no answer within {SECONDS:g} s") from None
    except (AddressForbidden, httpx.HTTPError, httpx.InvalidURL, h2.exceptions.H2Error, OSError, UnicodeError) as error:
        raise HubRefused(f"{type(error).__name__}: {error}"[:SHOWN_CHARACTERS]) from None


async def _post(client: httpx.AsyncClient, hub: str, form: dict[str, str], allowed: Networks) -> None:
    url = httpx.URL(hub)
    for _ in range(MAX_REDIRECTS + 1):
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        request = client.build_request("POST", url, data=form, headers=headers, extensions={"allowed": allowed})
        response = await client.send(request, stream=True)
        try:
            if response.is_success:
                return
            if response.status_code not in (307, 308) or response.next_request is None:
                raise HubRefused(await _said(response))
            following = response.next_request.url
        finally:
            await response.aclose()
        if url.scheme == "https" and following.scheme != "https":
            raise HubRefused(f"redirects from https to {following.scheme}: the secret would be read on its way")
        url = following
    raise HubRefused(f"redirects more than {MAX_REDIRECTS} times")


async def _said(response: httpx.Response) -> str:
    """The status and the start of what the hub says, as one printable line."""
    start = b""
    async for piece in response.aiter_raw(SHOWN_BYTES):
        start += piece
        if len(start) >= SHOWN_BYTES:
            break
    text = "".join(char if char.isprintable() else " " for char in start[:SHOWN_BYTES].decode("utf-8", "replace"))
    return f"the hub answers {response.status_code}: {' '.join(text.split())}"[:SHOWN_CHARACTERS].rstrip(": ")
