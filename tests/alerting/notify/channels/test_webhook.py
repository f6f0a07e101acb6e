import asyncio
import contextlib
import gzip
import tracemalloc
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook as Verifier

from schemas import Alert
from services.alerting.notify.channels import webhook
from services.alerting.notify.channels.answer import Answer, Verdict
from services.alerting.notify.channels.channel import Unusable
from services.alerting.notify.channels.webhook import MAX_ANSWER_BYTES, Webhook, WebhookConfig, retry_after
from tests.alerting.examples import NOON, SECRET, alert
from tests.alerting.notify.channels.receiver import Receiver, Respond, cut, status

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def channel(url: str) -> Webhook:
    return Webhook(WebhookConfig(id="desk", type="webhook", url=url, secret_env="S"), SECRET)


async def post(*answers: Respond, times: int = 1) -> tuple[Receiver, list[Answer]]:
    """Send an alert so often to a receiver that answers like this."""
    async with Receiver(list(answers)).listening() as receiver, channel(receiver.url).connect() as send:
        return receiver, [await send(alert()) for _ in range(times)]


async def test_an_alert_is_posted_whole_and_the_reference_library_verifies_it() -> None:
    receiver, (answer,) = await post(status(200))

    ((line, headers, body),) = receiver.requests
    assert answer == Answer(Verdict.TAKEN, "HTTP 200")
    assert line == "POST /hook HTTP/1.1"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == alert().id
    Verifier(SECRET).verify(body, headers)
    assert Alert.read(body) == alert()


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


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param(status(204), Answer(Verdict.TAKEN, "HTTP 204"), id="any 2xx is taken"),
        pytest.param(status(500), Answer(Verdict.LATER, "HTTP 500"), id="500: later"),
        pytest.param(status(400, b"no such desk"), Answer(Verdict.LATER, "HTTP 400: no such desk"), id="400: later"),
        pytest.param(status(410), Answer(Verdict.NEVER, "HTTP 410"), id="410: never"),
        pytest.param(status(429, retry_after="7"), Answer(Verdict.LATER, "HTTP 429", 7.0), id="429: when it says"),
        pytest.param(status(503, retry_after="7"), Answer(Verdict.LATER, "HTTP 503", 7.0), id="503: when it says"),
        pytest.param(status(500, retry_after="7"), Answer(Verdict.LATER, "HTTP 500"), id="no other status is asked"),
        pytest.param(
            status(500, b"\x1b[31mred\nline\x00\xff"),
            Answer(Verdict.LATER, "HTTP 500:  [31mred line �".replace(":  ", ": ")),
            id="what it says is shown without control characters",
        ),
    ],
)
async def test_what_an_answer_means(answers: Respond, expected: Answer) -> None:
    _, (answer,) = await post(answers)

    assert answer == expected


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_its_target_is_never_visited(code: int) -> None:
    async with Receiver([status(200)]).listening() as target:
        _, (answer,) = await post(status(code, location=target.url))

    assert answer.verdict is Verdict.LATER
    assert answer.detail.startswith(f"HTTP {code}: redirects are not followed")
    assert target.requests == []


async def test_silence_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    assert webhook.TIMEOUT_SECONDS == 15
    monkeypatch.setattr(webhook, "TIMEOUT_SECONDS", 0.2)
    gone = asyncio.Event()

    async def silent(_: asyncio.StreamWriter) -> None:
        await gone.wait()

    async with Receiver([silent]).listening() as receiver, channel(receiver.url).connect() as send:
        answer = await send(alert())
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

    _, (answer,) = await post(promise)

    assert answer.verdict is Verdict.TAKEN


async def test_a_line_that_breaks_and_a_port_where_nobody_listens_are_tried_later() -> None:
    receiver, (broken,) = await post(cut)
    async with channel(receiver.url).connect() as send:
        refused = await send(alert())

    assert (broken.verdict, refused.verdict) == (Verdict.LATER, Verdict.LATER)
    assert "ConnectError" in refused.detail


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 5000, 999_999_999_999),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        ("Tuesday, 24-Nov-26 12:01:30 GMT", 90),
        ("Tue Nov 24 12:01:30 2026", 90),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Tue, 99 Nov 99999 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_every_form(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "url", ["desk.example/hook", "ftp://desk.example/", "http://", "http://[::1", "http://a b/", ""]
)
def test_an_address_that_cannot_be_posted_to_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="not an address that can be posted to; write it like https://"):
        WebhookConfig(id="desk", type="webhook", url=url, secret_env="S")


@pytest.mark.parametrize("secrets", [{}, {"secret_env": "S", "secret_file": "s"}])
def test_a_webhook_has_one_secret(secrets: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="name it by secret_env or by secret_file"):
        WebhookConfig.model_validate({"id": "desk", "type": "webhook", "url": "https://desk.example/", **secrets})


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
    config = WebhookConfig(id="desk", type="webhook", url="https://desk.example/", secret_env="DESK_SECRET")

    with pytest.raises(Unusable) as raised:
        config.channel(tmp_path, {} if secret is None else {"DESK_SECRET": secret})

    assert raised.value.key == "secret_env"
    assert raised.value.what == what
    assert "openssl rand" in raised.value.fix
    assert not secret or secret not in str(raised.value)


def test_a_secret_is_read_from_a_file_beside_the_configuration_and_never_shown(tmp_path: Path) -> None:
    config = WebhookConfig(id="desk", type="webhook", url="https://desk.example/", secret_file=Path("desk.secret"))
    with pytest.raises(Unusable, match=r"file desk\.secret cannot be read: No such file"):
        config.channel(tmp_path, {})

    (tmp_path / "desk.secret").write_text(f"{SECRET}\n")
    made = config.channel(tmp_path, {})

    assert made.secret == SECRET
    assert SECRET not in repr(made)
