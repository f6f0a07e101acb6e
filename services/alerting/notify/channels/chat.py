"""A chat: the message in the words and the markup of the service, by apprise (github.com/caronc/apprise).

In order: the texts are made (texts.py) > read and written in the service's dialect, short enough (chat_markup.py) > the
plugin posts it, in a thread of its own, by our way to the network (chat_exchange.py) > what was answered is judged
(chat_answer.py). Which services, and what their URLs may say: chat_services.py and chat_address.py.

One message goes at a time, no faster than the service asks. A plugin that failed is thrown away: the next attempt logs
in anew.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import httpx
from pydantic import BeforeValidator, Field

from schemas import Alert, Severity
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.authorities import read_authorities
from services.alerting.notify.channels.channel import SecretUnset, Send, TextChannelConfig
from services.alerting.notify.channels.chat_address import ChatAddress, read_address
from services.alerting.notify.channels.chat_answer import answer_of
from services.alerting.notify.channels.chat_exchange import CURRENT, Attempt
from services.alerting.notify.channels.chat_markup import fitted, read
from services.alerting.notify.channels.chat_services import Service
from services.alerting.notify.message import Message
from services.alerting.notify.neutral import shortened
from services.alerting.notify.texts import Texts, load_texts, rendered
from services.backbone.addresses import Network, read_network
from services.backbone.guarded_http import GuardedTransport
from services.backbone.guarded_network import Resolve
from services.backbone.secret import Secret, SecretMissing

T = TypeVar("T")

TIMEOUT_SECONDS = 15.0
"""For all that a plugin asks to send one message."""
FAREWELL_SECONDS: Final = 1.0
"""To log out at the end, where a service wants that."""

_KINDS: Final[Mapping[Severity, str]] = {"low": "info", "normal": "info", "high": "warning", "critical": "failure"}
"""apprise's word, which gives some services a colour."""


class ChatConfig(TextChannelConfig):
    """A chat in `tocsin.yaml`."""

    type: Literal["chat"]
    """Which kind of channel."""
    url: Secret
    """Where the URL of the chat stands, as apprise writes it: `slack://TOKEN_A/TOKEN_B/TOKEN_C`,
    `tgram://BOT_TOKEN/CHAT_ID`. It holds the right to write there, so it is a secret."""
    concurrency: Annotated[int, Field(ge=1, le=1)] = 1
    """Chats take one message after the other."""
    allow_networks: Annotated[tuple[Annotated[Network, BeforeValidator(read_network)], ...], Field(max_length=50)] = ()
    """Networks that are not public and may be written to all the same, for a service of one's own: [10.20.0.0/16]."""
    ca_file: Path | None = None
    """PEM file of the authorities to trust in place of the public ones; relative to the configuration folder."""

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "Chat":
        """The chat with its URL.

        Raises:
            Unusable: the URL is not there, or is none of a chat that may be written to.
        """
        try:
            url = self.url.read(folder, environment)
        except SecretMissing as error:
            raise SecretUnset("url", error.what, error.fix) from None
        authorities = read_authorities(folder / self.ca_file) if self.ca_file else None
        texts = load_texts(self.templates, folder)
        return Chat(self, read_address(url, self.url.place), texts, authorities)


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat and the right to write there."""

    config: ChatConfig
    address: ChatAddress
    texts: Texts
    authorities: str | None = field(default=None, repr=False)
    resolve: Resolve | None = None
    """Looks names up; the system's resolver where None."""

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """Hold connections open between messages, and log out at the end where a service wants that."""
        tls = None if self.authorities is None else ssl.create_default_context(cadata=self.authorities)
        transport = GuardedTransport(2, self.config.allow_networks, self.resolve, tls)
        writer = _Writer(self.address, self.texts, transport)
        try:
            yield writer.send
        finally:
            await writer.close()
            await transport.aclose()


class _Writer:
    """Writes one message after the other."""

    def __init__(self, address: ChatAddress, texts: Texts, transport: httpx.AsyncBaseTransport) -> None:
        self._address = address
        self._texts = texts
        self._transport = transport
        self._turn = asyncio.Lock()
        self._not_before = 0.0
        self._plugin: Any = None
        self._is_busy = False

    async def send(self, message: Message) -> Answer:
        """One attempt."""
        async with self._turn:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(self._not_before - loop.time())
            if self._is_busy:  # it was cut off
                return Answer(Verdict.LATER, "the attempt before has not come to its end")
            attempt = Attempt(self._transport, TIMEOUT_SECONDS)
            try:
                taken = await self._in_thread(attempt, lambda: self._post(message))
            except TimeoutError:
                return Answer(Verdict.LATER, f"no end within {TIMEOUT_SECONDS:g} s")
            finally:
                self._not_before = loop.time() + self._address.service.pace_seconds
            return answer_of(taken, attempt.exchanges, self._address.secrets, datetime.now(UTC))

    async def close(self) -> None:
        """Let go of the plugin, in its thread: it may want to log out."""
        if self._plugin is not None and not self._is_busy:
            with contextlib.suppress(TimeoutError):
                await self._in_thread(Attempt(self._transport, FAREWELL_SECONDS), self._let_go)

    async def _in_thread(self, attempt: Attempt, work: Callable[[], T]) -> T:
        """Do it in a thread that holds up neither the loop nor the end of the process.

        Raises:
            TimeoutError: the thread does not end though nothing is under way any more.
        """
        loop = asyncio.get_running_loop()
        ended: asyncio.Future[T] = loop.create_future()

        def take(result: T | BaseException) -> None:
            self._is_busy = False
            if not ended.done():
                ended.set_exception(result) if isinstance(result, BaseException) else ended.set_result(result)

        def run() -> None:
            CURRENT.set(attempt)
            try:
                result: T | BaseException = work()
            except Exception as error:  # what a plugin meets must not end the channel
                result = error
            with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
                loop.call_soon_threadsafe(take, result)

        self._is_busy = True
        threading.Thread(target=run, name="chat", daemon=True).start()
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS + 5):
                return await ended
        finally:
            attempt.give_up()

    def _post(self, message: Message) -> bool:
        """Runs in the thread."""
        service = self._address.service
        texts = rendered(message, self._texts)
        body = fitted(read(texts.markdown), service.dialect, service.most, service.measure)
        plugin, self._plugin = self._plugin or self._address.plugin(), None
        _name(plugin, message)
        if service.amended is not None:
            _amend(plugin, service.amended, body)
        try:
            taken = bool(
                plugin.send(
                    body=body,
                    title=_title(message, texts.subject, service),
                    notify_type=_kind(message.severity),
                    body_format=plugin.notify_format,
                )
            )
        except Exception:  # a plugin that fails at what it was answered; the exchanges tell
            taken = False
        if taken:
            self._plugin = plugin
        return taken

    def _let_go(self) -> None:
        self._plugin = None


def _title(message: Message, subject: str, service: Service) -> str:
    if service.titled_by == "watch" and isinstance(message.event, Alert):
        subject = message.event.watch.name
    return shortened(subject, service.most_title) if service.most_title else ""


def _name(plugin: Any, message: Message) -> None:
    """Matrix drops a message whose transaction it knows: the same at every attempt, another one for each message."""
    if hasattr(plugin, "transaction_id"):
        if plugin.access_token is None and plugin.password and not plugin.user:
            plugin.access_token = plugin.password
        plugin.transaction_id = int.from_bytes(sha256(message.id.encode()).digest()[:6])


def _amend(plugin: Any, amended: Callable[[dict[str, Any], str], dict[str, Any]], body: str) -> None:
    post = type(plugin)._send

    def send(*before: Any, payload: Any = None, **more: Any) -> Any:
        *place, last = before if payload is None else (*before, payload)
        return post(plugin, *place, amended(last, body), **more)

    plugin._send = send


def _kind(severity: Severity) -> Any:
    from apprise.common import NotifyType  # only where there is a chat

    return NotifyType(_KINDS[severity])
