"""Mail against a real server on loopback: what is sent, and what each answer means."""

import re
import ssl
import time
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.alerting.notify.channels import mail as mail_channel
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Unusable
from services.alerting.notify.channels.mail import MailConfig
from services.alerting.notify.channels.mail_message import build_mail
from services.alerting.notify.message import Message
from services.alerting.notify.samples import AT, samples
from services.alerting.notify.texts import rendered
from tests.alerting.notify.channels.mail_server import PASSWORD, USER, MailServer
from tests.alerting.notify.test_texts import saying

FOLDER = Path("unused")
ANNA, BEN, CARLA = "anna@desk.example", "ben@desk.example", "carla@desk.example"


def described(**more: Any) -> MailConfig:
    written = {"id": "desk-mail", "type": "mail", "server": "127.0.0.1", "from": "Tocsin <tocsin@desk.example>"}
    return MailConfig.model_validate({**written, "tls": "none", "to": [ANNA], **more})


async def mailed(server: MailServer, *messages: Message, folder: Path = FOLDER, **more: Any) -> list[Answer]:
    """Send these, one after the other, by one channel."""
    async with server.listening():
        channel = described(port=server.port, **more).channel(folder, {"MAIL_PASSWORD": PASSWORD})
        async with channel.connect() as send:
            return [await send(message) for message in messages]


async def received(message: Message, **more: Any) -> EmailMessage:
    """The mail as the server has it."""
    server = MailServer()
    (answer,) = await mailed(server, message, **more)
    assert answer.verdict is Verdict.TAKEN
    (mail,) = server.mails
    return mail


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


async def test_a_mail_shows_text_and_html_and_says_what_it_is() -> None:
    message = samples()["ring"]
    mail = await received(message, cc=[BEN, "Carla Ünal <carla@desk.example>"])

    assert mail.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]
    assert part(mail, "plain") == rendered(message).text
    assert part(mail, "html") == rendered(message).html
    assert mail["Subject"] == rendered(message).subject
    assert mail["From"] == "Tocsin <tocsin@desk.example>"
    assert mail["To"] == ANNA
    assert mail["Cc"] == "ben@desk.example, Carla Ünal <carla@desk.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Id"] == "<border-desk.desk.example>"
    assert mail["Date"].datetime.tzinfo is not None
    assert re.fullmatch(r"<[0-9a-f]{40}@desk\.example>", mail["Message-ID"])
    assert mail["Importance"] is None
    assert mail["In-Reply-To"] is None


async def test_everything_travels_in_seven_bits_and_short_lines() -> None:
    server = MailServer()
    await mailed(server, *samples().values())

    for raw in server.raw:
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 998  # RFC 5322, section 2.1.1
    assert [mail["Subject"] for mail in server.mails] == [rendered(message).subject for message in samples().values()]


async def test_the_envelope_holds_everyone_once() -> None:
    server = MailServer()
    await mailed(server, samples()["ring"], to=[ANNA, BEN], cc=[BEN, CARLA])

    assert server.envelopes == [("tocsin@desk.example", [ANNA, BEN, CARLA])]


async def test_what_belongs_to_a_story_is_one_thread_and_each_attempt_has_the_same_id() -> None:
    first = samples()["ring"]
    update = replace(samples()["figure-changed"], id=f"{first.id}.1")
    server = MailServer(data=["451 4.3.0 Try again"])
    await mailed(server, first, first, update)
    failed, ring, changed = server.mails

    assert failed["Message-ID"] == ring["Message-ID"] != changed["Message-ID"]
    assert changed["In-Reply-To"] == changed["References"] == ring["Message-ID"]


async def test_what_is_told_again_because_nobody_acknowledged_is_another_mail() -> None:
    ring, escalated = await received(samples()["ring"]), await received(samples()["escalated"])

    assert ring["Message-ID"] != escalated["Message-ID"]


async def test_what_is_critical_is_marked() -> None:
    assert (await received(samples()["group of a channel's hours"]))["Importance"] == "high"


async def test_a_subject_in_ascii_stays_readable_on_the_way() -> None:
    server = MailServer()
    await mailed(server, samples()["empty digest"], samples()["ring in Urdu"])

    assert b"\r\nSubject: [HIGH] Border desk: no alerts since the last digest\r\n" in server.raw[0]
    assert b"\r\nSubject: =?utf-8?b?" in server.raw[1]


@pytest.mark.parametrize("kind", ["group of a channel's hours", "channel is dead"])
async def test_what_is_of_no_watch_is_in_the_list_of_the_channel(kind: str) -> None:
    assert (await received(samples()[kind]))["List-Id"] == "<desk-mail.desk.example>"


HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Id", "MIME-Version", "Content-Type"}


@given(
    st.text(max_size=80)
    | st.text("ابپتٹ یcde\u200f ", max_size=200)
    | st.sampled_from(
        ["a\r\nBcc: evil@evil.example", "a\nX: y\n\nbody", "\ud800\udc00", "=?utf-8?q?=0ABcc:x?=", "x" * 10_000]
    )
)
def test_no_title_makes_a_header(title: str) -> None:
    message = saying(title)
    shown = rendered(message)
    raw = build_mail(message, shown, described().envelope, AT).as_bytes()
    head = raw.split(b"\r\n\r\n", 1)[0]

    names = [line.split(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    read = message_from_bytes(raw, policy=default)
    assert read["Subject"] == shown.subject
    assert set(names) == HEADERS
    assert len(names) == len(HEADERS)
    assert b"\n" not in raw.replace(b"\r\n", b"")


async def test_a_title_of_ten_megabytes_makes_a_small_mail() -> None:
    server = MailServer()
    await mailed(server, saying("کابل " * 2_000_000))

    assert len(server.raw[0]) < 100_000


@pytest.mark.parametrize("title", [".", "..", ". QUIT", "\r\n.\r\nMAIL FROM:<x@x.example>"])
async def test_no_title_ends_a_mail(title: str) -> None:
    mail = await received(saying(title))

    assert part(mail, "plain") == rendered(saying(title)).text
    assert part(mail, "html") == rendered(saying(title)).html


# What an answer means


@pytest.mark.parametrize(
    ("server", "answer"),
    [
        (MailServer(), Answer(Verdict.TAKEN, "250 2.0.0 Ok: queued as 1F2E")),
        (
            MailServer(data=["451 4.3.0 Greylisted"]),
            Answer(Verdict.LATER, "the mail was refused: 451 4.3.0 Greylisted", is_the_channel=False),
        ),
        (
            MailServer(data=["554 5.7.1 Spam"]),
            Answer(Verdict.NEVER, "the mail was refused: 554 5.7.1 Spam", is_the_channel=False),
        ),
        (
            MailServer(data=["421 4.3.2 Shutting down"]),
            Answer(Verdict.LATER, "the mail was refused: 421 4.3.2 Shutting down"),
        ),
        (
            MailServer(sender="552 5.3.4 Too large"),
            Answer(Verdict.NEVER, "the mail was refused: 552 5.3.4 Too large", is_the_channel=False),
        ),
        (
            MailServer(sender="550 5.7.1 Not yours"),
            Answer(Verdict.LATER, "tocsin@desk.example may not send: 550 5.7.1 Not yours"),
        ),
        (
            MailServer(recipients={ANNA: ["550 5.1.1 Unknown"]}),
            Answer(Verdict.LATER, "anna@desk.example was refused: 550 5.1.1 Unknown"),
        ),
        (
            MailServer(recipients={ANNA: ["450 4.2.0 Greylisted"]}),
            Answer(Verdict.LATER, "anna@desk.example was refused: 450 4.2.0 Greylisted"),
        ),
    ],
    ids=lambda value: value.detail if isinstance(value, Answer) else "",
)
async def test_what_an_answer_means(server: MailServer, answer: Answer) -> None:
    assert await mailed(server, samples()["ring"]) == [answer]


async def test_who_is_refused_for_now_is_tried_again_alone() -> None:
    server = MailServer(recipients={BEN: ["450 4.2.0 Greylisted"], CARLA: ["550 5.1.1 Unknown"]})
    message = samples()["ring"]
    first, second, third = await mailed(server, message, message, samples()["copy"], to=[ANNA, BEN, CARLA])

    assert first.verdict is Verdict.LATER
    assert not first.is_the_channel
    assert "ben@desk.example was refused: 450" in first.detail
    assert second == Answer(Verdict.TAKEN, "250 2.0.0 Ok: queued as 1F2E")
    assert third.verdict is Verdict.TAKEN
    assert [recipients for _, recipients in server.envelopes] == [[ANNA], [BEN], [ANNA, BEN, CARLA]]


async def test_who_is_refused_for_good_holds_up_nobody() -> None:
    server = MailServer(recipients={BEN: ["550 5.1.1 Unknown"]})
    (answer,) = await mailed(server, samples()["ring"], to=[ANNA, BEN])

    assert answer == Answer(Verdict.TAKEN, "ben@desk.example was refused: 550 5.1.1 Unknown")


async def test_a_server_that_cuts_off_is_asked_later() -> None:
    (answer,) = await mailed(MailServer(cuts_off=True), samples()["ring"])

    assert (answer.verdict, answer.is_the_channel) == (Verdict.LATER, True)


async def test_a_server_that_is_not_there_is_asked_later() -> None:
    async with MailServer().listening() as gone:
        pass
    async with described(port=gone.port).channel(FOLDER, {}).connect() as send:
        answer = await send(samples()["ring"])

    assert (answer.verdict, answer.is_the_channel) == (Verdict.LATER, True)
    assert "Error connecting to 127.0.0.1" in answer.detail


async def test_a_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_channel, "TIMEOUT_SECONDS", 0.3)
    began = time.monotonic()
    (answer,) = await mailed(MailServer(silent=True), samples()["ring"])

    assert answer == Answer(Verdict.LATER, "no answer in time")
    assert time.monotonic() - began < 5


# Encrypted, and logged in


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_of(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def folder(authority: trustme.CA, tmp_path: Path) -> Path:
    """A configuration folder with the certificate of who vouches for the server."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return tmp_path


LOGIN: dict[str, Any] = {"user": USER, "password": {"env": "MAIL_PASSWORD"}}


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_mail_goes_encrypted_and_logged_in(authority: trustme.CA, folder: Path, tls: str) -> None:
    server = MailServer(tls=tls_of(authority), is_tls_from_the_beginning=tls == "tls", logs_in=True)
    (answer,) = await mailed(server, samples()["ring"], folder=folder, tls=tls, ca_file="ca.pem", **LOGIN)

    assert answer.verdict is Verdict.TAKEN, answer
    assert server.were_encrypted == [True]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_mail(authority: trustme.CA, tls: str) -> None:
    server = MailServer(tls=tls_of(authority), is_tls_from_the_beginning=tls == "tls", logs_in=True)
    (answer,) = await mailed(server, samples()["ring"], tls=tls, **LOGIN)

    assert (answer.verdict, answer.is_the_channel) == (Verdict.LATER, True)
    assert "certificate" in answer.detail.lower()
    assert not server.mails


async def test_a_server_without_encryption_gets_nothing() -> None:
    server = MailServer()
    (answer,) = await mailed(server, samples()["ring"], tls="starttls")

    assert (answer.verdict, answer.detail) == (Verdict.LATER, "SMTP STARTTLS extension not supported by server.")
    assert not server.mails


async def test_a_wrong_password_is_the_channels_trouble(authority: trustme.CA, folder: Path) -> None:
    server = MailServer(tls=tls_of(authority), logs_in=True)
    wrong = {**LOGIN, "user": "somebody"}
    (answer,) = await mailed(server, samples()["ring"], folder=folder, tls="starttls", ca_file="ca.pem", **wrong)

    assert (answer.verdict, answer.is_the_channel) == (Verdict.LATER, True)
    assert answer.detail.startswith("the login was refused: 535")
    assert PASSWORD not in answer.detail


# What a desk writes


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"to": []}, "at least 1 item"),
        ({"to": ["not an address"]}, "not a mail address"),
        ({"to": ["anna@desk.example\nBcc: x@x.example"]}, "not a mail address"),
        ({"to": ["änna@desk.example"]}, "not a mail address"),
        ({"from": "Tocsin"}, "not a mail address"),
        ({"from": "=?utf-8?q?=0ABcc:?= <tocsin@desk.example>"}, "not a mail address"),
        ({"from": "a@b@desk.example <x>"}, "not a mail address"),
        ({"server": "smtp.desk.example\r\nX"}, "should match pattern"),
        ({"user": "tocsin"}, "half of a login"),
        ({"user": "tocsin", "password": {"env": "X"}, "tls": "none"}, "a password would go unencrypted"),
    ],
)
def test_a_description_that_cannot_work_is_refused(wrong: dict[str, Any], what: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(what)):
        described(**wrong)


def test_a_name_of_a_host_in_any_script_is_written_as_servers_want_it() -> None:
    assert described(to=["desk@bücher.example"]).envelope.recipients == ["desk@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    ("key", "more"),
    [
        ("password", {"tls": "tls", "user": "x", "password": {"env": "NOWHERE"}}),
        ("ca_file", {"ca_file": "gone.pem"}),
        ("ca_file", {"ca_file": "empty.pem"}),
        ("templates", {"templates": {"html": "{{ nothing }}"}}),
    ],
)
def test_what_is_not_there_is_named(tmp_path: Path, key: str, more: dict[str, Any]) -> None:
    (tmp_path / "empty.pem").write_text("")

    with pytest.raises(Unusable) as raised:
        described(**more).channel(tmp_path, {})
    assert raised.value.key == key


def test_the_password_is_in_no_message(tmp_path: Path) -> None:
    channel = described(tls="tls", **LOGIN).channel(tmp_path, {"MAIL_PASSWORD": PASSWORD})

    assert PASSWORD not in repr(channel)
    assert channel == described(tls="tls", **LOGIN).channel(tmp_path, {"MAIL_PASSWORD": PASSWORD})
    assert channel != described(tls="tls", **LOGIN).channel(tmp_path, {"MAIL_PASSWORD": "another"})
