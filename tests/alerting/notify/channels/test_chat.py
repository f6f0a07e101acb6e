import asyncio
import contextlib
import json
import logging
import re
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from schemas import Alert
from services.alerting.handling.links import Links
from services.alerting.notify.channels import chat
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Send, Unusable
from services.alerting.notify.channels.chat import Chat, ChatConfig
from services.alerting.notify.channels.chat_address import plugin_class
from services.alerting.notify.channels.chat_services import SERVICES
from services.alerting.notify.message import Message
from tests.alerting.examples import alert
from tests.alerting.notify.channels.chat_service import Answering, Asked, ChatService, Says, as_the_services_do
from tests.alerting.notify.channels.messages import a_test, message, trouble

TOKEN = "TIiajkdnlazkcOXrIdevi7FQ"
LINK = "https://news.example/2026/one"
HOSTILE = (
    "@everyone @here <!channel> <@U1> <at>boss</at> **x** _y_ `z` ~q~ [click](http://evil.example/) <b>h</b> &lt; TTP"
)


def described(**more: Any) -> ChatConfig:
    written = {"id": "desk", "type": "chat", "url": {"env": "U"}, "allow_networks": ["127.0.0.0/8"]}
    return ChatConfig.model_validate(written | more)


def channel(url: str, *, pace_seconds: float = 0.0, **more: Any) -> Chat:
    made = described(**more).channel(Path(), {"U": url})
    service = replace(made.address.service, pace_seconds=pace_seconds)
    return replace(made, address=replace(made.address, service=service))


@contextlib.asynccontextmanager
async def sending(url: str, answers: Answering | None = None, **more: Any) -> AsyncIterator[tuple[ChatService, Send]]:
    """A chat at a stand-in, whose host takes the place of HOST in the URL."""
    service = ChatService(answers) if answers else ChatService()
    async with service.listening(), channel(url.replace("HOST", service.host), **more).connect() as send:
        yield service, send


async def told(url: str, answers: Answering | None = None, say: Message | None = None) -> tuple[ChatService, Answer]:
    """What came of one message."""
    async with sending(url, answers) as (service, send):
        return service, await send(say or message())


def hostile() -> Message:
    """An alert whose title would do much where it is not made harmless, the watched name at its end."""
    event = alert()
    assert event.article is not None
    end = len(HOSTILE)
    passage = event.passages[0].model_copy(
        update={"field": "title", "start": 0, "sentence": HOSTILE, "highlights": ((end - 3, end),)}
    )
    update = {"article": event.article.model_copy(update={"title": HOSTILE, "url": LINK}), "passages": (passage,)}
    links = Links("https://tocsin.example/a/one?x=1&y=2", "https://tocsin.example/a/one")
    return Message.of(event.model_copy(update=update), "desk", links=links)


# --- what arrives ---

# URL, where it is posted, the field with the text, the watched name, the link to the article
ARRIVES = {
    "Slack webhook": (
        f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}",
        f"/services/T1JJ3T3L2/A1BRTD4JD/{TOKEN}",
        "text",
        "*TTP*",
        f"<{LINK}|Example News>",
    ),
    "Slack bot": (
        "slack://xoxb-1234-1234-abcdef/#desk",
        "/api/chat.postMessage",
        "text",
        "*TTP*",
        "<https://tocsin.example/a/one?x=1&amp;y=2|Acknowledge>",
    ),
    "Telegram": (
        "tgram://123456789:abcdefg_hijklmnop/-10042",
        "/bot123456789:abcdefg_hijklmnop/sendMessage",
        "text",
        "<b>TTP</b>",
        f'<a href="{LINK}">Example News</a>',
    ),
    "Matrix": (
        "matrix://syt_token_abcdef@HOST/!room:chat.example",
        "/_matrix/client/v3/rooms/%21room%3Achat.example/send/m.room.message/",
        "formatted_body",
        "<strong>TTP</strong>",
        f'<a href="{LINK}">Example News</a>',
    ),
    "ntfy": ("ntfy://tk_abcdefgh12345@HOST/desk", "/", "message", "**TTP**", f"[Example News]({LINK})"),
    "ntfy.sh": ("ntfy://desk-topic", "/", "message", "**TTP**", f"[Example News]({LINK})"),
    "Discord": (
        f"discord://4174216298/{TOKEN}",
        f"/api/webhooks/4174216298/{TOKEN}",
        "content",
        "**TTP**",
        f"[Example News]({LINK})",
    ),
    "Mattermost": (
        "mmost://HOST/3ccdd113474722377935511fc85d3dd4",
        "/hooks/3ccdd113474722377935511fc85d3dd4",
        "text",
        "**TTP**",
        f"[Example News]({LINK})",
    ),
    "Rocket.Chat": (
        "rocket://webhooka/abcdefghijklmn@HOST/#desk",
        "/hooks/webhooka/abcdefghijklmn",
        "text",
        "**TTP**",
        f"[Example News]({LINK})",
    ),
    "Google Chat": (
        "gchat://workspace/key123456/token123456",
        "/v1/spaces/workspace/messages",
        "text",
        "*TTP*",
        f"<{LINK}|Example News>",
    ),
    "Gotify": ("gotify://HOST/AbCdEfGhIjKlMnO", "/message", "message", "**TTP**", f"[Example News]({LINK})"),
    "Pushover": (
        f"pover://{'u' * 30}@{'t' * 30}",
        "/1/messages.json",
        "message",
        "<b>TTP</b>",
        f'<a href="{LINK}">Example News</a>',
    ),
    "Signal": ("signal://HOST/+15551234567/+15557654321", "/v2/send", "message", "**TTP**", f"Example News {LINK}"),
    "Webex": (
        f"webex://{'a' * 80}",
        f"/v1/webhooks/incoming/{'a' * 80}",
        "markdown",
        "**TTP**",
        f"[Example News]({LINK})",
    ),
    "Zulip": (
        f"zulip://bot@desk/{'a' * 32}/alerts",
        "/desk.zulipchat.com/api/v1/messages",
        "content",
        "**TTP**",
        f"[Example News]({LINK})",
    ),
}
ACTIVE = ("@everyone", "@here", "<!", "<@", "<at>", "<b>h", "http://")
ACTIVE_MARKDOWN = ("](http://evil", "*x*", "`z`", "~q~", "_y_")


@pytest.mark.parametrize(("url", "path", "field", "bold", "link"), ARRIVES.values(), ids=ARRIVES)
async def test_the_name_is_bold_the_link_is_one_and_nothing_in_a_title_acts(
    at_home: Callable[[str], None], url: str, path: str, field: str, bold: str, link: str
) -> None:
    async with sending(url) as (service, send):
        at_home(service.host)
        answer = await send(hostile())

    asked = service.asked[-1]
    shown = str(asked.said[field])
    assert answer == Answer(Verdict.TAKEN, "HTTP 200")
    assert asked.path.startswith(path)
    assert asked.headers["user-agent"] == "Tocsin"
    assert bold in shown
    assert link in shown
    without_escapes = re.sub(r"\\[*`~_]", "", shown)
    active = ACTIVE if bold.startswith("<") else ACTIVE + ACTIVE_MARKDOWN
    assert [each for each in active if each in without_escapes] == []
    assert "evil.example" in shown  # what was published can be read all the same


async def test_teams_gets_a_card_whose_text_mentions_nobody(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    service = ChatService(tls=tls)

    async with service.listening():
        url = f"workflows://{service.host}/643e69f83c8944438d68119179a10a64/KODuebbbDGYFr1z0eu"
        async with channel(url, ca_file=str(tmp_path / "ca.pem")).connect() as send:
            answer = await send(hostile())

    (asked,) = service.asked
    card = asked.said["attachments"][0]["content"]
    (text,) = [block["text"] for block in card["body"]]
    assert answer == Answer(Verdict.TAKEN, "HTTP 200")
    assert asked.path == "/workflows/643e69f83c8944438d68119179a10a64/triggers/manual/paths/invoke"
    assert asked.query["sig"] == ["KODuebbbDGYFr1z0eu"]
    assert "**TTP**" in text
    assert f"[Example News]({LINK})" in text
    assert "entities" not in card["msteams"]
    assert [each for each in ACTIVE + ACTIVE_MARKDOWN if each in text] == []


async def test_discord_is_told_to_ping_nobody_and_slack_and_discord_to_show_no_preview(
    at_home: Callable[[str], None],
) -> None:
    async with sending(f"discord://4174216298/{TOKEN}") as (discord, send):
        at_home(discord.host)
        await send(message())
    async with sending(f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}") as (slack, send):
        at_home(slack.host)
        await send(message())

    assert discord.asked[0].said["allowed_mentions"] == {"parse": []}
    assert discord.asked[0].said["flags"] == 4
    assert slack.asked[0].said["unfurl_links"] is False
    assert "attachments" not in slack.asked[0].said


async def test_a_workflow_of_slack_gets_the_one_field_it_asks_for(at_home: Callable[[str], None]) -> None:
    async with sending(f"https://hooks.slack.com/triggers/T1JJ3T3L2/4242/{TOKEN}") as (service, send):
        at_home(service.host)
        answer = await send(message())

    assert answer.verdict is Verdict.TAKEN
    assert list(service.asked[0].said) == ["text"]


async def test_words_from_right_to_left_stand_between_isolates() -> None:
    event = alert()
    urdu = "کابل میں ٹی ٹی پی کا نام"
    passage = event.passages[0].model_copy(update={"sentence": urdu, "highlights": ((9, 17),), "field": "text"})
    say = Message.of(event.model_copy(update={"passages": (passage,)}), "desk")

    service, _ = await told("mmost://HOST/3ccdd113474722377935511fc85d3dd4", say=say)

    assert "\u2067کابل میں **ٹی ٹی پی** کا نام\u2069" in service.asked[0].said["text"]


@pytest.mark.parametrize("say", [a_test(), trouble()], ids=["a test", "a channel's trouble"])
async def test_a_test_and_word_of_trouble_come_as_what_they_are(say: Message) -> None:
    service, answer = await told("gotify://HOST/AbCdEfGhIjKlMnO", say=say)

    said = service.asked[0].said
    assert answer.verdict is Verdict.TAKEN
    assert ("This is a test of the channel desk" in said["message"]) is say.is_test
    assert "pager" in said["title"] or say.is_test


async def test_a_desk_writes_the_text_itself() -> None:
    async with sending(
        "mmost://HOST/3ccdd113474722377935511fc85d3dd4", templates={"markdown": "**{{ watch }}** rang"}
    ) as (service, send):
        await send(message())

    assert isinstance((event := message().event), Alert)
    assert service.asked[0].said["text"] == f"**{event.watch.name}** rang"


@pytest.mark.parametrize(
    ("url", "field", "most"),
    [
        pytest.param("mmost://HOST/3ccdd113474722377935511fc85d3dd4", "text", 4_000, id="Mattermost"),
        pytest.param(f"discord://4174216298/{TOKEN}", "content", 2_000, id="Discord"),
        pytest.param("tgram://123456789:abcdefg_hijklmnop/-10042", "text", 4_096, id="Telegram"),
        pytest.param(f"pover://{'u' * 30}@{'t' * 30}", "message", 1_024, id="Pushover"),
        pytest.param("ntfy://desk-topic", "message", 4_096, id="ntfy"),
    ],
)
async def test_ten_megabytes_are_cut_on_a_character_and_the_link_stays(
    at_home: Callable[[str], None], url: str, field: str, most: int
) -> None:
    event = alert()
    assert event.article is not None
    huge = "👩‍👩‍👧 ترکیب " * 700_000
    passage = event.passages[0].model_copy(update={"sentence": huge, "highlights": ()})
    article = event.article.model_copy(update={"title": huge, "url": LINK})
    more = {"article": article, "passages": (passage,) * 30}

    async with sending(url) as (service, send):
        at_home(service.host)
        began = time.monotonic()
        answer = await send(Message.of(event.model_copy(update=more), "desk"))

    shown = service.asked[0].said[field]
    assert answer.verdict is Verdict.TAKEN
    assert time.monotonic() - began < 2
    assert len(shown.encode("utf-16-le")) // 2 <= most
    assert field != "message" or url.startswith("pover") or len(shown.encode()) <= most
    assert "…" in shown
    assert LINK in shown
    assert "\u200d…" not in shown


# --- what an answer means ---

MATTERMOST = "mmost://HOST/3ccdd113474722377935511fc85d3dd4"
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/-10042"


def says(status: int, body: bytes = b"", **headers: str) -> Answering:
    return lambda _: Says(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(says(500), Answer(Verdict.LATER, "HTTP 500"), id="500: later"),
        pytest.param(says(503, retry_after="7"), Answer(Verdict.LATER, "HTTP 503", 7.0), id="503: when it says"),
        pytest.param(says(429, retry_after="9"), Answer(Verdict.LATER, "HTTP 429", 9.0), id="429: when it says"),
        pytest.param(
            says(429, b'{"parameters": {"retry_after": 35}, "description": "Too Many Requests"}'),
            Answer(Verdict.LATER, "HTTP 429: Too Many Requests", 35.0),
            id="429: when Telegram's body says",
        ),
        pytest.param(
            says(429, b'{"message": "You are being rate limited.", "retry_after": 0.65, "global": false}'),
            Answer(Verdict.LATER, "HTTP 429: You are being rate limited.", 0.65),
            id="429: when Discord's body says",
        ),
        pytest.param(
            says(429, b'{"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 2000}'),
            Answer(Verdict.LATER, "HTTP 429: M_LIMIT_EXCEEDED", 2.0),
            id="429: when Matrix's body says",
        ),
        pytest.param(
            says(401, b'{"description": "Unauthorized"}'),
            Answer(Verdict.LATER, "HTTP 401: Unauthorized"),
            id="401 meets every message, and is mended within the day",
        ),
        pytest.param(
            says(400, b'{"description": "Bad Request: chat not found"}'),
            Answer(Verdict.LATER, "HTTP 400: Bad Request: chat not found"),
            id="400 of a room that is missing likewise",
        ),
        pytest.param(
            says(400, b'{"description": "Bad Request: can\'t parse entities"}'),
            Answer(Verdict.NEVER, "HTTP 400: Bad Request: can't parse entities", is_the_channel=False),
            id="400 of a message is never taken, and says nothing of the channel",
        ),
        pytest.param(says(413), Answer(Verdict.NEVER, "HTTP 413", is_the_channel=False), id="413 likewise"),
        pytest.param(says(410), Answer(Verdict.DISABLE, "HTTP 410"), id="410: it wants nothing any more"),
        pytest.param(
            says(302, location="http://127.0.0.1:1/"),
            Answer(Verdict.LATER, "HTTP 302: redirects are not followed; correct the url"),
            id="a redirect is not followed",
        ),
        pytest.param(
            says(500, b"\x1b[31mred\nline\x00"),
            Answer(Verdict.LATER, "HTTP 500: [31mred line"),
            id="what it says steers no terminal",
        ),
    ],
)
async def test_what_an_answer_means(at_home: Callable[[str], None], answers: Answering, expected: Answer) -> None:
    for url in (MATTERMOST, TELEGRAM):
        async with sending(url, answers) as (service, send):
            at_home(service.host)
            assert await send(message()) == expected
        assert len(service.asked) == 1


async def test_a_no_inside_of_a_yes_is_a_no(at_home: Callable[[str], None]) -> None:
    async with sending(
        "slack://xoxb-1234-1234-abcdef/#desk", says(200, b'{"ok": false, "error": "not_in_channel"}')
    ) as (
        service,
        send,
    ):
        at_home(service.host)
        answer = await send(message())

    assert answer == Answer(Verdict.LATER, "HTTP 200: not_in_channel")


async def test_who_asks_for_patience_is_not_asked_again_at_once(at_home: Callable[[str], None]) -> None:
    for url in (f"discord://4174216298/{TOKEN}", "matrix://syt_token_abcdef@HOST/!room:chat.example"):
        async with sending(url, says(429, b'{"retry_after": 3}')) as (service, send):
            at_home(service.host)
            answer = await send(message())

        assert answer.verdict is Verdict.LATER
        assert answer.wait_seconds == 3
        assert len(service.asked) == 1


@pytest.mark.parametrize("begins", [b"", b"HTTP/1.1 200 Said\r\n"], ids=["silence", "a byte at a time"])
async def test_an_attempt_ends_at_its_deadline_and_leaves_no_thread(
    monkeypatch: pytest.MonkeyPatch, begins: bytes
) -> None:
    assert chat.TIMEOUT_SECONDS == 15
    monkeypatch.setattr(chat, "TIMEOUT_SECONDS", 0.3)

    ended = asyncio.Event()

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(begins)
        while not ended.is_set():
            writer.write(b"x" if begins else b"")
            await asyncio.sleep(0.02)

    async with sending(MATTERMOST, lambda _: drip) as (_, send):
        began = time.monotonic()
        answer = await send(message())
        took = time.monotonic() - began
        ended.set()

    assert answer == Answer(Verdict.LATER, "no answer within 0.3 s")
    assert took < 2
    assert await asyncio.to_thread(_threads_end)


async def test_a_send_that_is_cut_off_ends_at_once_and_the_next_goes_through() -> None:
    hang, hangs = asyncio.Event(), asyncio.Event()

    async def hanging(writer: asyncio.StreamWriter) -> None:
        hangs.set()
        await hang.wait()
        writer.close()

    def answers(_: Asked) -> Any:
        return Says() if hangs.is_set() else hanging

    async with sending(MATTERMOST, answers) as (service, send):
        first: asyncio.Future[Answer] = asyncio.ensure_future(send(message()))
        await hangs.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await asyncio.to_thread(_threads_end)
        answer = await send(message())
        hang.set()

    assert answer.verdict is Verdict.TAKEN
    assert len(service.asked) == 2


async def test_a_line_that_breaks_and_a_port_where_nobody_listens_are_tried_later() -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    service, broken = await told(MATTERMOST, lambda _: cut)
    async with channel(MATTERMOST.replace("HOST", service.host)).connect() as send:
        refused = await send(message())

    assert (broken.verdict, refused.verdict) == (Verdict.LATER, Verdict.LATER)
    assert refused.detail.startswith("ConnectError")


async def test_a_private_address_is_asked_nothing_unless_it_is_permitted() -> None:
    async with sending(MATTERMOST, allow_networks=[]) as (service, send):
        answer = await send(message())

    assert answer.verdict is Verdict.LATER
    assert "is refused: no public address but this machine" in answer.detail
    assert service.asked == []


async def test_chats_are_written_to_no_faster_than_they_ask() -> None:
    async with sending(MATTERMOST, pace_seconds=0.15) as (_, send):
        began = time.monotonic()
        answers = await asyncio.gather(*(send(message()) for _ in range(3)))

    assert [answer.verdict for answer in answers] == [Verdict.TAKEN] * 3
    assert 0.3 <= time.monotonic() - began < 2


# --- Matrix remembers ---


async def test_matrix_knows_a_message_by_its_transaction_whichever_attempt_it_is() -> None:
    async with sending("matrix://syt_token_abcdef@HOST/!room:chat.example") as (service, send):
        for say in (message("one"), message("one"), message("two")):
            await send(say)

    one, again, two = (asked.path.rpartition("/")[2] for asked in service.asked if asked.method == "PUT")
    assert one == again != two


async def test_matrix_logs_in_once_logs_in_anew_after_a_failure_and_logs_out_at_the_end() -> None:
    taken = [200, 200, 401, 200]

    def answers(asked: Asked) -> Says:
        return Says(taken.pop(0)) if asked.method == "PUT" else as_the_services_do(asked)

    async with sending("matrix://desk:secret-word@HOST/!room:chat.example", answers) as (service, send):
        answers_given = [(await send(message(str(number)))).verdict for number in range(4)]

    steps = [asked.path.rpartition("/")[2] for asked in service.asked if asked.path.rpartition("/")[2].isalpha()]
    assert answers_given == [Verdict.TAKEN, Verdict.TAKEN, Verdict.LATER, Verdict.TAKEN]
    assert steps == ["login", "logout", "login", "logout"]


async def test_matrix_makes_no_account_and_no_room() -> None:
    def answers(asked: Asked) -> Says:
        return Says(403, b'{"errcode": "M_FORBIDDEN"}') if asked.path.endswith("login") else Says(404, b"{}")

    no_account, _ = await told("matrix://desk:wrong-word@HOST/!room:chat.example", answers)
    no_room, answer = await told(
        "matrix://syt_token_abcdef@HOST/#desk:chat.example", says(404, b'{"errcode": "M_NOT_FOUND"}')
    )

    assert [asked.path for asked in no_account.asked if "register" in asked.path] == []
    assert [asked.path for asked in no_room.asked if "createRoom" in asked.path] == []
    assert answer.verdict is Verdict.LATER


# --- the URL ---


async def test_the_url_is_in_no_log_and_no_answer_even_where_the_service_repeats_it(
    at_home: Callable[[str], None], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)

    def repeats(asked: Asked) -> Says:
        return Says(404, json.dumps({"description": f"nothing at {asked.target} {asked.headers}"}).encode())

    answers = []
    for url in (TELEGRAM, f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}", "ntfy://tk_abcdefgh12345@HOST/desk-topic"):
        async with sending(url, repeats) as (service, send):
            at_home(service.host)
            answers.append(await send(message()))
    shown = caplog.text + repr(answers) + "".join(capfd.readouterr()) + repr(channel(TELEGRAM))

    assert all(answer.detail.startswith("HTTP 404: ") for answer in answers)
    for secret in ("abcdefg_hijklmnop", "123456789", TOKEN, "A1BRTD4JD", "tk_abcdefgh12345", "desk-topic"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("json://127.0.0.1/", "begins with json://, which is none of a chat that may be written to; begin it with one"),
        ("xml://127.0.0.1/", "begins with xml://"),
        ("form://127.0.0.1/", "begins with form://"),
        ("syslog://", "begins with syslog://"),
        ("dbus://", "begins with dbus://"),
        ("file:///etc/passwd", "begins with file://"),
        ("mailto://a:b@mail.example", "begins with mailto://"),
        ("https://evil.example/hook", "begins with https://"),
        ("slak://a/b/c", "did you mean 'slack'?"),
        ("no address", "holds no URL of a chat"),
        ("slack://secret-word", "holds no URL of Slack; write it like slack://TOKEN_A"),
        ("tgram://123456789:secret-word/", "names no receivers; write it like tgram://BOT_TOKEN/CHAT_ID"),
        ("matrixs://desk:secret-word@chat.example", "names no receivers"),
        ("tgram://123456789:secret-word/1/2", "names 2 receivers; write a channel for each"),
        ("tgram://123456789:secret-word/1?template=/etc/passwd", "parameters that it may not have: template"),
        (f"discord://4174216298/{TOKEN}?template=x&ping=@everyone", "may not have: ping, template"),
        ("ntfy://secret-word?attach=file:///etc/passwd&email=a@b.example", "may not have: attach, email"),
        (f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}/#one/#two", "names 2 receivers"),
        (f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}?verify=no&overflow=split", "may not have: overflow, verify"),
        (f"slack://T1JJ3T3L2/A1BRTD4JD/{TOKEN}?+header=x&:token=y", "may not have: +header, :token"),
    ],
)
def test_a_url_that_could_do_more_than_write_to_one_chat_is_refused_and_not_shown(url: str, what: str) -> None:
    with pytest.raises(Unusable) as raised:
        channel(url)

    assert raised.value.key == "url"
    assert what in str(raised.value)
    assert "environment variable U" in str(raised.value)
    assert "secret-word" not in str(raised.value)
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/{TOKEN}", "Slack"),
        (f"https://discord.com/api/webhooks/4174216298/{TOKEN}", "Discord"),
        ("https://chat.googleapis.com/v1/spaces/space/messages?key=key123456&token=token123456", "Google Chat"),
        (
            f"https://prod-1.westus.logic.azure.com:443/workflows/{'6' * 32}/triggers/manual/paths/invoke?sv=1.0&sig=s",
            "Microsoft Teams",
        ),
    ],
)
def test_the_address_that_a_service_hands_out_will_do(url: str, name: str) -> None:
    assert channel(url).address.service.name == name


def test_the_url_is_a_secret_in_a_file_or_in_the_environment(tmp_path: Path) -> None:
    with pytest.raises(ValidationError):
        described(url=TELEGRAM)
    with pytest.raises(Unusable, match=r"environment variable U is not set; put the secret into"):
        described().channel(tmp_path, {})
    (tmp_path / "chat.url").write_text(f"{TELEGRAM}\n")

    chat_of_file = described(url={"file": "chat.url"})
    assert chat_of_file.channel(tmp_path, {}) == chat_of_file.channel(tmp_path, {})


def test_a_file_of_authorities_that_holds_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    for name in ("empty.pem", "missing.pem"):
        with pytest.raises(Unusable, match=rf"file {name} holds no certificates") as raised:
            channel(MATTERMOST, ca_file=str(tmp_path / name))
        assert raised.value.key == "ca_file"


def test_apprise_is_loaded_where_there_is_a_chat_and_only_what_it_needs() -> None:
    program = (
        "import sys; from services.alerting.notify.channels.chat import ChatConfig; from pathlib import Path\n"
        "assert not {'apprise', 'requests'} & set(sys.modules)\n"
        "ChatConfig.model_validate({'id': 'c', 'type': 'chat', 'url': {'env': 'U'}})"
        f".channel(Path(), {{'U': {TELEGRAM!r}}})\n"
        "print(*sorted(name for name in sys.modules if name.startswith('apprise.plugins.')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["apprise.plugins.base", "apprise.plugins.telegram"]


def _threads_end() -> bool:
    """Whether no attempt's thread is left, within two seconds."""
    threads = [thread for thread in threading.enumerate() if thread.name == "chat"]
    for thread in threads:
        thread.join(2)
    return not any(thread.is_alive() for thread in threads)


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the services whose host is fixed stand at another one."""

    def stand_at(host: str) -> None:
        base = f"http://{host}"
        kinds = {service.name: plugin_class(service) for service in SERVICES}
        for name, attribute, address in (
            ("Slack", "webhook_url", "/services"),
            ("Slack", "api_url", "/api/{}"),
            ("Slack", "workflow_trigger_url", "/triggers"),
            ("Telegram", "notify_url", "/bot"),
            ("Discord", "notify_url", "/api/webhooks"),
            ("ntfy", "cloud_notify_url", ""),
            ("Google Chat", "notify_url", "/v1/spaces/{workspace}/messages"),
            ("Pushover", "notify_url", "/1/messages.json"),
            ("Webex", "notify_url", "/v1/webhooks/incoming"),
            ("Zulip", "notify_url", "/{org}.{hostname}/api/v1/messages"),
        ):
            monkeypatch.setattr(kinds[name], attribute, base + address)

    return stand_at
