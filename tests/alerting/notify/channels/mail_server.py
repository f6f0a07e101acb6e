"""A real mail server on loopback (aiosmtpd) that refuses what it is told to refuse."""

import asyncio
import contextlib
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "tocsin", "pässword"


@dataclass
class MailServer:
    """What it was sent, and what it answers."""

    recipients: dict[str, list[str]] = field(default_factory=dict)
    """Answers to a recipient, one after the other; after the last it is taken, and so is who is not named."""
    sender: str = ""
    """The answer to who sends; empty: taken."""
    data: list[str] = field(default_factory=list)
    """Answers to mails, one after the other; after the last they are taken."""
    tls: ssl.SSLContext | None = None
    is_tls_from_the_beginning: bool = False
    logs_in: bool = False
    silent: bool = False
    """It takes connections and says nothing."""
    cuts_off: bool = False
    """It ends the connection when it has a mail, without an answer."""
    mails: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    were_encrypted: list[bool] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["MailServer"]:
        """Serve for the block."""
        tls = self.tls if self.is_tls_from_the_beginning else None
        server = await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", 0, ssl=tls)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await server.wait_closed()

    def _protocol(self) -> asyncio.BaseProtocol:
        self.connections += 1
        if self.silent:
            return asyncio.Protocol()
        options: dict[str, Any] = {}
        if self.logs_in:
            options = {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": False}
        offered = None if self.is_tls_from_the_beginning else self.tls
        with warnings.catch_warnings(action="ignore"):  # it takes TLS from the beginning for none
            return SMTP(self, hostname="mail.example", tls_context=offered, **options)

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802
        if self.sender:
            return self.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:  # noqa: N802
        if answers := self.recipients.get(address):
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.raw.append(content)
        self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        self.were_encrypted.append(session.ssl is not None or self.is_tls_from_the_beginning)
        if self.cuts_off:
            assert server.transport is not None
            server.transport.close()
        return self.data.pop(0) if self.data else "250 2.0.0 Ok: queued as 1F2E"


def _authenticate(_: SMTP, __: Session, ___: Envelope, ____: str, given: object) -> AuthResult:
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)
