"""`tocsin run api` as it is asked: a real process, a real Kafka, real HTTP."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from services.alerting.api.app import openapi_document
from services.alerting.api.hardened import MAX_TARGET_BYTES
from services.backbone.settings import KafkaSettings, Settings
from services.broker import KafkaBroker
from tests.alerting.api.newsdesk import Instance, hear, lets_in, listed, rings, unreadable
from tests.alerting.api.records import alert
from tests.backbone.on_kafka import put
from tests.conftest import empty_topics

TOKENS: dict[str, dict[str, Any]] = {
    "desk": {"all": True},
    "mine": {"watches": ["mine"]},
    "team": {"owners": ["kabul"]},
}


@pytest.fixture(scope="module")
def served(kafka: KafkaBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Instance, dict[str, str]]]:
    """One process for all tests of this file, and the tokens that it lets in."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "config").mkdir()
    broker = KafkaSettings(bootstrap_servers=kafka.address, session_timeout_seconds=6)
    settings = Settings(config=folder / "config", deployment="asked", port=0, kafka=broker)
    asyncio.run(empty_topics(broker))
    tokens = lets_in(settings, **TOKENS)
    instance = Instance.of(settings, "one", folder)
    instance.desk.environment["TOCSIN_PUBLIC_URL"] = "https://news.example/tocsin"
    with instance.running():
        yield instance, tokens


@pytest.fixture
def one(served: tuple[Instance, dict[str, str]]) -> Instance:
    return served[0]


@pytest.fixture
def token(served: tuple[Instance, dict[str, str]]) -> str:
    return served[1]["desk"]


async def test_a_list_and_the_stream_behind_it_have_every_alert_once(one: Instance, token: str) -> None:
    settings = one.desk.settings
    await rings(settings, [alert(number, watch="ours") for number in range(120)], at_once=50)
    await put(settings, [unreadable()])
    one.desk.eventually(lambda: len(listed(one, token, watch="ours", limit=500)["alerts"]) == 120, "all are listed")
    oldest, cursor = list[str](), None
    while True:
        page = listed(one, token, watch="ours", order="oldest", limit=50, **({"cursor": cursor} if cursor else {}))
        oldest += [each["id"] for each in page["alerts"]]
        cursor = page["next"]
        if cursor is None:
            break
    newest = listed(one, token, watch="ours", limit=500)
    assert sorted(oldest) == sorted(each["id"] for each in newest["alerts"])
    assert len(set(oldest)) == 120
    assert newest["position"] == page["position"]
    later = [alert(f"later {number}", watch="ours") for number in range(5)]
    async with one.stream(token, watch="ours", position=newest["position"]) as events:
        await rings(settings, later, at_once=1)
        assert sorted(event.alert["id"] for event in await hear(events, 5)) == sorted(each.id for each in later)


async def test_a_token_sees_its_own_watches_in_lists_streams_and_one_by_one(
    served: tuple[Instance, dict[str, str]],
) -> None:
    one, tokens = served
    mine, theirs = alert(1, watch="mine"), alert(2, watch="theirs", owner="kabul")
    await rings(one.desk.settings, [theirs, mine])
    both = ["mine", "theirs"]
    one.desk.eventually(lambda: len(listed(one, tokens["desk"], watch=both)["alerts"]) == 2, "both are there")
    for token, seen, hidden in [(tokens["mine"], mine, theirs), (tokens["team"], theirs, mine)]:
        assert [each["id"] for each in listed(one, token)["alerts"]] == [seen.id]
        assert listed(one, token, watch=hidden.watch.id)["alerts"] == []
        assert one.get(f"/alerts/{seen.id}", token).json()["alert"]["id"] == seen.id
        unseen, absent = one.get(f"/alerts/{hidden.id}", token), one.get("/alerts/alr-0", token)
        assert (unseen.status_code, unseen.json()) == (absent.status_code, absent.json())
        assert unseen.status_code == 404
        async with one.stream(token, "0-0-0") as events:
            assert [event.alert["id"] for event in await hear(events, 1)] == [seen.id]


WRONG = [
    ("/alerts", {"sevrity": "high"}, 422, "sevrity"),
    ("/alerts/stream", {"acknowledged": "true"}, 422, "acknowledged"),
    ("/alerts", {"limit": "501"}, 422, "limit"),
    ("/alerts", {"since": "2026-11-24T05:00:00"}, 422, "2026-11-24T05:00:00Z"),
    ("/alerts", {"cursor": "0-0-0"}, 400, "0-0-0"),
    ("/alerts", {"cursor": "1.2.3", "order": "oldest"}, 400, "1.2.3"),
    ("/alerts/stream", {"position": "0-0"}, 400, "3 of these alerts"),
    ("/alerts/stream", {"position": "0-0-999"}, 400, "behind the end"),
    ("/alerts/stream", {"position": "yesterday"}, 400, "yesterday"),
    ("/alerts", {"since": "1764000000"}, 422, "2026-11-24T05:00:00Z"),
    ("/alerts", {"until": "2026-11-24"}, 422, "2026-11-24T05:00:00Z"),
    ("/alerts/stream", {"since": "0.5"}, 422, "2026-11-24T05:00:00Z"),
    ("/alerts", {"cursor": "1" * 4_001}, 422, "cursor"),
    ("/alerts", {"cursor": "1" * 4_000}, 400, "no cursor"),
    ("/alerts/", {}, 404, "Not Found"),
    ("/nowhere", {}, 404, "Not Found"),
]


async def test_no_title_ends_a_line_of_the_stream_wherever_a_client_ends_lines(one: Instance, token: str) -> None:
    breaks = "".join(chr(code) for code in range(0x3000) if len(f"a{chr(code)}a".splitlines()) > 1)
    rang = alert("lines", watch="lines")
    assert rang.article is not None
    title = f"x{breaks}id: 0-0-0{breaks}data: {{}}{breaks}"
    rang = rang.model_copy(update={"article": rang.article.model_copy(update={"title": title})})
    await rings(one.desk.settings, [rang])
    async with one.stream(token, "0-0-0", watch="lines") as events:
        [event] = await hear(events, 1)
    assert event.alert["article"]["title"] == title
    assert event.id != "0-0-0"


async def test_feeds_say_the_address_that_is_configured(one: Instance, token: str) -> None:
    assert one.get("/feed.json", token).json()["feed_url"] == "https://news.example/tocsin/feed.json"


def test_the_contract_says_what_is_answered() -> None:
    paths = json.loads(openapi_document())["paths"]
    of_feed = paths["/watches/{watch}/feed.json"]["get"]
    assert of_feed["responses"]["200"]["content"]["application/feed+json"]["schema"]["type"] == "object"
    assert [each["schema"]["maxLength"] for each in of_feed["parameters"]] == [100]
    for path in paths.values():
        for operation in path.values():
            assert {"401", "403", "414", "422", "429", "503"} <= set(operation["responses"])
            for parameter in operation.get("parameters", []):
                for kind in parameter["schema"].get("anyOf", [parameter["schema"]]):
                    assert kind.get("maxLength", 0) <= MAX_TARGET_BYTES
                if parameter["name"] in ("since", "until"):
                    assert {"type": "string", "format": "date-time"} in parameter["schema"]["anyOf"]


async def test_what_is_wrong_is_said_with_what_to_do(one: Instance, token: str) -> None:
    for path, query, status, names in WRONG:
        answer = one.get(path, token, **query)
        assert answer.status_code == status, answer.text
        assert set(answer.json()) == {"error", "fix"}
        assert names in answer.text
        assert "access-control-allow-origin" not in answer.headers
    assert one.get("/alerts", "tcs_desk_wrong").status_code == 401
