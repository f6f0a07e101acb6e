"""A message -> a mail (RFC 5322), text and HTML side by side. Pure.

    Message-ID       from the message's id: the same at each attempt, so that a repeat can be seen as one
    In-Reply-To      the first mail of the story; so do References
    Auto-Submitted   no machine answers to it (RFC 3834)
    List-Id          the watch, so that people can sort by it (RFC 2919)
    Importance       high for what is critical

All headers are ASCII (RFC 2047), all bodies are in an encoding of seven bits: any server takes it.

Only the subject holds foreign text. It is encoded here as a whole: the library's own way reads `=?x?q?=0A?=` in a text
as the line break that it stands for, and loses blanks where it folds.
"""

from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from hashlib import sha256
from typing import Any, Final, NamedTuple

from schemas import Alert
from services.alerting.notify.message import Message
from services.alerting.notify.texts import Rendered


class _Policy(EmailPolicy):
    """Headers as the library makes them, but the subject as it is given."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return (name, value) if name == "Subject" else super().header_store_parse(name, value)


_POLICY: Final = _Policy(linesep="\r\n", cte_type="7bit", refold_source="none")


class Envelope(NamedTuple):
    """From whom and to whom."""

    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()

    @property
    def recipients(self) -> list[str]:
        """Everyone, each once."""
        return list(dict.fromkeys(address.addr_spec for address in (*self.to, *self.cc)))


def build_mail(message: Message, rendered: Rendered, envelope: Envelope, now: datetime) -> EmailMessage:
    """The mail.

    Args:
        message: what is told.
        rendered: the same as texts.
        envelope: from whom and to whom.
        now: when it is sent.
    """
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = envelope.sender
    mail["To"] = envelope.to
    if envelope.cc:
        mail["Cc"] = envelope.cc
    mail["Subject"] = _encoded(rendered.subject)
    mail["Date"] = now
    domain = envelope.sender.domain
    mail["Message-ID"] = _identifier(message, message.id, domain, is_escalated=message.escalated)
    if message.thread != message.id:
        first = _identifier(message, message.thread, domain)
        mail["In-Reply-To"], mail["References"] = first, first
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Id"] = f"<{_list_of(message)}.{domain}>"
    if message.severity == "critical":
        mail["Importance"] = "high"
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    return mail


def _encoded(subject: str) -> str:
    """Plain where that is sure to be read as it stands."""
    is_plain = subject.isascii() and subject.isprintable() and "=?" not in subject
    return Header(subject, "us-ascii" if is_plain else "utf-8", header_name="Subject").encode(linesep="\r\n")


def _identifier(message: Message, of: str, domain: str, *, is_escalated: bool = False) -> str:
    """Of a message, or of the story's first one, at this channel."""
    parts = (message.channel, of, "escalated") if is_escalated else (message.channel, of)
    return f"<{sha256(chr(0).join(parts).encode()).hexdigest()[:40]}@{domain}>"


def _list_of(message: Message) -> str:
    return message.event.watch.id if isinstance(message.event, Alert) else message.channel
