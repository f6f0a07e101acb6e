"""`POST /articles` over real HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.backbone import gate as gate_module
from services.backbone import http_body as body_module
from services.backbone.errors import BrokerUnavailable
from services.ingestion.receiving import intake as intake_module
from services.ingestion.receiving import push as push_module
from tests.ingestion.receiving.newsroom import OTHER_TOKEN, TOKEN, Newsroom, Served, pushing, served
from tests.ingestion.running import until

TALKS = {"id": "w-1", "title": "Talks begin", "text": "In Kabul."}


def titles(newsroom: Newsroom) -> list[str]:
    return [article.title for _, article in newsroom.published]


async def test_an_accepted_article_is_published_and_its_ids_are_told(
    sender: httpx.AsyncClient, newsroom: Newsroom
) -> None:
    answer = await sender.post("/articles", json=TALKS)
    [(source_id, article)] = newsroom.published
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 1
    [item] = answer.json()["items"]
    assert (item["status"], item["id"], item["revision"]) == (202, article.id, article.revision)
    assert (source_id, article.source.id, article.title) == ("wire", "wire", "Talks begin")


async def test_a_batch_is_published_in_order_whether_a_list_or_lines(
    sender: httpx.AsyncClient, newsroom: Newsroom
) -> None:
    items = [{"id": str(number), "title": f"Number {number}"} for number in range(1_000)]
    answer = await sender.post("/articles", json=items[:500])
    lines = "".join(json.dumps(item) + "\n" for item in items[500:])
    again = await sender.post("/articles", content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert (answer.status_code, again.status_code) == (202, 202)
    assert titles(newsroom) == [item["title"] for item in items]
    told = [item["id"] for response in (answer, again) for item in response.json()["items"]]
    assert told == [article.id for _, article in newsroom.published]


async def test_of_a_mixed_batch_the_good_ones_are_taken_and_each_other_is_told_why(
    sender: httpx.AsyncClient, newsroom: Newsroom
) -> None:
    newsroom.too_large = "very long"
    items = [TALKS, {"id": "2"}, {"id": "3", "text": "very long"}, {"id": "4", "title": "Talks end"}]
    answer = await sender.post("/articles", json=items)
    assert answer.status_code == 207
    assert (answer.json()["accepted"], answer.json()["refused"]) == (2, 2)
    assert [item["status"] for item in answer.json()["items"]] == [202, 422, 413, 202]
    assert "neither title nor text" in answer.json()["items"][1]["reason"]
    assert set(titles(newsroom)) == {"Talks begin", "Talks end"}


async def test_where_none_is_good_nothing_is_accepted(sender: httpx.AsyncClient, newsroom: Newsroom) -> None:
    answer = await sender.post("/articles", json=[{"id": "1"}, {}])
    assert answer.status_code == 422
    assert [item["status"] for item in answer.json()["items"]] == [422, 422]
    assert newsroom.published == []


async def test_the_same_again_gets_the_same_ids_and_is_published_once(
    sender: httpx.AsyncClient, newsroom: Newsroom
) -> None:
    first = await sender.post("/articles", json=[TALKS, TALKS])
    again = await sender.post("/articles", json=TALKS)
    assert [item["id"] for item in first.json()["items"]] == [again.json()["items"][0]["id"]] * 2
    assert titles(newsroom) == ["Talks begin"]


async def test_an_edit_and_its_undoing_are_both_published(sender: httpx.AsyncClient, newsroom: Newsroom) -> None:
    for text in ("In Kabul.", "In Doha.", "In Kabul."):
        await sender.post("/articles", json=TALKS | {"text": text})
    assert [article.text for _, article in newsroom.published] == ["In Kabul.", "In Doha.", "In Kabul."]
    assert len({article.id for _, article in newsroom.published}) == 1


async def test_the_token_says_which_source_sends(sender: httpx.AsyncClient, newsroom: Newsroom) -> None:
    await sender.post("/articles", json=TALKS)
    await sender.post("/articles", json=TALKS, headers={"Authorization": f"bearer  {OTHER_TOKEN}"})
    (wire, first), (bridge, second) = newsroom.published
    assert (wire, bridge) == ("wire", "bridge")
    assert first.id != second.id, "each sender's ids are its own"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", TOKEN, "Bearer \udce9"],
)
async def test_without_a_token_that_fits_nothing_is_told_but_that(
    push: Served, newsroom: Newsroom, authorization: str
) -> None:
    headers = [(b"Authorization", authorization.encode("utf-8", "surrogateescape"))]
    async with httpx.AsyncClient(trust_env=False) as stranger:
        answer = await stranger.post(f"{push.url}/articles", content=b"not even JSON", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert newsroom.published == []


async def test_a_token_that_was_changed_holds_at_once(sender: httpx.AsyncClient, newsroom: Newsroom) -> None:
    assert (await sender.post("/articles", json=TALKS)).status_code == 202
    newsroom.known = {"wire": pushing("wire", "the-new-token-of-the-wire")}
    assert (await sender.post("/articles", json=TALKS)).status_code == 401
    new = {"Authorization": "Bearer the-new-token-of-the-wire"}
    assert (await sender.post("/articles", json=TALKS, headers=new)).status_code == 202


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b'{"id": ', {"Content-Type": "application/json"}, 400),
        (b"<rss/>", {"Content-Type": "application/rss+xml"}, 415),
        (b"\x1f\x8b", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        (b" " * (8 * 1024 * 1024 + 1), {"Content-Type": "application/json"}, 413),
        (b"{}\n" * 1_001, {"Content-Type": "application/x-ndjson"}, 413),
    ],
    ids=["not JSON", "not JSON by its type", "compressed", "too long", "too many"],
)
async def test_a_body_that_is_not_taken_is_told_why(
    sender: httpx.AsyncClient, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = await sender.post("/articles", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json()["status"] == status
    assert answer.json()["reason"]
    assert (await sender.post("/articles", json=TALKS)).status_code == 202, "the next one is served"


async def test_a_body_of_unknown_length_is_cut_off_at_the_bound(sender: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(200):
            yield b" " * 65_536

    answer = await sender.post("/articles", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


async def test_a_slow_body_is_given_up(push: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_module, "BODY_SECONDS", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(push.url.rpartition(":")[2]))
    head = f"POST /articles HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: 1000\r\n\r\n[".encode())
    async with asyncio.timeout(5):
        assert await reader.readline() == b"HTTP/1.1 408 Request Timeout\r\n"
    writer.close()


async def test_while_the_broker_is_away_nothing_is_confirmed_and_nothing_lost(
    sender: httpx.AsyncClient, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "PATIENCE_SECONDS", 0.2)
    newsroom.broker.clear()
    away = await sender.post("/articles", json=TALKS)
    assert away.status_code == 503
    assert int(away.headers["retry-after"]) > 0
    repeated = await sender.post("/articles", json=TALKS)
    assert repeated.status_code == 503
    newsroom.broker.set()
    back = await sender.post("/articles", json=TALKS)
    assert back.status_code == 202
    assert titles(newsroom) == ["Talks begin"], "what waited was published once, however often it was sent"


async def test_what_waits_for_the_broker_is_bounded(
    sender: httpx.AsyncClient, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(intake_module, "MAX_WAITING_BYTES", 5_000)
    newsroom.broker.clear()
    for number in range(10):
        answer = await sender.post("/articles", json={"id": str(number), "text": "x" * 2_000})
        assert answer.status_code == 503
    newsroom.broker.set()
    await until(lambda: len(newsroom.published) == 3)
    assert (await sender.post("/articles", json={"id": "9", "text": "x" * 2_000})).status_code == 202
    assert len(newsroom.published) == 4


async def test_more_at_a_time_than_memory_is_set_aside_for_wait_and_are_turned_away(
    sender: httpx.AsyncClient, newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_module, "QUEUE_SECONDS", 0.1)
    newsroom.broker.clear()
    held = [
        asyncio.ensure_future(sender.post("/articles", json=TALKS | {"id": str(number)}))
        for number in range(gate_module.AT_A_TIME)
    ]
    await asyncio.sleep(0.5)
    assert (await sender.post("/articles", json=TALKS)).status_code == 503
    newsroom.broker.set()
    assert {(await one).status_code for one in held} == {202}


@pytest.mark.parametrize("error", [BrokerUnavailable("no broker"), ZeroDivisionError("a defect")])
async def test_a_failed_write_is_not_confirmed_and_may_be_sent_again(
    sender: httpx.AsyncClient, newsroom: Newsroom, error: Exception
) -> None:
    newsroom.fails = error
    assert (await sender.post("/articles", json=TALKS)).status_code == 503
    assert (await sender.post("/articles", json=TALKS)).status_code == 202
    assert titles(newsroom) == ["Talks begin"]


async def test_one_sender_that_sends_too_often_waits_and_another_does_not(
    sender: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "BURST", 3)
    monkeypatch.setattr(push_module, "REQUESTS_PER_SECOND", 0.1)
    answers = [await sender.post("/articles", json=TALKS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 11
    other = await sender.post("/articles", json=TALKS, headers={"Authorization": f"Bearer {OTHER_TOKEN}"})
    assert other.status_code == 202


async def test_only_what_is_described_is_served(sender: httpx.AsyncClient) -> None:
    assert (await sender.get("/articles")).status_code == 405
    preflight = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await sender.options("/articles", headers=preflight)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    for path in ("/", "/docs", "/openapi.json", "/healthz", "/metrics", "/websub/wire/x"):
        assert (await sender.get(path)).status_code == 404


async def test_a_request_under_way_is_answered_before_the_process_ends(
    sender: httpx.AsyncClient, push: Served, newsroom: Newsroom
) -> None:
    newsroom.broker.clear()
    sending = asyncio.ensure_future(sender.post("/articles", json=TALKS))
    await asyncio.sleep(0.3)
    push.process.stopping.set()
    await asyncio.sleep(0.3)
    newsroom.broker.set()
    assert (await sending).status_code == 202
    with pytest.raises(httpx.ConnectError):
        await sender.post("/articles", json=TALKS)


async def test_nothing_listens_until_there_is_something_to_receive(client: httpx.AsyncClient) -> None:
    newsroom = Newsroom(known={})
    async with asyncio.timeout(10):
        process_and_port = served(newsroom, client)
        starting = asyncio.ensure_future(process_and_port.__aenter__())
        await asyncio.sleep(0.3)
        assert not starting.done()
        newsroom.known = {"wire": pushing("wire", TOKEN)}
        push = await starting
        async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {TOKEN}"}) as sender:
            assert (await sender.post(f"{push.url}/articles", json=TALKS)).status_code == 202
        await process_and_port.__aexit__(None, None, None)


async def test_no_token_is_shown_in_any_answer_or_log(
    sender: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    answers: list[Any] = [
        await sender.post("/articles", json=TALKS),
        await sender.post("/articles", json=[{"id": 1}]),
        await sender.post("/articles", json=TALKS, headers={"Authorization": f"Basic {TOKEN}"}),
    ]
    printed = capfd.readouterr()
    shown = [answer.text for answer in answers] + [printed.out, printed.err, caplog.text]
    assert "push.unauthorized" in "".join(shown)
    assert TOKEN not in "".join(shown)


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for the broker as long as a sender does."""
    monkeypatch.setattr(intake_module, "PATIENCE_SECONDS", 3.0)
