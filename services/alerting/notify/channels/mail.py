"""Mail over SMTP (RFC 5321), by aiosmtplib: it is asyncio's own, typed, kept up, and tells refusals by their step.

A connection for each mail, encrypted unless the desk says otherwise. What an answer means:

    connecting, TLS, greeting, login, sender   of the server: later
    a recipient                                for now: that one alone is tried again; for good: the others have it
    all recipients                             of the channel, whose description names them: later
    the mail itself                            4xx later; 5xx never, and so with one that is too large
    cut off, or silent                         later, under the same Message-ID
"""

import asyncio
import contextlib
import re
import socket
import ssl
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import aiosmtplib
from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import SecretUnset, Send, TextChannelConfig, Unusable
from services.alerting.notify.channels.mail_message import Envelope, build_mail
from services.alerting.notify.channels.said import said
from services.alerting.notify.message import Message
from services.alerting.notify.texts import Texts, load_texts, rendered
from services.backbone.secret import Secret, SecretMissing

STEP_SECONDS: Final = 15.0
TIMEOUT_SECONDS: Final = 60.0
"""For the whole of it: a server that says a word every few seconds never breaks off."""
QUIT_SECONDS: Final = 2.0
MOST_REMEMBERED: Final = 1_000
"""Mails of which some recipients are still to get theirs."""
_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_MAILBOX: Final = re.compile(r'\s*(?:"?(?P<name>[^"<>]*?)"?\s*<(?P<inside>[^<>\s]+)>|(?P<bare>[^<>\s]+))\s*')
_SHUTTING_DOWN: Final = 421


def _mailbox(written: object) -> object:
    if not isinstance(written, str):
        return written
    try:
        parts = _MAILBOX.fullmatch(written)
        if parts is None or not written.isprintable() or "=?" in written:  # that would be read as an encoded text
            raise ValueError
        local, _, domain = (parts["inside"] or parts["bare"]).rpartition("@")
        spec = f"{local}@{domain.encode('idna').decode('ascii')}"
        address = Address(display_name=parts["name"] or "", addr_spec=spec)
        if not (local and domain and spec.isascii()):
            raise ValueError
    except (ValueError, IndexError, AttributeError, MessageError):
        raise ValueError("not a mail address; write desk@desk.example or Desk <desk@desk.example>") from None
    return str(address)


Mailbox = Annotated[str, StringConstraints(max_length=320), BeforeValidator(_mailbox)]
"""An address with or without a name before it. What stands before the @ is ASCII: not every server takes more."""


class MailConfig(TextChannelConfig):
    """Mail in `tocsin.yaml`."""

    type: Literal["mail"]
    """Which kind of channel."""
    server: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]
    """The host that takes mail."""
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Null: 587 for starttls, 465 for tls, 25 for none."""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls`: encrypted before anything is said, or not at all. `tls`: encrypted from the beginning."""
    ca_file: Path | None = None
    """Certificates of who vouches for the server, in PEM; relative to the configuration folder. Null: the system's."""
    user: Annotated[str, StringConstraints(min_length=1, max_length=320)] | None = None
    """Who logs in; null: nobody does."""
    password: Secret | None = None
    """Where the password stands."""
    sender: Annotated[Mailbox, Field(alias="from")]
    """Whom mail comes from."""
    to: Annotated[tuple[Mailbox, ...], Field(min_length=1, max_length=100)]
    """Who gets it."""
    cc: Annotated[tuple[Mailbox, ...], Field(max_length=100)] = ()
    """Who gets it besides."""
    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
    """Connections at a time."""

    @model_validator(mode="after")
    def _whole_login(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("half of a login; write user and password, or neither")
        if self.user is not None and self.tls == "none":
            raise ValueError("a password would go unencrypted; write tls: starttls or tls: tls")
        return self

    @property
    def envelope(self) -> Envelope:
        """From whom and to whom."""
        return Envelope(_read(self.sender), tuple(map(_read, self.to)), tuple(map(_read, self.cc)))

    def channel(self, folder: Path, environment: Mapping[str, str]) -> "Mail":
        """The channel with its password, certificates and templates.

        Raises:
            Unusable: one of them is not there, or is none.
        """
        password = ""
        if self.password is not None:
            try:
                password = self.password.read(folder, environment)
            except SecretMissing as error:
                raise SecretUnset("password", error.what, error.fix) from None
        return Mail(self, password, self._certificates(folder), load_texts(self.templates, folder))

    def _certificates(self, folder: Path) -> str | None:
        if self.ca_file is None:
            return None
        try:
            text = (folder / self.ca_file).read_text(encoding="ascii")
            ssl.create_default_context(cadata=text or "none")
        except (OSError, UnicodeDecodeError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "no certificates in PEM"
            what = f"file {self.ca_file} cannot be used: {reason}"
            raise Unusable("ca_file", what, "put the certificates there that vouch for the server") from None
        return text


def _read(mailbox: str) -> Address:
    parts = _MAILBOX.fullmatch(mailbox)
    assert parts is not None  # noqa: S101 - it was validated
    return Address(display_name=parts["name"] or "", addr_spec=parts["inside"] or parts["bare"])


@dataclass(frozen=True, slots=True)
class Mail:
    """A server, and who gets mail by it."""

    config: MailConfig
    password: str = field(repr=False)
    certificates: str | None
    texts: Texts

    @contextlib.asynccontextmanager
    async def connect(self) -> AsyncIterator[Send]:
        """Nothing is held open: mails are few, and servers hang up on idle clients."""
        context = await asyncio.to_thread(ssl.create_default_context, cadata=self.certificates)
        yield partial(self._send, context, Served())

    async def _send(self, context: ssl.SSLContext, served: "Served", message: Message) -> Answer:
        config, envelope = self.config, self.config.envelope
        mail = await asyncio.to_thread(self._written, message, envelope)
        recipients = served.without(message.id, envelope.recipients)
        client = aiosmtplib.SMTP(
            hostname=config.server,
            port=config.port or _PORTS[config.tls],
            local_hostname=await asyncio.to_thread(_our_name),
            use_tls=config.tls == "tls",
            start_tls=config.tls == "starttls",
            tls_context=context,
            timeout=STEP_SECONDS,
        )
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await client.connect()
                if config.user is not None:
                    await client.login(config.user, self.password)
                refused, word = await client.sendmail(envelope.sender.addr_spec, recipients, mail)
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # it has the mail, whatever it says now
                await client.quit(timeout=QUIT_SECONDS)
        except (aiosmtplib.SMTPException, OSError) as error:  # a timeout is an OSError
            return answer_of_failure(error)
        finally:
            client.close()
        return served.answer(message.id, recipients, refused, word)

    def _written(self, message: Message, envelope: Envelope) -> bytes:
        return build_mail(message, rendered(message, self.texts), envelope, datetime.now(UTC)).as_bytes()


@lru_cache(maxsize=1)
def _our_name() -> str:
    """What this machine greets with; asking for it may take a while."""
    return socket.getfqdn()


def answer_of_failure(error: aiosmtplib.SMTPException | OSError) -> Answer:
    """What it means that a mail was not taken."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            told = "; ".join(f"{one.recipient} was refused: {one.code} {one.message}" for one in error.recipients)
            return Answer(Verdict.LATER, said(told))
        case aiosmtplib.SMTPDataError() | aiosmtplib.SMTPSenderRefused(code=552):
            verdict = Verdict.NEVER if error.code >= 500 else Verdict.LATER
            is_the_server = error.code == _SHUTTING_DOWN
            return Answer(verdict, said(f"{error.code} {error.message}", "the mail was refused"), None, is_the_server)
        case aiosmtplib.SMTPSenderRefused():
            return Answer(Verdict.LATER, said(f"{error.code} {error.message}", f"{error.sender} may not send"))
        case aiosmtplib.SMTPAuthenticationError():
            return Answer(Verdict.LATER, said(f"{error.code} {error.message}", "the login was refused"))
        case aiosmtplib.SMTPResponseException():
            return Answer(Verdict.LATER, said(f"{error.code} {error.message}"))
        case TimeoutError():
            return Answer(Verdict.LATER, said(str(error), "no answer in time"))
    return Answer(Verdict.LATER, said(str(error) or type(error).__name__))


class Served:
    """Who has which mail already, where others are still to get it."""

    def __init__(self) -> None:
        self._by_message: OrderedDict[str, frozenset[str]] = OrderedDict()

    def without(self, message_id: str, recipients: list[str]) -> list[str]:
        """Those who have not got it."""
        have = self._by_message.get(message_id, frozenset())
        return [recipient for recipient in recipients if recipient not in have]

    def answer(
        self, message_id: str, asked: list[str], refused: Mapping[str, aiosmtplib.SMTPResponse], word: str
    ) -> Answer:
        """What it means that these were refused, and the others taken."""
        if not refused:
            self._by_message.pop(message_id, None)
            return Answer(Verdict.TAKEN, said(f"250 {word}"))
        told = "; ".join(f"{who} was refused: {answer.code} {answer.message}" for who, answer in refused.items())
        waits = {who for who, answer in refused.items() if answer.code < 500}
        if not waits:
            self._by_message.pop(message_id, None)
            return Answer(Verdict.TAKEN, said(told))
        done = self._by_message.pop(message_id, frozenset()) | (frozenset(asked) - waits)
        self._by_message[message_id] = done
        if len(self._by_message) > MOST_REMEMBERED:
            self._by_message.popitem(last=False)
        return Answer(Verdict.LATER, said(told), is_the_channel=False)
