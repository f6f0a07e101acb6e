import asyncio
import base64
import contextlib
import gzip
import json
import ssl
import time
import tracemalloc
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from schemas import Alert
from services.alerting.notify.channels import webhook
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Unusable
from services.alerting.notify.channels.webhook import MAX_ANSWER_BYTES, Webhook, WebhookConfig
from tests.alerting.examples import NOON, SECRET, alert
from tests.alerting.notify.channels.messages import a_test, message
from tests.alerting.notify.channels.receiver import Receiver, Respond, cut, status

NEW_SECRET = "whsec_" + base64.b64encode(b"a newer secret of this test suite").decode()
LOOPBACK = ["127.0.0.0/8"]


def described(url: str, /, **more: Any) -> WebhookConfig:
    written = {"id": "desk", "type": "webhook", "url": url, "secret": {"env": "S"}, "allow_networks": LOOPBACK}
    return WebhookConfig.model_validate(written | more)


async def post(*answers: Respond, times: int = 1, secrets: Sequence[str] = (SECRET,)) -> tuple[Receiver, list[Answer]]:
    """Send a message so often to a receiver that answers like this."""
    async with (
        Receiver(list(answers)).listening() as receiver,
        Webhook(described(receiver.url), tuple(secrets)).connect() as send,
    ):
        return receiver, [await send(message()) for _ in range(times)]


async def test_an_alert_is_posted_in_the_standard_envelope_and_the_reference_library_verifies_it() -> None:
    receiver, (answer,) = await post(status(200))

    ((line, headers, body),) = receiver.requests
    assert answer == Answer(Verdict.TAKEN, "HTTP 200")
    assert line == "POST /hook HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == alert().event_id
    assert "traceparent" not in headers, "nothing is traced: whoever receives it decides by itself whether to"
    verified = Verifier(SECRET).verify(body, headers)
    assert (verified["type"], verified["timestamp"]) == ("tocsin.alert.v1", "2026-11-24T12:00:00Z")
    assert Alert.model_validate_json(json.dumps(verified["data"])) == alert()


async def test_while_a_secret_is_changed_the_old_one_and_the_new_one_verify_alone() -> None:
    receiver, _ = await post(status(200), secrets=(NEW_SECRET, SECRET))

    ((_, headers, body),) = receiver.requests
    for secret in (SECRET, NEW_SECRET):
        Verifier(secret).verify(body, headers)
    assert len(headers["webhook-signature"].split(" ")) == 2
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET[:-4] + "AAAA").verify(body, headers)


async def test_a_test_says_so() -> None:
    async with (
        Receiver([status(200)]).listening() as receiver,
        Webhook(described(receiver.url), (SECRET,)).connect() as send,
    ):
        await send(a_test())

    ((_, headers, body),) = receiver.requests
    assert headers["webhook-id"] == "test-1"
    assert json.loads(body)["test"] is True


async def test_each_attempt_has_its_own_time_and_the_same_id(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter((NOON, NOON + timedelta(minutes=5)))

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return next(moments)

    monkeypatch.setattr(webhook, "datetime", Clock)
    receiver, _ = await post(status(500), status(200), times=2)

    first, second = (headers for _, headers, _ in receiver.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300
    assert first["webhook-signature"] != second["webhook-signature"]


async def test_as_many_connections_as_attempts_at_a_time_are_kept() -> None:
    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        await status(200)(writer)

    async with (
        Receiver([slow]).listening() as receiver,
        Webhook(described(receiver.url), (SECRET,)).connect() as send,
    ):
        for _ in range(3):
            await asyncio.gather(*(send(message()) for _ in range(16)))

    assert (receiver.connections, len(receiver.requests)) == (16, 48)


async def test_a_connection_is_kept_for_the_next_message() -> None:
    receiver, answers = await post(status(200), status(500, b"busy"), status(200), times=3)

    assert [answer.detail for answer in answers] == ["HTTP 200", "HTTP 500: busy", "HTTP 200"]
    assert receiver.connections == 1


async def test_retry_after_and_410_reach_the_loop() -> None:
    _, answers = await post(status(429, retry_after="7"), status(410), times=2)

    assert answers == [Answer(Verdict.LATER, "HTTP 429", 7.0), Answer(Verdict.DISABLE, "HTTP 410")]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_its_target_is_never_visited(code: int) -> None:
    async with Receiver([status(200)]).listening() as target:
        _, (answer,) = await post(status(code, location=target.url))

    assert answer.verdict is Verdict.LATER
    assert answer.detail.startswith(f"HTTP {code}: redirects are not followed")
    assert target.connections == 0


async def test_a_cookie_is_not_given_back() -> None:
    receiver, _ = await post(status(200, set_cookie="desk=1"), times=2)

    assert all("cookie" not in headers for _, headers, _ in receiver.requests)


async def test_a_proxy_in_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Receiver([status(200)]).listening() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/hook"))
        _, (answer,) = await post(status(200))

    assert answer.verdict is Verdict.TAKEN
    assert proxy.connections == 0


async def test_silence_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    assert webhook.TIMEOUT_SECONDS == 15
    monkeypatch.setattr(webhook, "TIMEOUT_SECONDS", 0.2)
    gone = asyncio.Event()

    async def silent(_: asyncio.StreamWriter) -> None:
        await gone.wait()

    async with Receiver([silent]).listening() as receiver:
        async with Webhook(described(receiver.url), (SECRET,)).connect() as send:
            answer = await send(message())
        gone.set()

    assert answer == Answer(Verdict.LATER, "no answer within 0.2 s")


async def test_a_byte_at_a_time_ends_at_the_deadline_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_SECONDS", 0.3)

    async def drip(writer: asyncio.StreamWriter) -> None:
        for byte in b"HTTP/1.1 200 Said\r\n" * 100:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    _, (answer,) = await post(drip)

    assert answer == Answer(Verdict.LATER, "no answer within 0.3 s")


async def test_a_body_that_drips_is_not_waited_for_once_the_status_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "BODY_SECONDS", 0.2)

    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 503 Said\r\n\r\nbusy")
        await asyncio.sleep(5)

    begun = time.monotonic()
    _, (answer,) = await post(drip)

    assert answer == Answer(Verdict.LATER, "HTTP 503: busy")
    assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    ("encoding", "chunk"),
    [("identity", b"x" * 10_000), ("gzip", gzip.compress(b"\0" * 100_000_000))],
    ids=["plain", "a bomb"],
)
async def test_an_endless_answer_is_read_to_a_bound_and_not_unpacked(encoding: str, chunk: bytes) -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(f"HTTP/1.1 200 Said\r\ncontent-encoding: {encoding}\r\n\r\n".encode())
        with contextlib.suppress(ConnectionError):
            while True:
                writer.write(chunk)
                await writer.drain()
                sent += len(chunk)

    await post(status(200))  # what is loaded once is loaded
    tracemalloc.start()
    _, (answer,) = await post(endless)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer == Answer(Verdict.TAKEN, "HTTP 200")
    assert MAX_ANSWER_BYTES == 16 * 1024
    assert sent < 20_000_000  # what the sockets between hold, and no more
    assert peak < 4_000_000


async def test_the_status_counts_even_where_the_body_breaks_off() -> None:
    async def promise(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 Said\r\ncontent-length: 100\r\n\r\nhalf")
        await writer.drain()
        writer.close()

    _, (answer,) = await post(promise)

    assert answer.verdict is Verdict.TAKEN


async def test_a_line_that_breaks_after_the_body_is_tried_later_under_the_same_id() -> None:
    receiver, answers = await post(cut, status(200), times=2)

    assert [answer.verdict for answer in answers] == [Verdict.LATER, Verdict.TAKEN]
    assert len({headers["webhook-id"] for _, headers, _ in receiver.requests}) == 1


async def test_a_port_where_nobody_listens_is_tried_later() -> None:
    async with Receiver([status(200)]).listening() as receiver:
        url = receiver.url
    async with Webhook(described(url), (SECRET,)).connect() as send:
        refused = await send(message())

    assert refused.verdict is Verdict.LATER
    assert refused.is_the_channel
    assert "ConnectError" in refused.detail


async def resolved(to: list[str], url: str, **more: Any) -> Answer:
    """Post to an address whose name leads there."""

    async def resolve(_: str) -> list[str]:
        return to

    async with Webhook(described(url, **more), (SECRET,), resolve=resolve).connect() as send:
        return await send(message())


async def test_a_name_that_leads_to_a_private_address_is_not_connected_to() -> None:
    async with Receiver([status(200)]).listening() as receiver:
        url = receiver.url.replace("127.0.0.1", "desk.example")
        refused = await resolved(["127.0.0.1"], url, allow_networks=[])
        taken = await resolved(["127.0.0.1"], url)

    assert refused == Answer(
        Verdict.LATER,
        "desk.example (127.0.0.1) is refused: no public address but this machine; "
        "permit it with allow_networks: [127.0.0.1/32]",
    )
    assert taken.verdict is Verdict.TAKEN
    assert receiver.connections == 1


async def test_a_name_without_an_address_is_tried_later() -> None:
    answer = await resolved([], "https://desk.example/hook")

    assert answer == Answer(Verdict.LATER, "ConnectError: no address for the name desk.example")


async def test_tls_is_verified_by_the_public_authorities_or_by_those_that_are_named(tmp_path: Path) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    async with Receiver([status(200)], tls=tls).listening() as receiver:
        answers = []
        for more in ({}, {"ca_file": "ca.pem"}):
            made = described(receiver.url, **more).channel(tmp_path, {"S": SECRET})
            async with made.connect() as send:
                answers.append(await send(message()))

    assert [answer.verdict for answer in answers] == [Verdict.LATER, Verdict.TAKEN]
    assert "CERTIFICATE_VERIFY_FAILED" in answers[0].detail
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "url", ["desk.example/hook", "ftp://desk.example/", "http://", "http://[::1", "http://a b/", ""]
)
def test_an_address_that_cannot_be_posted_to_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="not an address that can be posted to; write it like https://"):
        described(url)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"secret": []}, r"a webhook is signed, with 1 to 5 secrets; write secret: \{env: NAME\}"),
        ({"secret": [{"env": "S"}] * 6}, "with 1 to 5 secrets"),
        ({"secret": SECRET}, "a secret does not stand in the configuration; write"),
        ({"secret": {"env": "S", "file": "s"}}, "a secret stands in one place; write"),
        ({"url": "https://me:word@desk.example/"}, "an address with a user name in it; remove it"),
        ({"allow_networks": ["10.0.0.1/8"]}, r"not a network \(.*\); write it like 10\.20\.0\.0/16"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_to_write(more: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        described("https://desk.example/", **more)


def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="a webhook is signed"):
        WebhookConfig.model_validate({"id": "desk", "type": "webhook", "url": "https://desk.example/"})


@pytest.mark.parametrize(
    ("secret", "what"),
    [
        (None, "environment variable DESK_SECRET is not set"),
        ("", "environment variable DESK_SECRET is not set"),
        (SECRET.removeprefix("whsec_"), "environment variable DESK_SECRET holds no signing secret"),
        ("whsec_c2hvcnQ=", "environment variable DESK_SECRET holds no signing secret"),
        ("whsec_!!!!", "environment variable DESK_SECRET holds no signing secret"),
    ],
)
def test_a_missing_secret_is_told_by_the_name_of_its_variable(tmp_path: Path, secret: str | None, what: str) -> None:
    environment = {"NEW": NEW_SECRET} | ({} if secret is None else {"DESK_SECRET": secret})

    with pytest.raises(Unusable) as raised:
        described("https://desk.example/", secret=[{"env": "NEW"}, {"env": "DESK_SECRET"}]).channel(
            tmp_path, environment
        )

    assert raised.value.key == "secret"
    assert raised.value.what == what
    assert "openssl rand" in raised.value.fix
    assert not secret or secret not in str(raised.value)


def test_a_secret_is_read_from_a_file_beside_the_configuration_and_never_shown(tmp_path: Path) -> None:
    config = described("https://desk.example/", secret={"file": "desk.secret"})
    with pytest.raises(Unusable, match=r"file desk\.secret cannot be read: No such file"):
        config.channel(tmp_path, {})

    (tmp_path / "desk.secret").write_text(f"{SECRET}\n")
    made = config.channel(tmp_path, {})

    assert made.secrets == (SECRET,)
    assert SECRET not in repr(made)
    assert made == config.channel(tmp_path, {})


@pytest.mark.parametrize(
    ("url", "what", "fix"),
    [
        ("http://10.0.0.7/hook", "10.0.0.7 is refused: no public address", "allow_networks: [10.0.0.7/32]"),
        ("http://169.254.169.254/", "link-local", "allow_networks: [169.254.169.254/32]"),
        ("http://2130706433/", "no address of four plain numbers", "correct the url"),
        ("http://desk.example:6379/", "port 6379 is refused", "correct the url"),
    ],
)
def test_an_address_that_would_always_be_refused_is_told_before_anything_is_sent(
    url: str, what: str, fix: str, tmp_path: Path
) -> None:
    with pytest.raises(Unusable) as raised:
        described(url).channel(tmp_path, {"S": SECRET})

    assert raised.value.key == "url"
    assert what in raised.value.what
    assert fix in raised.value.fix


@pytest.mark.parametrize("content", ["", "no certificate", None])
def test_authorities_that_are_none_are_told(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_text(content)

    with pytest.raises(Unusable, match=r"file ca\.pem holds no certificates: .*; write the authorities' certificates"):
        described("https://desk.example/", ca_file="ca.pem").channel(tmp_path, {"S": SECRET})
